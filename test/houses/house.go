package houses

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// House is a database of a test's own, as the account that owns its tables comes to it. For one goroutine at a time.
type House struct {
	Kind      string // the connector's name in a map
	Connector connectors.Connector
	Config    connectors.Config

	words words
	// run runs statements, in one round trip where the database can.
	run func(ctx context.Context, statements []string) error
	// read runs queries in the same way and gives the texts of their rows.
	read func(ctx context.Context, queries []string) ([][][]*string, error)
}

// words is what one kind of database says in its own way.
type words struct {
	types    map[Type]string
	text     string // a column, read as text: a format
	inline   bool   // foreign keys stand in the statement that makes the table, and may name tables to come
	suffix   string // after the columns of a table
	before   []string
	dropping string   // a table, whatever refers to it: a format
	own      []string // what takes away everything the connector has of its own
	owned    string   // a query: the names of those tables
}

// Run runs statements, the database's own.
func (h *House) Run(ctx context.Context, statements ...string) error { return h.run(ctx, statements) }

// Lay makes tables with their rows.
func (h *House) Lay(ctx context.Context, tables ...Table) error {
	out := slices.Clone(h.words.before)
	var late []string
	for _, t := range tables {
		out = append(out, h.create(t))
	}
	for _, t := range tables {
		if len(t.Rows) > 0 {
			out = append(out, insert(t))
		}
		for _, r := range t.References {
			if !h.words.inline {
				late = append(late, "ALTER TABLE "+t.Name+" ADD "+foreign(r))
			}
		}
	}
	return h.run(ctx, append(out, late...))
}

// Clear takes tables away, and what the connector has of its own.
func (h *House) Clear(ctx context.Context, tables ...Table) error {
	var out []string
	for _, t := range tables {
		out = append(out, fmt.Sprintf(h.words.dropping, t.Name))
	}
	return h.run(ctx, append(slices.Concat(h.words.before, out), h.words.own...))
}

// Dump reads all rows of tables, by table.
func (h *House) Dump(ctx context.Context, tables ...Table) ([][]Row, error) {
	var queries []string
	for _, t := range tables {
		var cols []string
		for _, c := range t.names() {
			cols = append(cols, fmt.Sprintf(h.words.text, c))
		}
		queries = append(queries, "SELECT "+strings.Join(cols, ", ")+" FROM "+t.Name+" ORDER BY "+strings.Join(t.Key, ", "))
	}
	found, err := h.read(ctx, queries)
	if err != nil {
		return nil, err
	}
	out := make([][]Row, len(tables))
	for i, t := range tables {
		for _, values := range found[i] {
			r := Row{}
			for j, c := range t.names() {
				r[c] = values[j]
			}
			out[i] = append(out[i], r)
		}
	}
	return out, nil
}

// Number is what a query of one number gives.
func (h *House) Number(ctx context.Context, query string) (int, error) {
	found, err := h.read(ctx, []string{query})
	if err != nil {
		return 0, err
	}
	if len(found[0]) != 1 || found[0][0][0] == nil {
		return 0, fmt.Errorf("%s gives no number", query)
	}
	return strconv.Atoi(*found[0][0][0])
}

func (h *House) create(t Table) string {
	var parts []string
	for _, c := range t.Columns {
		part := c.Name + " " + h.words.types[c.Type]
		if c.Default != "" {
			part += " DEFAULT " + c.Default
		}
		if c.NotNull {
			part += " NOT NULL"
		}
		parts = append(parts, part)
	}
	if len(t.Key) > 0 {
		parts = append(parts, "PRIMARY KEY ("+strings.Join(t.Key, ", ")+")")
	}
	for _, u := range t.Unique {
		parts = append(parts, "UNIQUE ("+strings.Join(u, ", ")+")")
	}
	for _, r := range t.References {
		if h.words.inline {
			parts = append(parts, foreign(r))
		}
	}
	return "CREATE TABLE " + t.Name + " (" + strings.Join(parts, ", ") + ")" + h.words.suffix
}

func foreign(r Reference) string {
	out := "FOREIGN KEY (" + strings.Join(r.Fields, ", ") + ") REFERENCES " + r.Table + " (" + strings.Join(r.Targets, ", ") + ")"
	if r.OnDelete != "" {
		out += " ON DELETE " + r.OnDelete
	}
	return out
}

func insert(t Table) string {
	var rows []string
	for _, r := range t.Rows {
		var values []string
		for _, v := range r {
			values = append(values, literal(v))
		}
		rows = append(rows, "("+strings.Join(values, ", ")+")")
	}
	return "INSERT INTO " + t.Name + " (" + strings.Join(t.names(), ", ") + ") VALUES " + strings.Join(rows, ", ")
}

func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return fmt.Sprint(v)
}

// Own is how many rows the connector has of its own.
func (h *House) Own(ctx context.Context) (int, error) {
	found, err := h.read(ctx, []string{h.words.owned})
	if err != nil {
		return 0, err
	}
	sum := []string{"0"}
	for _, r := range found[0] {
		sum = append(sum, "(SELECT count(*) FROM "+*r[0]+")")
	}
	return h.Number(ctx, "SELECT "+strings.Join(sum, " + "))
}
