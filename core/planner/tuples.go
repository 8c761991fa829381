package planner

import (
	"github.com/dossier-dsr/dossier/connectors"
)

// tuples is a set of captured values of some fields, in the order they were found.
type tuples struct {
	fields []string
	list   []connectors.Tuple
	seen   map[string]bool
	sent   int // how many earlier rounds have used
}

// add takes one more; values with a NULL or empty part lead nowhere and are left out.
func (t *tuples) add(v connectors.Tuple) bool {
	for _, x := range v.Values {
		if connectors.Empty(x) {
			return false
		}
	}
	id := v.ID()
	if t.seen[id] {
		return false
	}
	if t.seen == nil {
		t.seen = map[string]bool{}
	}
	t.seen[id] = true
	t.list = append(t.list, v)
	return true
}

func (t *tuples) fresh() []connectors.Tuple { return t.list[t.sent:] }

// has says whether the values stand in the set, whatever the person and range.
func (t *tuples) empty() bool { return t == nil || len(t.list) == 0 }
