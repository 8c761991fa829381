package objects

import (
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// fits is a condition as it is asked of one row after the other.
type fits func(connectors.Row) bool

// fewAlternatives are asked one after the other; of more, there is a table.
const fewAlternatives = 8

// asked gives a condition, which asks about no other row, in the form it is asked in. Where it has as many alternatives as somebody has rows, each naming values of the same
// fields, a row is looked up among them. It is what [connectors.Cond.Fits] says.
func asked(c connectors.Cond, zone *time.Location) fits {
	switch {
	case c.Op == connectors.And:
		kids := make([]fits, len(c.Kids))
		for i, k := range c.Kids {
			kids[i] = asked(k, zone)
		}
		return func(row connectors.Row) bool {
			for _, kid := range kids {
				if !kid(row) {
					return false
				}
			}
			return true
		}
	case c.Op == connectors.Not && len(c.Kids) == 1:
		kid := asked(c.Kids[0], zone)
		return func(row connectors.Row) bool { return !kid(row) }
	case c.Op == connectors.Or, c.Op == connectors.In && len(c.Values) > 1:
		return anyAsked(alternatives(nil, c), zone)
	}
	return func(row connectors.Row) bool { return c.Fits(row, zone) }
}

// alternatives are the conditions one of which has to hold.
func alternatives(out []connectors.Cond, c connectors.Cond) []connectors.Cond {
	switch c.Op {
	case connectors.Or:
		for _, k := range c.Kids {
			out = alternatives(out, k)
		}
	case connectors.In:
		for i := range c.Values {
			out = append(out, connectors.Cond{Op: connectors.In, Field: c.Field, Values: c.Values[i : i+1]})
		}
	default:
		out = append(out, c)
	}
	return out
}

func anyAsked(cs []connectors.Cond, zone *time.Location) fits {
	tables := map[string]*table{}
	var some []fits
	for _, c := range cs {
		fields, values := named(c)
		if len(cs) <= fewAlternatives || len(fields) == 0 {
			some = append(some, asked(c, zone))
			continue
		}
		name := strings.Join(fields, "\x00")
		if tables[name] == nil {
			tables[name] = &table{fields: fields, values: map[string][][]any{}}
			some = append(some, tables[name].has)
		}
		tables[name].add(values)
	}
	return func(row connectors.Row) bool {
		for _, one := range some {
			if one(row) {
				return true
			}
		}
		return false
	}
}

// named gives the fields of which a condition names the values, one of each, and these; none where it says anything else.
func named(c connectors.Cond) (fields []string, values []any) {
	parts := []connectors.Cond{c}
	if c.Op == connectors.And {
		parts = c.Kids
	}
	for _, p := range parts {
		if p.Op != connectors.In || len(p.Values) != 1 {
			return nil, nil
		}
		fields, values = append(fields, p.Field), append(values, p.Values[0])
	}
	return fields, values
}

// table is values of some fields, those together that may be equal.
type table struct {
	fields []string
	values map[string][][]any
}

func (t *table) add(values []any) {
	if key, ok := t.key(nil, func(i int) any { return values[i] }); ok {
		t.values[string(key)] = append(t.values[string(key)], values)
	}
}

// key joins what is kindred to each value; ok is false where one is NULL, which equals nothing.
func (t *table) key(b []byte, at func(i int) any) (key []byte, ok bool) {
	for i := range t.fields {
		v := at(i)
		if v == nil {
			return nil, false
		}
		b = joinKindred(b, v)
	}
	return b, true
}

// has says whether the row has values of the table.
func (t *table) has(row connectors.Row) bool {
	var room [256]byte
	key, ok := t.key(room[:0], func(i int) any { return row[t.fields[i]] })
	if !ok {
		return false
	}
next:
	for _, values := range t.values[string(key)] {
		for i, name := range t.fields {
			if !connectors.Equal(row[name], values[i]) {
				continue next
			}
		}
		return true
	}
	return false
}
