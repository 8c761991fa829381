package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// grow gives one member so many more vehicles than any plan foresaw.
func grow(t *testing.T, w *world.World, n int) {
	t.Helper()
	do := register(t, w)
	for i := range n {
		do("INSERT INTO vehicles (member_id, plate) VALUES (?, ?)", w.Persons.Demo.ID, fmt.Sprintf("WG %05d", i))
	}
}

// aSupplement plans what is left of a member by itself, has it approved and carries it out.
func aSupplement(t *testing.T, w *world.World, id string) {
	t.Helper()
	p, err := w.Engine.Plan(t.Context(), id, engine.PlanOptions{Supplement: true})
	if err != nil {
		t.Fatal(err)
	}
	as(w, "jan", func() {
		err = errors.Join(w.Engine.Approve(t.Context(), id, p.Digest), w.Engine.Start(t.Context(), id, p.Digest))
	})
	if err != nil {
		t.Fatal(err, p.Blockers)
	}
	end(t, w, id)
}

// TestMemberMovesBeforeTheStart: where more is one member's than the own plan allows when a batch is to begin, nothing runs, and it is said of
// whom; planned together again, all are done.
func TestMemberMovesBeforeTheStart(t *testing.T) {
	t.Parallel()
	w := world.Open(t, sample.Options{Members: 60}, nil)
	before := w.Snapshot(t)
	ids := several(t, w, eight...)
	made, err := w.Engine.PlanBatch(t.Context(), "spring", ids, planOptions)
	if err != nil {
		t.Fatal(err)
	}
	grow(t, w, 20) // more than one plan allows, and less than all of them do together
	as(w, "jan", func() {
		if err = w.Engine.ApproveBatch(t.Context(), "spring", made.Plan.Digest); err == nil {
			err = w.Engine.StartBatch(t.Context(), "spring", made.Plan.Digest)
		}
	})
	var stale engine.Stale
	moved := fmt.Sprint("r-", w.Persons.Demo.ID)
	if !errors.As(err, &stale) || len(stale.Differences) != 1 || !strings.HasPrefix(stale.Differences[0], moved+": register/vehicles: ") {
		t.Fatalf("it began, or says of somebody else: %v", err)
	}
	if n := len(before.Changed(w.Snapshot(t))); n != 20 {
		t.Errorf("%d rows changed", n-20)
	}
	b, in := begin(t, w, "spring", ids)
	endBatch(t, w, b, in)
	want := eightUndisturbed(t)
	want.same(t, w, in, moved)
	if n := deleted(t, w, moved, "vehicles/delete") - want.deleted(moved, "vehicles/delete"); n != 20 {
		t.Errorf("%d vehicles more than undisturbed are in the receipt", n)
	}
}

// TestMemberMovesBeforeTheWork: where more of one member's rows would go than the own plan allows, however much is allowed all of them
// together, that member stands alone, the others are done; a plan of its own does the rest.
func TestMemberMovesBeforeTheWork(t *testing.T) {
	t.Parallel()
	w := world.Open(t, sample.Options{Members: 60}, nil)
	b, in := begin(t, w, "spring", several(t, w, eight...))
	grow(t, w, 20)
	moved := fmt.Sprint("r-", w.Persons.Demo.ID)
	if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
		t.Fatal(err)
	}
	restOfBatch(t, w, b, in)
	s := w.Standing(t, moved)
	if s.State != "running" || s.WaitsFor != "person" || !slices.Contains(s.Attention, "stale") || !strings.Contains(s.Why, "register/vehicles: ") {
		t.Fatalf("%s is %s and waits for %q: %s %v", moved, s.State, s.WaitsFor, s.Why, s.Attention)
	}
	want := eightUndisturbed(t)
	want.receipts(t, w, in, moved)
	aSupplement(t, w, moved)
	want.same(t, w, in, moved)
	if n := deleted(t, w, moved, "vehicles/delete") - want.deleted(moved, "vehicles/delete"); n != 20 {
		t.Errorf("%d vehicles more than undisturbed are in the receipt", n)
	}
}

// TestMemberMovesAfterTheWork: what comes late within the own plan's ceiling is treated for all; of whom more came, a person is asked, of that
// member alone.
func TestMemberMovesAfterTheWork(t *testing.T) {
	t.Parallel()
	for _, late := range []int{3, 20} {
		t.Run(fmt.Sprint(late), func(t *testing.T) {
			t.Parallel()
			w := world.Open(t, sample.Options{Members: 60}, nil)
			b, in := begin(t, w, "spring", several(t, w, eight...))
			if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
				t.Fatal(err)
			}
			grow(t, w, late)
			restOfBatch(t, w, b, in)
			moved := fmt.Sprint("r-", w.Persons.Demo.ID)
			want := eightUndisturbed(t)
			s := w.Standing(t, moved)
			if late == 3 {
				want.same(t, w, in, moved)
				if len(s.Systems) == 0 || s.State != "done" {
					t.Errorf("%s is %s: %s", moved, s.State, s.Why)
				}
				for _, y := range s.Systems {
					if y.Name == "register" && y.Late != 3 {
						t.Errorf("%d rows came late, it says %d", late, y.Late)
					}
				}
				return
			}
			want.receipts(t, w, in, moved)
			tasks := s.Tasks
			if s.State != "running" || s.WaitsFor != "person" || len(tasks) != 1 || engine.TaskKind(tasks[0].Kind) != engine.TaskLateRows {
				t.Fatalf("%s is %s and waits for %q: %s, tasks %+v", moved, s.State, s.WaitsFor, s.Why, tasks)
			}
			w.Answer(t, moved)
			if err := w.Engine.Drain(t.Context(), moved); err != nil {
				t.Fatal(err)
			}
			w.Clock.Add(25 * time.Hour)
			if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
				t.Fatal(err)
			}
			if s := w.Standing(t, moved); s.State != "done" {
				t.Errorf("%s is %s and waits for %q: %s", moved, s.State, s.WaitsFor, s.Why)
			}
		})
	}
}
