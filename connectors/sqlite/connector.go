package sqlite

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
)

// Connector opens SQLite files; it is what plugins/sqlite serves.
type Connector struct{}

// Version is that of the connector.
const Version = "1.0.0"

// maxPath is how many hops one statement follows. SQLite joins up to 64 tables; a hop takes two.
const maxPath = 12

// Describe says what the connector can do.
func (Connector) Describe() connectors.Description {
	return connectors.Description{
		Name:    "sqlite",
		Version: Version,
		Config: []connectors.Setting{
			{Name: settingFile, Required: true, Help: "path of the database file"},
			{Name: settingBusy, Help: "how long to wait for other writers, 2s if not said"},
		},
		Verbs: []connectors.Verb{connectors.Delete, connectors.Set, connectors.Ensure, connectors.Recount,
			connectors.Block, connectors.Release},
		Transactional: true,
		Rehearsal:     true,
		Blocking:      []string{methodMove},
		MaxPath:       maxPath,
		Recursive:     true,
		Exists:        true,
		Folds:         true,
		KeepsDeleted: "the row itself is overwritten with zeros. Older copies of it stay in unused space of the file until VACUUM, where the application " +
			"wrote without secure_delete; in the write-ahead log while another process reads from it; on the disk where a rollback journal was, " +
			"until its blocks are used again; and in copies of the file",
	}
}

// Open opens the file, which has to exist: a mistyped path must not become an empty database in which nobody is found.
func (c Connector) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	if err := c.Describe().Check(config).Err(); err != nil {
		return nil, err
	}
	set, err := settings(config)
	if err != nil {
		return nil, err
	}
	return open(ctx, set)
}
