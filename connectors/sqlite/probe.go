package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// Probe finds the rows with the executor's eyes and tries them with an application's hands: over a connection
// of its own, opened as applications open the file, which knows of no held rows. A row counts as readable where some of its content can
// be read in its table, and as writable where an UPDATE that changes nothing goes through. Everything is rolled back.
func (s *store) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	var t *table
	var rows []target
	err = s.reading(ctx, func(v *view) error {
		if t, err = v.table(sel.Collection); err != nil {
			return err
		}
		rows, err = v.targets(ctx, sel)
		return err
	})
	if err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	err = s.outside.use(ctx, s.place, func(conn *sql.Conn) error {
		return t.each(rows, func(at shelf, here []target) error {
			r, w, err := trial{at, ctx, conn}.rows(here)
			readable, writable = readable+r, writable+w
			return err
		})
	})
	return readable, writable, err
}

// targets are the rows of a selection, each once.
func (v *view) targets(ctx context.Context, sel connectors.Selection) ([]target, error) {
	q, ok, err := relational.Select(dialect{}, v.relational, sel, func(at relational.At) ([]string, error) {
		return append([]string{at.Held()}, stored(at.Identity())...), nil
	})
	if err != nil || !ok {
		return nil, err
	}
	var out []target
	seen := map[any]bool{}
	err = v.each(ctx, q, func(row []driver.Value) error {
		t := target{held: row[1] == int64(1), id: values(row[2:])}
		if name := t.name(); !seen[name] {
			seen[name] = true
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

// tells writes that something of a held row's content stands in its shell: the same value, which is not the empty one, in a
// column that is no key.
func (t *table) tells() string {
	parts := []string{"FALSE"}
	for _, c := range shells.Emptied(&t.Table, t.key, nil) {
		q := dialect{}.Quote(c.Name)
		parts = append(parts, "(u."+q+" IS h."+q+" AND u."+q+" NOT IN ('', 0, x''))")
	}
	return strings.Join(parts, " OR ")
}
