package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestDueOfSeveral: what has come due of several persons is planned and carried out together, and leaves what it leaves one by one: in the
// stores, and of what is still to come due.
func TestDueOfSeveral(t *testing.T) {
	t.Parallel()
	var worlds []*world.World
	for range 2 {
		w := world.Open(t, sample.Options{Members: 60}, nil)
		b, in := begin(t, w, "spring", several(t, w, eight...))
		endBatch(t, w, b, in)
		on(t, w, "2032-06-01")
		worlds = append(worlds, w)
	}
	together, apart := worlds[0], worlds[1]
	due, err := together.Engine.PlanDue(t.Context(), nil, planOptions)
	if err != nil || len(due.Batches) != 1 || len(due.Batches[0].Requests) < 3 {
		t.Fatalf("%d batches, %d alone, left %v: %v", len(due.Batches), len(due.Alone), due.Left, err)
	}
	b := due.Batches[0]
	var in []string
	for _, m := range b.Requests {
		in = append(in, m.Request)
	}
	if err := together.Engine.StartBatch(t.Context(), b.Batch, b.Digest); err != nil {
		t.Fatal(err)
	}
	endBatch(t, together, b, in)

	if _, err := apart.Engine.PlanDue(t.Context(), nil, planOptions); err != nil {
		t.Fatal(err)
	}
	for _, id := range in {
		if err := apart.Engine.Start(t.Context(), id, ""); !errors.Is(err, engine.ErrState) {
			t.Errorf("%s, planned in a batch, was begun by itself: %v", id, err)
		}
		p, err := apart.Engine.Plan(t.Context(), id, planOptions)
		if err != nil {
			t.Fatal(err)
		}
		if err := apart.Engine.Start(t.Context(), id, p.Digest); err != nil {
			t.Fatal(err)
		}
		end(t, apart, id)
	}
	if d := apart.Snapshot(t).Changed(together.Snapshot(t)); len(d) > 0 {
		t.Errorf("the stores are not as after one by one: %v", d)
	}
	var items [2][]string
	for i, w := range worlds {
		list, _, err := w.Engine.Dues(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			items[i] = append(items[i], fmt.Sprint(d.Request, d.System, d.Collection, d.Rule, d.Until, d.State, d.Count))
		}
		slices.Sort(items[i])
	}
	if d := cmp.Diff(items[1], items[0]); d != "" {
		t.Errorf("what is still to come due is not what it is one by one:\n%s", d)
	}
	for _, id := range in {
		if s := together.Standing(t, id); s.State != "done" {
			t.Errorf("%s is %s: %s", id, s.State, s.Why)
		}
	}
}
