package planner

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestAllAmong: values count with their types, persons and times do not.
func TestAllAmong(t *testing.T) {
	of := func(vs ...any) (out []connectors.Tuple) {
		for i, v := range vs {
			out = append(out, connectors.Tuple{Person: i, Values: []any{v, "x"}})
		}
		return out
	}
	for name, c := range map[string]struct {
		these, others []connectors.Tuple
		want          bool
	}{
		"all":                  {of(int64(2), int64(1)), of(int64(1), int64(2), int64(3)), true},
		"one is missing":       {of(int64(1), int64(4)), of(int64(1), int64(2)), false},
		"another type's value": {of("1"), of(int64(1)), false},
		"none":                 {nil, nil, true},
	} {
		if got := allAmong(c.these, c.others); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
