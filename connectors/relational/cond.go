package relational

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// place is a row under an alias: what a condition is about.
type place struct {
	alias string
	table *Table
	zone  string
	any   bool   // of all rows of the table: what is asked of it may be the way to it
	held  string // where both arms stand beside each other: SQL that is 1 where the row is in the held one, else 0
}

// asked is a condition on the row that holds a list.
func (s *statement) asked(p place, cond string) string {
	if p.any {
		return cond
	}
	return s.d.Asked(cond)
}

// expr is a field of the row.
func (s *statement) expr(p place, field string) (Term, error) {
	c, err := p.table.Column(field)
	if err != nil {
		return Term{Column: c}, err
	}
	return Term{s.column(p, c.Name, c.Name), c}, nil
}

// conds writes conditions that all hold, as a list for WHERE.
func (s *statement) conds(cs []connectors.Cond, p place) ([]string, error) {
	out := make([]string, len(cs))
	for i, c := range cs {
		text, err := s.cond(c, p)
		if err != nil {
			return nil, err
		}
		out[i] = text
	}
	return out, nil
}

// cond writes one condition; what it writes is true or false of every row, never NULL.
func (s *statement) cond(c connectors.Cond, p place) (string, error) {
	switch c.Op {
	case connectors.And:
		return s.joined(c.Kids, p, " AND ", "TRUE")
	case connectors.Or:
		if fields, tuples := tuplesIn(c); len(tuples) > manyValues {
			return s.inTuples(p, fields, tuples)
		}
		if fields, tuples := spansIn(c); len(tuples) > manyValues {
			return s.inSpans(p, fields, tuples)
		}
		return s.joined(c.Kids, p, " OR ", "FALSE")
	case connectors.Not:
		if len(c.Kids) != 1 {
			return "", fmt.Errorf("not is about one condition")
		}
		kid, err := s.cond(c.Kids[0], p)
		return "NOT " + kid, err
	case connectors.Exists:
		return s.exists(c, p)
	}
	expr, err := s.expr(p, c.Field)
	if err != nil {
		return "", err
	}
	switch c.Op {
	case connectors.In:
		if len(c.Values) > manyValues {
			var tuples [][]any
			for _, v := range c.Values {
				tuples = append(tuples, []any{v})
			}
			return s.inTuples(p, []string{c.Field}, tuples)
		}
		return s.in(p, expr, c.Values)
	case connectors.IsNull:
		return "(" + expr.SQL + " IS NULL)", nil
	case connectors.Before:
		return s.d.Before(expr, p.zone, c.Time, s.bind), nil
	case connectors.Dated:
		return s.d.Dated(expr, p.zone, s.bind), nil
	}
	return "", fmt.Errorf("no condition %s in SQL", c.Op)
}

func (s *statement) joined(kids []connectors.Cond, p place, sep, none string) (string, error) {
	parts, err := s.conds(kids, p)
	if err != nil || len(parts) == 0 {
		return none, err
	}
	return "(" + strings.Join(parts, sep) + ")", nil
}

// in writes that expr equals one of values; NULL among them equals nothing.
func (s *statement) in(p place, of Term, values []any) (string, error) {
	if l, ok := s.d.(Lister); ok {
		if list, ok := l.List(of.Column, values, s.bind); ok {
			return s.asked(p, "("+of.SQL+" IS NOT NULL AND "+of.SQL+" "+list+")"), nil
		}
	}
	var binds []string
	for _, v := range values {
		if v == nil {
			continue
		}
		arg, err := s.d.Bound(of.Column, v, s.bind)
		if errors.Is(err, ErrForeign) {
			continue
		}
		if err != nil {
			return "", err
		}
		binds = append(binds, arg)
	}
	if len(binds) == 0 {
		return "FALSE", nil
	}
	return s.asked(p, fmt.Sprintf("(%s IS NOT NULL AND %s IN (%s))", of.SQL, of.SQL, strings.Join(binds, ", "))), nil
}

// exists asks for a row over an edge, in every arm of where it leads.
func (s *statement) exists(c connectors.Cond, p place) (string, error) {
	var parts []string
	err := s.over(*c.Over, p, func(from string, where []string, there place) error {
		kids, err := s.conds(c.Kids, there)
		if err != nil {
			return err
		}
		parts = append(parts, "EXISTS (SELECT 1 FROM "+from+" WHERE "+strings.Join(append(where, kids...), " AND ")+")")
		return nil
	})
	if len(parts) == 1 {
		return parts[0], err
	}
	return "(" + strings.Join(parts, " OR ") + ")", err
}

// over gives, for each arm a step leads to, what to select from and what joins it to p.
func (s *statement) over(step connectors.Step, p place, f func(from string, where []string, there place) error) error {
	t, err := s.catalog(step.Collection)
	if err != nil {
		return err
	}
	alias := s.name("e")
	there := place{alias: alias, table: t, zone: step.Collection.Zone}
	join, err := s.join(p, step.From, there, step.To)
	if err != nil {
		return err
	}
	for _, arm := range t.Arms {
		where := join
		if arm.Hide != nil {
			where = append(where[:len(where):len(where)], arm.Hide(alias))
		}
		if err := f(arm.Table(s.d)+" AS "+alias, where, there); err != nil {
			return err
		}
	}
	return nil
}

// join writes that to's fields hold from's values, none of them empty.
func (s *statement) join(from place, fromFields []string, to place, toFields []string) ([]string, error) {
	var out []string
	for i, f := range fromFields {
		left, err := s.expr(to, toFields[i])
		if err != nil {
			return nil, err
		}
		right, err := s.expr(from, f)
		if err != nil {
			return nil, err
		}
		out = append(out, left.SQL+" = "+s.d.Bare(right, left.Column), s.d.Filled(right))
	}
	return out, nil
}
