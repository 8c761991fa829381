package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/routine"
)

// Inspect reads the live schema, views included and marked as such, in one snapshot, and in as many statements for one table as for a thousand. Partitions are
// parts of their table, and not listed beside it. The names of tables that stand outside the account's search path begin with their schema.
func (s *store) Inspect(ctx context.Context) (*connectors.Schema, error) {
	out := &connectors.Schema{}
	err := s.reading(ctx, s.pool, func(v *view) error { return v.inspect(out) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ownSchema is where the executor keeps what is its own.
const ownSchema = "dossier"

// told is one table as the database describes it.
type told struct {
	connectors.SchemaCollection
	Table   string // as SQL
	columns []struct {
		connectors.SchemaField
		Base, Category string
		Mod            int
	}
	keys []struct {
		Part            string // of a partition
		Primary, Unique bool
		Columns         []*string // nil: an expression
	}
	triggers []struct {
		Name, Function, Schema, Language, Body string
		Kind                                   int
	}
	rules []struct{ Name, Event, Body string }
	views []struct {
		Name    string
		Unbound bool
	}
}

const readingSchema = "reading the schema"

// describe asks what a statement says of each table, and into gives where in the table's description it goes.
func describe(statement string, at func(oid string) *told, into func(*told) any) ask {
	return ask{query{SQL: statement, Args: []any{ownSchema}}, readingSchema, func(row [][]byte) error {
		t := at(string(row[0]))
		if t == nil {
			return nil // made a moment ago
		}
		if err := json.Unmarshal(row[1], into(t)); err != nil {
			return fmt.Errorf("%s: %w", readingSchema, err)
		}
		return nil
	}, nil}
}

func (v *view) inspect(out *connectors.Schema) error {
	var all []*told
	by := map[string]*told{}
	var functions []function
	first := func(oid string) *told {
		t := &told{}
		all, by[oid] = append(all, t), t
		return t
	}
	known := func(oid string) *told { return by[oid] }
	err := v.line.send(v.ctx,
		describe(describedTables, first, func(t *told) any { return t }),
		describe(describedColumns, known, func(t *told) any { return &t.columns }),
		describe(describedKeys, known, func(t *told) any { return &t.keys }),
		describe(describedReferences, known, func(t *told) any { return &t.References }),
		describe(describedTriggers, known, func(t *told) any { return &t.triggers }),
		describe(describedRules, known, func(t *told) any { return &t.rules }),
		describe(describedViews, known, func(t *told) any { return &t.views }),
		ask{query{SQL: routines, Args: []any{ownSchema}}, readingSchema, func(row [][]byte) error {
			functions = append(functions, function{name: string(row[0]), unbound: string(row[1]) == "t", body: string(row[2])})
			return nil
		}, nil},
		ask{query{SQL: feeds}, readingSchema, func(row [][]byte) error {
			f := connectors.Feed{Name: string(row[0]), Kind: string(row[1])}
			if string(row[2]) != "t" {
				if f.Collections = texts(row[3]); f.Collections == nil {
					return nil // of no table
				}
			}
			out.Feeds = append(out.Feeds, f)
			return nil
		}, nil})
	if err != nil {
		return err
	}
	bodies, tables := routine.Library{}, map[string]bool{}
	for _, r := range functions {
		bodies[r.name] = append(bodies[r.name], routine.Routine{Body: r.body})
	}
	for _, t := range all {
		out.Collections = append(out.Collections, t.collection(bodies))
		tables[t.Name] = true
	}
	for _, r := range functions {
		if r.unbound {
			of := language.Reads(r.body, tables, func(n string) string {
				if _, bare, ok := strings.Cut(n, "."); ok && !tables[n] {
					return bare // a table where the account looks is called without its schema
				}
				return n
			})
			if len(of) > 0 {
				out.Routines = append(out.Routines, connectors.Routine{Name: r.name, Reads: of})
			}
		}
	}
	return nil
}

var actions = map[string]string{"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}

func (t *told) collection(bodies routine.Library) connectors.SchemaCollection {
	c := t.SchemaCollection
	for _, f := range t.columns {
		c.Fields = append(c.Fields, f.SchemaField)
		last := &c.Fields[len(c.Fields)-1]
		last.Family = family(f.Base, f.Category)
		if (f.Base == "varchar" || f.Base == "bpchar") && f.Mod > 4 {
			last.Length = f.Mod - 4
		}
	}
	for _, k := range t.keys {
		var cols []string
		for _, name := range k.Columns {
			if name == nil {
				break
			}
			cols = append(cols, *name)
		}
		whole := len(cols) == len(k.Columns) && k.Unique
		switch {
		case k.Part == "" && len(cols) > 0:
			c.Indexes = append(c.Indexes, cols)
		case k.Part != "" && whole:
			if n := len(c.Parts); n == 0 || c.Parts[n-1].Name != k.Part {
				c.Parts = append(c.Parts, connectors.Part{Name: k.Part})
			}
			part := &c.Parts[len(c.Parts)-1]
			part.Keys = append(part.Keys, cols)
		}
		switch {
		case k.Part != "":
		case k.Primary:
			c.Key = cols
		case whole:
			c.Unique = append(c.Unique, cols)
		}
	}
	for _, r := range t.views {
		c.Unbound = c.Unbound || r.Unbound
		add(&c.Reads, r.Name)
	}
	for i, r := range c.References {
		c.References[i].OnDelete, c.References[i].OnUpdate = actions[r.OnDelete], actions[r.OnUpdate]
	}
	c.Triggers = t.fires(bodies)
	return c
}

// fires are the table's triggers and rules, one for each event.
func (t *told) fires(bodies routine.Library) []connectors.Trigger {
	var out []connectors.Trigger
	for _, g := range t.fired() {
		for _, e := range []struct {
			bit int
			on  string
		}{{4, "insert"}, {8, "delete"}, {16, "update"}} {
			if g.kind&e.bit != 0 {
				one, _ := language.Read(g.body, bodies)
				one.Name, one.On, one.Unread = g.name, e.on, one.Unread || g.unread
				out = append(out, one)
			}
		}
	}
	return out
}

// fired is a trigger or a rule before its text is read.
type fired struct {
	name, body string
	kind       int
	unread     bool
}

// fired are triggers and rules alike.
func (t *told) fired() []fired {
	var out []fired
	for _, g := range t.triggers {
		f := fired{name: g.Name, body: g.Body, kind: g.Kind, unread: !readable(g.Schema, g.Function, g.Language)}
		if f.unread || g.Schema == "pg_catalog" {
			f.body = ""
		}
		out = append(out, f)
	}
	for _, r := range t.rules {
		kind := map[string]int{"2": 16, "3": 4, "4": 8}[r.Event]
		_, body, _ := strings.Cut(r.Body, " DO ")
		out = append(out, fired{name: r.Name, body: body, kind: kind})
	}
	return out
}

// family is what values a column takes.
func family(base, category string) connectors.Family {
	if category == "A" {
		return connectors.NestedFamily
	}
	switch kinds[base] {
	case whole:
		return connectors.WholeFamily
	case exact, inexact:
		return connectors.NumberFamily
	case boolean:
		return connectors.BooleanFamily
	case text:
		return connectors.TextFamily
	case date, stamp, instant:
		return connectors.DateFamily
	case raw:
		return connectors.BytesFamily
	case nested:
		return connectors.NestedFamily
	}
	return ""
}

var _ connectors.Inspector = (*store)(nil)
