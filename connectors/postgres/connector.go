package postgres

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// Connector opens PostgreSQL databases; it is what plugins/postgres serves.
type Connector struct{}

// Version is that of the connector.
const Version = "1.0.0"

// maxPath is how many hops one statement follows: beyond it the planner's work grows out of proportion.
const maxPath = 12

// Describe says what the connector can do.
func (Connector) Describe() connectors.Description {
	return connectors.Description{
		Name:          "postgres",
		Version:       Version,
		Config:        settings.Card("postgres", "", "that changes or counts rows may take, 5m if not said"),
		Verbs:         []connectors.Verb{connectors.Delete, connectors.Set, connectors.Ensure, connectors.Recount, connectors.Block, connectors.Release},
		Transactional: true,
		Rehearsal:     true,
		Blocking:      []string{methodMove, methodPolicies},
		MaxPath:       maxPath,
		Recursive:     true,
		Exists:        true,
		Folds:         true,
		KeepsDeleted: "a deleted row's bytes stay in the table's pages until VACUUM has passed and the space is used again; in the write-ahead log until it is " +
			"recycled, and in its archive; in replicas and base backups for as long as they are kept",
	}
}

// Open connects to the database, so that a wrong address is found out now.
func (c Connector) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	if err := c.Describe().Check(config).Err(); err != nil {
		return nil, err
	}
	set, err := configured(config)
	if err != nil {
		return nil, err
	}
	return open(ctx, set)
}
