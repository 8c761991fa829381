package sqlite

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// Uninstall gives the statements that take away what [store.Install] gives, and Block makes. While rows are restricted it is an error: they
// would be lost with the tables that hold them.
func (s *store) Uninstall(ctx context.Context, uses []connectors.Use) (statements []string, err error) {
	err = s.reading(ctx, func(v *view) error {
		left := 0
		if err := v.conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, length(?1)) = ?1", heldPrefix).Scan(&left); err != nil {
			return failure(ctx, "reading the schema", err)
		}
		d := dialect{}
		for _, u := range uses {
			t, err := v.table(u.Collection)
			if err != nil {
				return err
			}
			if t.held == nil {
				continue
			}
			held := 0
			if err := v.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+d.Quote(t.held.name)).Scan(&held); err != nil {
				return failure(ctx, "counting restricted rows", err)
			}
			if held > 0 {
				return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name, Summary: fmt.Sprintf("%d rows of table %s are restricted", held, t.Name),
					Detail: "lift the restrictions first; what holds them cannot be taken away before"}}
			}
			for _, event := range []string{"insert", "update", "delete"} {
				statements = append(statements, "DROP TRIGGER IF EXISTS "+d.Quote(guard+t.Name+"_"+event))
			}
			statements = append(statements, "DROP TABLE "+d.Quote(t.held.name))
			left--
		}
		if len(statements) > 0 && left == 0 {
			statements = append(statements, "DROP TABLE IF EXISTS "+marksTable, "DROP TABLE IF EXISTS "+openTable)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return statements, nil
}

var _ connectors.Installer = (*store)(nil)
