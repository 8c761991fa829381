package relational

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// spansIn reads a condition that says of some fields together that they equal one of many tuples while a date of the row lies in that
// tuple's range: any of, all of, the values, the date known, not before the one end, before the instant after the other. nil where it
// says anything else.
func spansIn(c connectors.Cond) (fields []string, tuples []connectors.Tuple) {
	for _, kid := range c.Kids {
		var names []string
		var some []connectors.Tuple
		switch kid.Op {
		case connectors.Or:
			names, some = spansIn(kid)
		case connectors.And:
			if n, t, ok := spanIn(kid.Kids); ok {
				names, some = n, []connectors.Tuple{t}
			}
		}
		if len(some) == 0 || tuples != nil && (!slices.Equal(fields, names) || some[0].Within.Field != tuples[0].Within.Field) {
			return nil, nil
		}
		fields, tuples = names, append(tuples, some...)
	}
	return fields, tuples
}

// spanIn reads one tuple and its range.
func spanIn(all []connectors.Cond) (fields []string, t connectors.Tuple, ok bool) {
	if len(all) < 2 || all[1].Op != connectors.Dated {
		return nil, t, false
	}
	if first := all[0]; first.Op == connectors.In && len(first.Values) == 1 {
		fields, t.Values = []string{first.Field}, first.Values
	} else if names, values := tuplesIn(connectors.AnyOf(first)); len(values) == 1 {
		fields, t.Values = names, values[0]
	} else {
		return nil, t, false
	}
	r := connectors.Range{Field: all[1].Field}
	for _, c := range all[2:] {
		switch {
		case c.Op == connectors.Not && len(c.Kids) == 1 && c.Kids[0].Op == connectors.Before && c.Kids[0].Field == r.Field && r.From == nil:
			r.From = &c.Kids[0].Time
		case c.Op == connectors.Before && c.Field == r.Field && r.To == nil:
			to := c.Time.Add(-time.Nanosecond)
			r.To = &to
		default:
			return nil, t, false
		}
	}
	t.Within = &r
	return fields, t, true
}

// inSpans writes that fields equal one of tuples inside its range, all sent as one parameter and read once; a NULL among the values
// equals nothing.
func (s *statement) inSpans(p place, fields []string, tuples []connectors.Tuple) (string, error) {
	list, cols, terms, err := s.given(p, fields, tuples)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "FALSE", nil
	}
	body, err := s.d.Tuples(cols, list, true, s.bind)
	if err != nil {
		return "", err
	}
	date, err := s.expr(p, tuples[0].Within.Field)
	if err != nil {
		return "", err
	}
	given, names := s.name("p"), []string{"person"}
	var on []string
	for i, e := range terms {
		v := "v" + strconv.Itoa(i+1)
		names, on = append(names, v), append(on, e.SQL+" = "+given+"."+v)
	}
	s.with(given, append(names, "since", "until"), s.d.Beforehand(), body)
	return "EXISTS (SELECT 1 FROM " + given + " WHERE " + strings.Join(on, " AND ") + " AND " + s.d.Within(date, p.zone, given+".since", given+".until", s.bind) + ")", nil
}
