package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// wantsThere enters an erasure of what one system holds of a person, received so many days ago: nothing else has to be done first.
func wantsThere(t *testing.T, w *world.World, id, system string, who sample.Person, daysAgo int) string {
	t.Helper()
	at := w.Clock.Now().AddDate(0, 0, -daysAgo)
	r := &request.Request{ID: id, Right: request.Erasure, Ground: "art17_1_b", Controller: w.Map.Controllers[0].ID, Scope: &request.Scope{Systems: []string{system}},
		ReceivedAt: at, Identity: &request.Identity{Method: "document_seen", VerifiedAt: &at}}
	r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: "pesel", Value: subject.Seal(who.PESEL), Verified: true})
	if _, _, err := w.Engine.Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestPoolCancelled: of several who wait in a pool one is cancelled, and a batch. The others go on at their own date, and nothing of those is
// changed; who has begun elsewhere, and a member of a batch by itself, is not cancelled, and goes on too.
func TestPoolCancelled(t *testing.T) {
	ctx := t.Context()
	w, c := pooling(t, 21)
	began := w.Clock.Now()
	people := w.Persons
	left := wantsThere(t, w, "left", "documents", people.YearEnd, 20) // due first
	begun := wants(t, w, request.Erasure, "Demo", 0)                  // register is done before it waits
	for _, id := range []string{left, begun} {
		if err := starts(t, w, id); err != nil {
			t.Fatal(id, err)
		}
	}
	b, in := begin(t, w, "spring", []string{wantsThere(t, w, "b-1", "documents", people.NextTenant, 0), wantsThere(t, w, "b-2", "documents", people.Prolific, 0)})
	if len(in) != 2 {
		t.Fatalf("in the batch are %v", in)
	}
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	first := poolOf(t, w, begun)
	if first.Others != 3 || !first.Until.Before(began.AddDate(0, 0, 21)) {
		t.Fatalf("it waits until %v with %d others", first.Until, first.Others)
	}
	before := w.Snapshot(t)

	if err := w.Engine.Cancel(ctx, begun); !errors.Is(err, engine.ErrState) || !strings.Contains(err.Error(), "has begun in") {
		t.Errorf("cancelled after register was worked: %v", err)
	}
	if err := w.Engine.Cancel(ctx, in[0]); !errors.Is(err, engine.ErrState) || !strings.Contains(err.Error(), "in batch "+b.Batch) {
		t.Errorf("a member of a batch is cancelled by itself: %v", err)
	}
	if got := poolOf(t, w, begun).Others; got != 3 {
		t.Errorf("after two who could not be cancelled it waits with %d others", got)
	}
	if err := errors.Join(w.Engine.Cancel(ctx, left), w.Engine.CancelBatch(ctx, b.Batch)); err != nil {
		t.Fatal(err)
	}
	if got := poolOf(t, w, begun); got.Others != 0 || !got.Until.Equal(began.AddDate(0, 0, 21)) {
		t.Errorf("it waits until %v with %d others", got.Until, got.Others)
	}
	if _, err := w.Engine.WorkPools(ctx, left); err != nil {
		t.Error(err)
	}
	drainAll(t, w, left, begun)
	w.Clock.Add(first.Until.Sub(w.Clock.Now())) // when the first would have had to be worked
	drainAll(t, w, left, begun)
	if got := c.made(); len(got) != 0 || len(before.Changed(w.Snapshot(t))) > 0 {
		t.Fatalf("somebody was worked before the time of those who are left: %v", got)
	}
	w.Clock.Add(began.AddDate(0, 0, 21).Sub(w.Clock.Now()) + time.Second)
	ends(t, w, []string{begun})
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	if got := c.made(); len(got) != 1 {
		t.Errorf("the store was called %v", got)
	}
	for _, id := range append(in, left) {
		if s := w.Standing(t, id); s.State != "cancelled" || systemOf(t, s, "documents").Deleted != 0 {
			t.Errorf("%s is %s: %+v", id, s.State, s.Systems)
		}
	}

	alone, _ := pooling(t, 0) // what is done is what is done where the others never asked
	if err := starts(t, alone, wants(t, alone, request.Erasure, "Demo", 0)); err != nil {
		t.Fatal(err)
	}
	alone.Clock.Add(w.Clock.Now().Sub(alone.Clock.Now()))
	ends(t, alone, []string{begun})
	if d := alone.Snapshot(t).Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("the stores are not as where they never asked: %v", d)
	}
}

// TestPoolUnheardHurts: the store did it all, and changed a neighbour's row on the way, and nobody heard. What is worked once more does not take
// that row for how it was.
func TestPoolUnheardHurts(t *testing.T) {
	c := &calls{}
	w := world.Open(t, sample.Options{Members: 60}, world.Connectors{"sqlite": countingFiles{sqlite.Connector{}, c}})
	w.Map.System("register").Pool = &datamap.Period{N: 7, Unit: datamap.Days}
	do := register(t, w)
	ids := []string{wants(t, w, request.Erasure, "Demo", 0), wants(t, w, request.Erasure, "Prolific", 0)}
	for _, id := range ids {
		if err := starts(t, w, id); err != nil {
			t.Fatal(id, err)
		}
	}
	w.Clock.Add(7 * 24 * time.Hour)
	c.after = func() error {
		do("UPDATE members SET notes = 'x' WHERE id = ?", w.Persons.Demo.ID+1)
		return fmt.Errorf("gone: %w", connectors.ErrTryLater)
	}
	drainAll(t, w, ids...)
	if y := systemOf(t, w.Standing(t, ids[0]), "register"); y.WaitsFor != "store" {
		t.Fatalf("register is %s, waits for %s: %s", y.State, y.WaitsFor, y.Why)
	}
	w.Clock.Add(time.Hour)
	drainAll(t, w, ids...)
	y := systemOf(t, w.Standing(t, ids[0]), "register")
	if !slices.Contains(y.Codes, "possible_breach") || !strings.Contains(y.Why, "register/members") {
		t.Errorf("register is %s: %v, %s", y.State, y.Codes, y.Why)
	}
}
