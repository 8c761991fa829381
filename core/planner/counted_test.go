package planner_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// counting is a store that notes which collections are counted.
type counting struct {
	connectors.Store
	mu sync.Mutex
	of []string
}

func (s *counting) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	s.mu.Lock()
	for _, sel := range sels {
		s.of = append(s.of, sel.Collection.Name)
	}
	s.mu.Unlock()
	c, _ := connectors.As[connectors.Counter](s.Store)
	return c.Count(ctx, sels)
}

// TestCountedByTheSearch: rows the search has seen, each once, are not counted again for an access. What has one key twice, what two questions found, what an edge
// leads to as well and what hangs on other rows is counted, and every number is right.
func TestCountedByTheSearch(t *testing.T) {
	h := build(t, map[string]string{"s": `
  people: { key: id, label: { pl: x }, purposes: { n: {} }, fields: { pid: { identifier: pid }, uno: { identifier: uno } } }
  alone: { key: id, label: { pl: x }, purposes: { n: {} }, fields: { pid: { identifier: pid } } }
  twice: { key: no, label: { pl: x }, purposes: { n: {} }, fields: { pid: { identifier: pid } } }
  either: { key: id, label: { pl: x }, purposes: { n: {} }, fields: { pid: { identifier: pid }, uno: { identifier: uno } } }
  led: { key: id, label: { pl: x }, purposes: { n: {} }, fields: { pid: { identifier: pid }, of: { owned_by: people } } }
  below: { key: id, label: { pl: x }, purposes: { n: {} }, fields: { of: { owned_by: alone } } }
`}, map[string]rows{"s": {
		"people": {{"id": int64(1), "pid": "P1", "uno": "U1"}, {"id": int64(2), "pid": "P2", "uno": "U2"}},
		"alone":  {{"id": int64(1), "pid": "P1"}, {"id": int64(2), "pid": "P1"}, {"id": int64(3), "pid": "P2"}},
		"twice":  {{"no": int64(1), "pid": "P1"}, {"no": int64(1), "pid": "P1"}, {"no": int64(1), "pid": "P2"}},
		"either": {{"id": int64(1), "pid": "P1"}, {"id": int64(2), "uno": "U1"}, {"id": int64(3), "uno": "U2"}},
		"led":    {{"id": int64(1), "pid": "P1"}, {"id": int64(2), "of": int64(1)}, {"id": int64(3), "of": int64(2)}},
		"below":  {{"id": int64(1), "of": int64(1)}, {"id": int64(2), "of": int64(1)}, {"id": int64(3), "of": int64(3)}},
	}})
	store := &counting{Store: h.Systems["s"].Store}
	h.Systems["s"].Store = store
	r := ask("pid P1")
	r.Right, r.Ground = request.Access, ""
	made, err := h.Make(t.Context(), planner.Input{Request: r, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"people": 1, "alone": 2, "twice": 2, "either": 2, "led": 2, "below": 2}
	for _, c := range made.Plan.Systems[0].Collections {
		if c.Total != want[c.Name] {
			t.Errorf("%s: %d rows, want %d", c.Name, c.Total, want[c.Name])
		}
		delete(want, c.Name)
		if c.Actions[0].Action != plan.Export || c.Actions[0].Rows != c.Total {
			t.Errorf("%s: %v", c.Name, c.Actions)
		}
	}
	if len(want) > 0 {
		t.Errorf("the plan lacks %v", want)
	}
	if slices.Contains(store.of, "alone") {
		t.Error("alone is counted although each of its rows was seen, once")
	}
	for _, name := range []string{"people", "twice", "either", "led", "below"} {
		if !slices.Contains(store.of, name) {
			t.Errorf("%s is not counted", name)
		}
	}
}
