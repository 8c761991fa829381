package relational

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestCovering: of what starts from the same values the selection with fewer conditions locks for all; what starts elsewhere, or has a
// condition of its own, locks for itself.
func TestCovering(t *testing.T) {
	people := connectors.Collection{Name: "people", At: "people", Key: []string{"id"}}
	by := func(v any, where ...connectors.Cond) connectors.Selection {
		return connectors.Selection{Collection: people, Any: []connectors.Match{{Fields: []string{"id"}, Values: []connectors.Tuple{{Values: []any{v}}}}}, Where: where}
	}
	other := connectors.Cond{Op: connectors.Exists, Over: &connectors.Step{From: []string{"id"}, To: []string{"id"}, Collection: people}}
	is, is2 := connectors.InValues("a", int64(1)), connectors.InValues("a", int64(2))
	for name, c := range map[string]struct {
		sels []connectors.Selection
		want int
	}{
		"the same twice":               {[]connectors.Selection{by(int64(1), other), by(int64(1), other)}, 1},
		"the wider comes later":        {[]connectors.Selection{by(int64(1), other, is), by(int64(1), is2, other), by(int64(1), other)}, 1},
		"the wider comes first":        {[]connectors.Selection{by(int64(1), other), by(int64(1), other, is)}, 1},
		"each has a condition":         {[]connectors.Selection{by(int64(1), other, is), by(int64(1), other, is2)}, 2},
		"they start from other values": {[]connectors.Selection{by(int64(1), other), by(int64(2), other)}, 2},
		"none":                         {nil, 0},
	} {
		if got := Covering(c.sels); len(got) != c.want {
			t.Errorf("%s: %d selections lock, want %d", name, len(got), c.want)
		}
	}
}
