package engine_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

var eight = []string{"Demo", "Husband", "NextTenant", "LeaseMates[0]", "SelfReference", "YearEnd", "LeapDay", "Dead"}

// register gives a connection to the register of a world.
func register(t *testing.T, w *world.World) func(statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", w.Env()["REGISTER_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return func(statement string, args ...any) {
		t.Helper()
		if _, err := db.Exec(statement, args...); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBatchIsHalved: where one member's rows stand in the way, that member stands alone, as attention, and the others are done; a plan of its
// own then does the rest, and all is as if nothing had stood in the way.
func TestBatchIsHalved(t *testing.T) {
	t.Parallel()
	smooth := world.Open(t, sample.Options{Members: 60}, nil)
	b, in := begin(t, smooth, "spring", several(t, smooth, eight...))
	endBatch(t, smooth, b, in)

	w := world.Open(t, sample.Options{Members: 60}, nil)
	do := register(t, w)
	b, in = begin(t, w, "spring", several(t, w, eight...))
	stuck := fmt.Sprint("r-", w.Persons.Demo.ID)
	if !slices.Contains(in, stuck) {
		t.Fatal(stuck, "is not in the batch")
	}
	do(fmt.Sprintf("CREATE TRIGGER stuck BEFORE DELETE ON vehicles WHEN OLD.member_id = %d BEGIN SELECT RAISE(ABORT, 'not this one'); END", w.Persons.Demo.ID))
	if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
		t.Fatal(err)
	}
	tellAll(t, w, in)
	w.Clock.Add(25 * time.Hour)
	if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
		t.Fatal(err)
	}
	for _, id := range in {
		s := w.Standing(t, id)
		if id == stuck {
			if s.State != "running" || s.WaitsFor != "person" || !slices.Contains(s.Attention, "constraint") {
				t.Errorf("%s, whose rows are in the way, is %s and waits for %q: %v", id, s.State, s.WaitsFor, s.Attention)
			}
			continue
		}
		if s.State != "done" {
			t.Errorf("%s is %s, waits for %s: %s: %+v", id, s.State, s.WaitsFor, s.Why, s.Systems)
		}
		if x, y := facts(t, smooth, id), facts(t, w, id); fmt.Sprint(x.Systems) != fmt.Sprint(y.Systems) {
			t.Errorf("%s: its receipt says\n%v, undisturbed\n%v", id, y.Systems, x.Systems)
		}
	}
	if err := w.Engine.Settle(t.Context(), in[1], "register", "no"); err == nil {
		t.Error("a system that is done was answered for")
	}

	do("DROP TRIGGER stuck")
	if err := errors.Join(w.Engine.Resume(t.Context(), stuck), w.Engine.Drain(t.Context(), stuck)); err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, stuck); s.WaitsFor != "person" {
		t.Errorf("resumed, a member's batch plan was carried out for it alone: %+v", s)
	}
	p, err := w.Engine.Plan(t.Context(), stuck, engine.PlanOptions{Supplement: true})
	if err != nil {
		t.Fatal(err)
	}
	as(w, "jan", func() {
		err = errors.Join(w.Engine.Approve(t.Context(), stuck, p.Digest), w.Engine.Start(t.Context(), stuck, p.Digest))
	})
	if err != nil {
		t.Fatal(err, p.Blockers)
	}
	end(t, w, stuck)
	if d := smooth.Snapshot(t).Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("the stores are not as after an undisturbed batch: %v", d)
	}
	if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
		t.Fatal(err)
	}
	if n, err := framesOf(w, b.Batch); n != 0 || err != nil {
		t.Errorf("%d captured frames outlive the batch (%v)", n, err)
	}
}
