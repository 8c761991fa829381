package relational

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// manyValues is how many values are bound one by one. More go as one parameter: a statement takes only so many, and what is kept of it
// is kept by its text.
const manyValues = 50

// tuplesIn reads a condition that says of some fields together that they equal one of many tuples: any of, all of, in one value each.
// nil where it says anything else.
func tuplesIn(c connectors.Cond) (fields []string, tuples [][]any) {
	for _, kid := range c.Kids {
		var names []string
		var some [][]any
		switch kid.Op {
		case connectors.Or:
			names, some = tuplesIn(kid)
		case connectors.And:
			one := make([]any, 0, len(kid.Kids))
			for _, k := range kid.Kids {
				if k.Op != connectors.In || len(k.Values) != 1 {
					return nil, nil
				}
				names, one = append(names, k.Field), append(one, k.Values[0])
			}
			some = [][]any{one}
		}
		if len(names) == 0 || fields != nil && !slices.Equal(fields, names) {
			return nil, nil
		}
		fields, tuples = names, append(tuples, some...)
	}
	return fields, tuples
}

// given is what tuples are compared with, and those that may equal something: none with a NULL.
func (s *statement) given(p place, fields []string, tuples []connectors.Tuple) (list []connectors.Tuple, cols []Column, terms []Term, err error) {
	for _, f := range fields {
		term, err := s.expr(p, f)
		if err != nil {
			return nil, nil, nil, err
		}
		cols, terms = append(cols, term.Column), append(terms, term)
	}
	for _, t := range tuples {
		if !slices.Contains(t.Values, nil) {
			list = append(list, t)
		}
	}
	return list, cols, terms, nil
}

// inTuples writes that fields equal one of tuples, sent as one parameter; a NULL among them equals nothing.
func (s *statement) inTuples(p place, fields []string, tuples [][]any) (string, error) {
	all := make([]connectors.Tuple, 0, len(tuples))
	for _, t := range tuples {
		all = append(all, connectors.Tuple{Values: t})
	}
	list, cols, terms, err := s.given(p, fields, all)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "FALSE", nil
	}
	var exprs, there, bare, filled []string
	for i, e := range terms {
		v := fmt.Sprintf("v%d", i)
		exprs, there, bare, filled = append(exprs, e.SQL), append(there, v), append(bare, s.d.Bare(Term{v, e.Column}, e.Column)), append(filled, e.SQL+" IS NOT NULL")
	}
	text, err := s.d.Tuples(cols, list, false, s.bind)
	if err != nil {
		return "", err
	}
	left := exprs[0]
	if len(exprs) > 1 {
		left = "(" + strings.Join(exprs, ", ") + ")"
	}
	given := s.name("t")
	return s.asked(p, fmt.Sprintf("(%s AND %s IN (WITH %s(person, %s) AS (%s) SELECT %s FROM %s))",
		strings.Join(filled, " AND "), left, given, strings.Join(there, ", "), text, strings.Join(bare, ", "), given)), nil
}
