package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

var planOptions = engine.PlanOptions{}

// TestSlicesEndLikeOneTransaction: an erasure cut into many small transactions leaves the stores as one transaction does, and its counts add up.
func TestSlicesEndLikeOneTransaction(t *testing.T) {
	one, many := world.Open(t, sample.Options{}, nil), world.Open(t, sample.Options{}, nil)
	for _, s := range many.Map.Systems {
		s.MaxRows = 20
	}
	counts := map[*world.World]string{}
	for _, w := range []*world.World{one, many} {
		before := w.Snapshot(t)
		id := w.Start(t, "erasure")
		if err := w.Engine.Drain(context.Background(), id); err != nil {
			t.Fatal(err)
		}
		s := w.Standing(t, id)
		for _, y := range s.Systems {
			counts[w] += fmt.Sprintf("%s: %s, %d deleted, %d anonymised, %d recounted, %d inferred\n", y.Name, y.State, y.Deleted, y.Anonymised, y.Recounted, y.Inferred)
		}
		if changed := before.Changed(w.Snapshot(t)); len(changed) == 0 {
			t.Error("nothing changed")
		}
	}
	if counts[one] != counts[many] {
		t.Errorf("in one transaction:\n%s\nin slices:\n%s", counts[one], counts[many])
	}
	if diff := one.Snapshot(t).Changed(many.Snapshot(t)); len(diff) > 0 {
		t.Errorf("%d rows and files differ, the first: %v", len(diff), diff[0])
	}
	p, err := many.Engine.CurrentPlan(context.Background(), "2026-000123")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Systems {
		if s.Name == "ledger" && s.Transaction != "slices" {
			t.Errorf("the plan does not say that the ledger is worked in slices but %q", s.Transaction)
		}
	}
}
