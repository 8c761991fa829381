package mysql

import (
	"context"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
)

// Uninstall gives the statements that take away what [store.Install] gives. While rows are restricted it is an error: they would be lost
// with the tables that hold them.
func (s *store) Uninstall(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) error {
		v := s.view(ctx, l)
		for _, u := range uses {
			t, err := v.table(u.Collection)
			if err != nil {
				return err
			}
			if !t.held {
				continue
			}
			held := 0
			err = l.each(ctx, "counting restricted rows", query{SQL: "SELECT count(*) FROM " + t.Arms[1].Table(dialect{})}, func(r [][]byte) (err error) {
				held, err = strconv.Atoi(string(r[0]))
				return err
			})
			if err != nil {
				return err
			}
			if held > 0 {
				return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name, Summary: strconv.Itoa(held) + " rows of table " + t.Name + " are restricted",
					Detail: "lift the restrictions first; what holds them cannot be taken away before"}}
			}
			guards, err := v.guards(t)
			if err != nil {
				return err
			}
			for _, g := range guards {
				out = append(out, "DROP TRIGGER IF EXISTS "+quote(g.schema)+"."+quote(g.name))
			}
			out = append(out, "DROP TABLE IF EXISTS "+quote(s.own())+"."+quote(t.pinName()), "DROP TABLE "+t.Arms[1].Table(dialect{}))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
