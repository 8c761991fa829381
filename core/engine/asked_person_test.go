package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// askedOf is the one question about the person of a request.
func askedOf(t *testing.T, w *world.World, id, kind string) engine.TaskStanding {
	t.Helper()
	asked, err := w.Engine.Questions(context.Background(), id)
	if err != nil || len(asked) != 1 || asked[0].Kind != kind {
		t.Fatalf("asked %+v, want one about a %s person (%v)", asked, kind, err)
	}
	return asked[0]
}

// decided is the one decision a receipt names.
func decided(t *testing.T, w *world.World, id string) journal.Decision {
	t.Helper()
	f := facts(t, w, id)
	if len(f.Decisions) != 1 {
		t.Fatalf("the receipt names %+v", f.Decisions)
	}
	return f.Decisions[0]
}

// TestDeceasedToTheEnd: the erasure of a person who has died stands still until somebody has said under which law it goes on, is planned
// with that answer and carried out, and the receipt names who said so. Refused, it cannot be carried out, whoever approves.
func TestDeceasedToTheEnd(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := several(t, w, "Dead")[0]
	p, _ := planned(t, w, id)
	x := askedOf(t, w, id, "deceased")
	if s := w.Standing(t, id); s.State != "waiting" || s.WaitsFor != "person" || !p.Asks() {
		t.Fatalf("%+v", *s)
	}
	var waits engine.Waiting
	if err := w.Engine.Start(ctx, id, p.Digest); !errors.As(err, &waits) {
		t.Errorf("begun before anybody answered: %v", err)
	}
	as(w, "ewa", func() {
		if _, err := w.Engine.Answer(ctx, x.ID, engine.Answer{State: state.TaskDone, Because: "Prawo bankowe, art. 56"}); err != nil {
			t.Fatal(err)
		}
	})
	p, asked := planned(t, w, id)
	if len(asked) > 0 || p.Asks() || !p.Applicable || len(p.Decisions) != 1 || p.Decisions[0].Answer != plan.GoesOn || p.Decisions[0].By != "ewa" {
		t.Fatalf("%+v %+v %v", asked, p.Decisions, p.Blockers)
	}
	as(w, "jan", func() {
		if err := errors.Join(w.Engine.Approve(ctx, id, p.Digest), w.Engine.Start(ctx, id, p.Digest)); err != nil {
			t.Fatal(err)
		}
	})
	finish(t, w, id)
	if d := decided(t, w, id); d.Kind != "deceased" || d.By != "ewa" || d.Answer != state.TaskDone {
		t.Errorf("%+v", d)
	}
}

// TestDeceasedRefused: what somebody has said does not go on is not carried out, whoever approves the plan.
func TestDeceasedRefused(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := several(t, w, "Dead")[0]
	_, _ = planned(t, w, id)
	if _, err := w.Engine.Answer(ctx, askedOf(t, w, id, "deceased").ID, engine.Answer{State: state.TaskRefused, Because: "no law gives it"}); err != nil {
		t.Fatal(err)
	}
	p, asked := planned(t, w, id)
	if len(asked) > 0 || p.Applicable || len(p.Decisions) != 1 || p.Decisions[0].Answer != plan.Stops {
		t.Fatalf("%+v %+v", asked, p.Decisions)
	}
	as(w, "jan", func() {
		if err := errors.Join(w.Engine.Approve(ctx, id, p.Digest), w.Engine.Start(ctx, id, p.Digest)); !errors.Is(err, engine.ErrNotApplicable) {
			t.Errorf("it was begun: %v", err)
		}
	})
}

// TestMinorInABatch: a child who asks alone is left aside of a batch and asked about; once somebody has said that it goes on, it is planned
// and carried out with the others. One that is refused stays aside, and the others go on.
func TestMinorInABatch(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	ids := several(t, w, "Minor", "Dead", "LeapDay", "YearEnd")
	minor, dead := several(t, w, "Minor")[0], several(t, w, "Dead")[0]
	made, err := w.Engine.PlanBatch(ctx, "all", ids, engine.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Plan.Requests) != 2 || len(made.Plan.Left) != 2 {
		t.Fatalf("%d together, left %+v", len(made.Plan.Requests), made.Plan.Left)
	}
	child, passed := askedOf(t, w, minor, "minor"), askedOf(t, w, dead, "deceased")
	as(w, "ewa", func() {
		_, err = w.Engine.Answer(ctx, child.ID, engine.Answer{State: state.TaskDone, Because: "sixteen, and about an account of her own"})
		if err == nil {
			_, err = w.Engine.Answer(ctx, passed.ID, engine.Answer{State: state.TaskRefused, Because: "no law gives it"})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	b, in := begin(t, w, "all", ids)
	if len(in) != 3 || !slices.Contains(in, minor) || len(b.Left) != 1 || b.Left[0].Request != dead || b.Left[0].Attention.Code != "deceased" {
		t.Fatalf("together %v, left %+v", in, b.Left)
	}
	endBatch(t, w, b, in)
	w.Clock.Add(time.Minute)
	if s := w.Standing(t, minor); s.State != "done" || len(s.Attention) > 0 {
		t.Fatalf("%+v", *s)
	}
	if d := decided(t, w, minor); d.Kind != "minor" || d.By != "ewa" || d.Answer != state.TaskDone {
		t.Errorf("%+v", d)
	}
	if s := w.Standing(t, dead); s.State == "done" || s.StartedAt != nil {
		t.Errorf("%+v", *s)
	}
}
