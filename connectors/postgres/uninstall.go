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
			more, err := v.removing(t)
			if err != nil {
				return err
			}
			out = append(out, more...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// removing takes away what stands for restricted rows of a table, by either method.
func (v *view) removing(t *table) ([]string, error) {
	var out []string
	if t.guarded {
		if err := v.empty(t, t.guardedTable()); err != nil {
			return nil, err
		}
		more, err := v.unguarding(t)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	if t.held == nil {
		return out, nil
	}
	held := t.Arms[1].Table(dialect{})
	if err := v.empty(t, held); err != nil {
		return nil, err
	}
	all, err := v.relations(t)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		out = append(out, "DROP TRIGGER IF EXISTS zz_dossier_truncate ON "+r.name)
	}
	return append(out, "DROP TRIGGER IF EXISTS zz_dossier_guard ON "+all[0].name,
		"DROP FUNCTION IF EXISTS "+ownSchema+"."+quote("guard_"+t.address())+"()", "DROP FUNCTION IF EXISTS "+ownSchema+"."+quote("truncate_"+t.address())+"()", "DROP TABLE "+held), nil
}

// empty is an error where rows of t are restricted.
func (v *view) empty(t *table, in string) error {
	held := "0"
	err := v.line.each(v.ctx, "counting restricted rows", query{SQL: "SELECT count(*) FROM " + in}, func(r [][]byte) error {
		held = string(r[0])
		return nil
	})
	if err == nil && held != "0" {
		err = connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name, Summary: fmt.Sprintf("%s rows of table %s are restricted", held, t.Name),
			Detail: "lift the restrictions first; what holds them cannot be taken away before"}}
	}
	return err
}
