package postgres

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// findingEnsured finds out whether the row is there already, by its key or by any unique key the assignments fill.
func (w *work) findingEnsured(j *job) ([]ask, error) {
	s := j.Table.on()
	var parts []string
	for _, s.arm = range j.Table.Arms {
		test, err := relational.Taken(dialect{}, s, append(slices.Clone(j.Table.Unique), j.Do.On.Collection.Key), j.Do.Assign)
		if err != nil {
			return nil, err
		}
		parts = append(parts, "EXISTS (SELECT 1 FROM "+s.as()+" WHERE "+test+")")
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
