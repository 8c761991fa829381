package postgres

import (
	"errors"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// findingEnsured finds out whether the row is there already, by its key or by any unique key the assignments fill.
func (w *work) findingEnsured(j *job) ([]ask, error) {
	s := j.Table.on()
	var parts []string
	for _, s.arm = range j.Table.Arms {
		var tests []string
		for _, key := range append(slices.Clone(j.Table.Unique), j.Do.On.Collection.Key) {
			test, err := s.holds(key, j.Do.Assign)
			if err != nil {
				return nil, err
			}
			if test != "" {
				tests = append(tests, test)
			}
		}
		parts = append(parts, "EXISTS (SELECT 1 FROM "+s.as()+" WHERE "+strings.Join(tests, " OR ")+")")
	}
	a := s.ask("looking for the row to ensure", "SELECT "+strings.Join(parts, " OR "))
	a.row = func(row [][]byte) error {
		if string(row[0]) == "t" {
			j.Out.Already = 1
			return nil
		}
		j.Rows = []target{{}}
		return j.Within(1)
	}
	return []ask{a}, nil
}

// holds writes that a row has the assigned values in key; "" where one of them is not assigned or empty.
func (s *statement) holds(key []string, assign []connectors.Assign) (string, error) {
	var parts []string
	for _, k := range key {
		i := slices.IndexFunc(assign, func(a connectors.Assign) bool { return strings.EqualFold(a.Field, k) })
		if i < 0 || assign[i].To == nil {
			return "", nil
		}
		expr, col, err := s.Field(k)
		if err != nil {
			return "", err
		}
		v, err := dialect{}.Bound(col, assign[i].To, s.Bind)
		if errors.Is(err, relational.ErrForeign) {
			return "FALSE", nil
		}
		if err != nil {
			return "", err
		}
		parts = append(parts, expr+" = "+v)
	}
	return "(" + strings.Join(parts, " AND ") + ")", nil
}

// ensure inserts the row unless somebody has brought it meanwhile.
func (q *queue) ensure(j *job) error {
	if len(j.Rows) == 0 {
		return nil
	}
	s := j.Table.on()
	var cols, values []string
	for _, a := range j.Do.Assign {
		col, err := j.Table.Column(a.Field)
		if err != nil {
			return err
		}
		v, err := assigned(col, a, s.Bind)
		if err != nil {
			return err
		}
		cols, values = append(cols, quote(col.Name)), append(values, v)
	}
	a := s.ask("inserting into "+j.Table.Name, "INSERT INTO "+s.as()+" ("+strings.Join(cols, ", ")+") OVERRIDING SYSTEM VALUE VALUES ("+strings.Join(values, ", ")+
		") ON CONFLICT DO NOTHING")
	a.done = func(n int64) error {
		if n == 0 {
			j.Out.Already++
		} else {
			j.Out.Changed++
		}
		return nil
	}
	q.asks = append(q.asks, a)
	return nil
}
