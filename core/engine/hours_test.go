package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestItsHours: outside the hours in which a system may be written to an erasure waits there and says until when; the others go on. What
// is written to late is written to in its hours too.
func TestItsHours(t *testing.T) {
	ctx := context.Background()
	w := world.Open(t, sample.Options{}, nil) // at 11:20
	w.Map.System("ledger").Window = "22:00-05:00"
	id := w.Start(t, "erasure")
	p, err := w.Engine.CurrentPlan(ctx, id)
	if err != nil || !strings.Contains(strings.Join(p.Warnings, "\n"), "ledger may be written to from 22:00 to 05:00") {
		t.Errorf("the plan does not say so: %v, %v", p.Warnings, err)
	}
	before := w.Snapshot(t)
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	for _, name := range before.Changed(w.Snapshot(t)) {
		if strings.HasPrefix(name, "ledger/") {
			t.Fatalf("%s changed outside the hours of its system", name)
		}
	}
	s := w.Standing(t, id)
	ledger := systemOf(t, s, "ledger")
	night := time.Date(2026, 11, 6, 22, 0, 0, 0, w.Map.Zone)
	if s.WaitsFor != "window" || ledger.WaitsFor != "window" || ledger.NotBefore == nil || !ledger.NotBefore.Equal(night) || !strings.Contains(ledger.Why, "goes on Fri 6 Nov 2026 22:00") {
		t.Errorf("it waits for %q, ledger for %q until %v: %s", s.WaitsFor, ledger.WaitsFor, ledger.NotBefore, ledger.Why)
	}
	if documents := systemOf(t, s, "documents"); documents.VerifiedAt == nil {
		t.Errorf("documents is %s", documents.State)
	}
	w.Clock.Add(night.Sub(w.Clock.Now()))
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	if ledger = systemOf(t, w.Standing(t, id), "ledger"); ledger.VerifiedAt == nil {
		t.Errorf("in its hours ledger is %s: %s", ledger.State, ledger.Why)
	}
	finish(t, w, id)
}

// TestARestrictionHasNoHours: it protects the person, and is not put off.
func TestARestrictionHasNoHours(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	for _, s := range w.Map.Systems {
		s.Window = "22:00-05:00"
	}
	id := w.Start(t, "restriction")
	if err := w.Engine.Drain(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	for _, y := range w.Standing(t, id).Systems {
		if y.WaitsFor == "window" {
			t.Errorf("%s waits for its hours", y.Name)
		}
	}
}

// TestSoManyRowsASecond: work that can be cut keeps to the rate, and ends like any other.
func TestSoManyRowsASecond(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	w.Map.System("ledger").MaxRate = 200
	var began, last time.Time
	w.Engine.Progress = func(text string) {
		if strings.HasPrefix(text, "working in ledger, part ") {
			if last = time.Now(); began.IsZero() {
				began = last
			}
		}
	}
	id := w.Start(t, "erasure")
	if err := w.Engine.Drain(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	ledger := systemOf(t, w.Standing(t, id), "ledger")
	if ledger.VerifiedAt == nil || ledger.Deleted == 0 {
		t.Fatalf("%+v", ledger)
	}
	if took := last.Sub(began); took < time.Second { // 206 readings alone
		t.Errorf("%d rows went within %s", ledger.Deleted+ledger.Anonymised, took)
	}
}

func systemOf(t *testing.T, s *engine.Standing, name string) engine.SystemStanding {
	t.Helper()
	for _, y := range s.Systems {
		if y.Name == name {
			return y
		}
	}
	t.Fatalf("%s says nothing of %s", s.ID, name)
	return engine.SystemStanding{}
}
