package sqlite

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Grants says what the account that runs the connector has to be allowed by the file system, as a remark: SQLite itself knows no accounts.
func (s *store) Grants(_ context.Context, uses []connectors.Use) ([]string, error) {
	name, folder := filepath.Base(s.place.file), filepath.Dir(s.place.file)
	if !slices.ContainsFunc(uses, func(u connectors.Use) bool { return len(u.Verbs) > 0 }) {
		return []string{"-- the account that runs dossier reads " + s.place.file + "; where it has a write-ahead log, it writes " + name + "-shm beside it"}, nil
	}
	return []string{"-- the account that runs dossier reads and writes " + s.place.file + ", and the files SQLite lays beside it (" + name + "-journal, -wal, -shm), so that it may write in " + folder + " too"}, nil
}

var _ connectors.Granter = (*store)(nil)
