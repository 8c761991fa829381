package postgres

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// Uninstall gives the statements that take away what [store.Install] gives. While rows are restricted it is an error: they would be lost
// with the tables that hold them.
func (s *store) Uninstall(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) error {
		v := s.catalog.view(ctx, l)
		for _, u := range uses {
			t, err := v.table(u.Collection)
			if err != nil {
				return err
			}
			if t.held == nil {
				continue
			}
			held := ""
			err = l.each(ctx, "counting restricted rows", query{SQL: "SELECT count(*) FROM " + t.Arms[1].Table(dialect{})}, func(r [][]byte) error {
				held = string(r[0])
				return nil
			})
			if err != nil {
				return err
			}
			if held != "0" {
				return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name, Summary: fmt.Sprintf("%s rows of table %s are restricted", held, t.Name),
					Detail: "lift the restrictions first; what holds them cannot be taken away before"}}
			}
			base := t.base().Table(dialect{})
			out = append(out, "DROP TRIGGER IF EXISTS zz_dossier_guard ON "+base, "DROP TRIGGER IF EXISTS zz_dossier_truncate ON "+base,
				"DROP FUNCTION IF EXISTS "+ownSchema+"."+quote("guard_"+t.address())+"()", "DROP FUNCTION IF EXISTS "+ownSchema+"."+quote("truncate_"+t.address())+"()",
				"DROP TABLE "+t.Arms[1].Table(dialect{}))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
