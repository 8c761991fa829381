package shapes

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/houses"
)

// shape is a schema, what the map says of it, and what is asked.
type shape struct {
	name   string
	tables []houses.Table
	also   map[string][]string // by kind of database: statements after the tables are laid out
	undo   map[string][]string // before they are taken away
	colls  string              // collections of the map, as YAML
	do     []step
}

// step is one request and what comes of it.
type step struct {
	right   string // erasure unless said
	ids     string // kind=value, several
	more    map[string]any
	stopped string // the plan may not be carried out, and this is among its attention; nothing changes
	ends    string // the state the request ends in; done unless said
	waits   string // for what its system then waits
	warns   string // the plan says so, and goes on
	rows    string // every row of the tables named by "table:", in the order of their keys
	copy    string // an access: words of the copy; those with a minus are not in it
}

// table is a table by its columns, "id:whole name! born:day": texts unless said, with ! where NULL is refused. Its key is the first unless key names others.
func table(name, columns, key string, rows ...[]any) houses.Table {
	t := houses.Table{Name: name, Rows: rows}
	for _, text := range strings.Fields(columns) {
		text, notNull := strings.CutSuffix(text, "!")
		column, kind, _ := strings.Cut(text, ":")
		t.Columns = append(t.Columns, houses.Column{Name: column, NotNull: notNull,
			Type: map[string]houses.Type{"": houses.Text, "whole": houses.Whole, "day": houses.Day, "moment": houses.Moment}[kind]})
	}
	if t.Key = strings.Fields(key); key == "" {
		t.Key = []string{t.Columns[0].Name}
	}
	return t
}

// to adds a foreign key, "field table.target".
func to(t houses.Table, keys ...string) houses.Table {
	for _, k := range keys {
		field, at, _ := strings.Cut(k, " ")
		other, target, _ := strings.Cut(at, ".")
		t.References = append(t.References, houses.Reference{Fields: []string{field}, Table: other, Targets: []string{target}})
	}
	return t
}

func row(vs ...any) []any {
	for i, v := range vs {
		if n, is := v.(int); is {
			vs[i] = int64(n)
		}
	}
	return vs
}

// TestShapes carries every shape through on every kind of database.
func TestShapes(t *testing.T) {
	for kind, open := range map[string]func(testing.TB) *houses.House{"postgres": houses.Postgres, "mysql": houses.MySQL, "sqlite": nil} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var h *houses.House
			if open != nil {
				h = open(t)
			}
			for _, s := range all() {
				t.Run(s.name, func(t *testing.T) {
					h := h
					if h == nil {
						h = houses.SQLite(t)
					}
					newOffice(t).carry(t, h, s)
				})
			}
		})
	}
}
