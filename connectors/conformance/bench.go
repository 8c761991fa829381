package conformance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Bench is what a case works on: an open store in which the fixtures it needs have just been laid out.
type Bench struct {
	Subject Subject
	Card    connectors.Description
	Shape   Shape
	Store   connectors.Store

	fixture connectors.Fixture
	laid    map[string][]connectors.Row // by fixture, as laid out
}

// Lay lays the named fixtures out again, whatever was in them.
func (b *Bench) Lay(ctx context.Context, names ...string) error {
	load := map[string][]connectors.Row{}
	all := fixtures()
	for _, name := range names {
		rows := b.Shape.rows(name, all[name])
		b.laid[name] = rows
		load[b.Collection(name).At] = rows
	}
	if err := b.fixture.Load(ctx, load); err != nil {
		return fmt.Errorf("laying out %s: %w", strings.Join(names, ", "), err)
	}
	return nil
}

// Collection is a fixture's collection as the shape places it.
func (b *Bench) Collection(name string) connectors.Collection {
	p, _ := b.Shape.place(name)
	f := fixtures()[name]
	c := connectors.Collection{Name: name, At: p.At, Key: p.Key, Rows: p.Rows, Document: f.document}
	if c.Key == nil {
		c.Key = f.key
	}
	return c
}

// Rows are the rows of a fixture as they were laid out.
func (b *Bench) Rows(name string) []connectors.Row { return b.laid[name] }

// Lookup is the field by which cases look up rows of a fixture.
func (b *Bench) Lookup(name string) string {
	if p, ok := b.Shape.place(name); ok && len(p.Lookup) > 0 {
		return p.Lookup[0]
	}
	return fixtures()[name].lookup
}

// People selects people by the values of their lookup field that rows of these ids hold: the first id is person
// 0, the next person 1.
func (b *Bench) People(ids ...int64) connectors.Selection {
	by := b.Lookup("people")
	m := connectors.Match{Fields: []string{by}}
	for i, id := range ids {
		m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{b.person(id)[by]}})
	}
	c := b.Collection("people")
	return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: c.Key}
}

// person is the row of people that has this id in the fixture, as it was laid out.
func (b *Bench) person(id int64) connectors.Row {
	full := fixtures()["people"].rows[id-1]
	by := b.Lookup("people")
	for _, r := range b.laid["people"] {
		if connectors.Equal(r[by], full[by]) {
			return r
		}
	}
	return connectors.Row{}
}

// ask selects rows of a fixture of which field holds one of values, for person 0.
func (b *Bench) ask(name, field string, values ...any) connectors.Selection {
	m := connectors.Match{Fields: []string{field}}
	for _, v := range values {
		m.Values = append(m.Values, connectors.Tuple{Values: []any{v}})
	}
	c := b.Collection(name)
	return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: c.Key}
}

// all selects every row of a fixture, by its keys: not every store can list all.
func (b *Bench) all(name string) connectors.Selection {
	c := b.Collection(name)
	by := b.Lookup(name)
	var values []any
	for _, r := range b.laid[name] {
		if v := r[by]; !connectors.Empty(v) && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	sel := b.ask(name, by, values...)
	sel.Fields = c.Key
	return sel
}

// eval works selections out over what was laid out.
func (b *Bench) eval() connectors.Eval {
	byAt := map[string]string{}
	for name := range b.laid {
		byAt[b.Collection(name).At] = name
	}
	return connectors.Eval{
		Rows: func(c connectors.Collection) ([]connectors.Row, error) {
			name, ok := byAt[c.At]
			if !ok {
				return nil, fmt.Errorf("the case needs %s, and does not say so", c.At)
			}
			return b.laid[name], nil
		},
		Equal: func(_ connectors.Collection, field string, x, y any) bool {
			s, ok := x.(string)
			t, ok2 := y.(string)
			if ok && ok2 && b.Shape.Folds && strings.HasSuffix(field, "_ci") {
				return strings.EqualFold(s, t)
			}
			return connectors.Equal(x, y)
		},
	}
}

// can narrows what the store says of itself: a selection of n hops.
func (b *Bench) pushes(sel connectors.Selection) bool {
	for _, m := range sel.Any {
		if len(m.Via) > b.Card.MaxPath || slices.ContainsFunc(m.Via, func(h connectors.Hop) bool { return h.Repeat && !b.Card.Recursive }) {
			return false
		}
		if b.Card.MaxValues > 0 && len(m.Values) > b.Card.MaxValues {
			return false
		}
		for _, h := range m.Via {
			if !b.Card.Exists && slices.ContainsFunc(slices.Concat(h.If, h.Then), connectors.Cond.HasExists) {
				return false
			}
		}
	}
	return b.Card.Exists || !slices.ContainsFunc(sel.Where, connectors.Cond.HasExists)
}
