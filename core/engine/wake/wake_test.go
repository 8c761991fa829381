package wake_test

import (
	"context"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/engine/wake"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestNodesWorkWhatComesDue: two nodes on one state carry a started erasure and an access out; nobody drains. A step that both
// wake is worked once, for its fence lets one in.
func TestNodesWorkWhatComesDue(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	access, erasure := w.Start(t, "spouse-access"), w.Start(t, "erasure")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // enough for a slow machine; it ends as soon as all is done
	defer cancel()
	done := make(chan error, 2)
	for range 2 {
		n, err := wake.New(w.Engine, 2)
		if err != nil {
			t.Fatal(err)
		}
		go func() { done <- n.Run(ctx) }()
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		w.Answer(t, access) // what people are asked for it, as it comes
		a, e := w.Standing(t, access), w.Standing(t, erasure)
		if a.State == string(request.Done) && e.WaitsFor == string(request.ForPerson) && settling(e.Systems) {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("access is %s; erasure is %s and waits for %q: %+v", a.State, e.State, e.WaitsFor, e.Systems)
		case <-look.C:
		}
	}
	cancel()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for _, y := range w.Standing(t, erasure).Systems {
		if y.Name == "ledger" && (y.Anonymised != 118 || y.Inferred != 0) {
			t.Errorf("ledger: %d anonymised, %d of them inferred; want 118, none", y.Anonymised, y.Inferred)
		}
	}
}

func settling(systems []engine.SystemStanding) bool {
	for _, y := range systems {
		if y.VerifiedAt == nil || y.WaitsFor != string(request.ForSettle) {
			return false
		}
	}
	return len(systems) == 3
}

// TestNodeEndsArchives: a node ends the archives whose time is over, without being asked.
func TestNodeEndsArchives(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	id := w.Start(t, "spouse-access")
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.Answer(t, id)
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(15 * 24 * time.Hour)
	n, err := wake.New(w.Engine, 1)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for w.Standing(t, id).Archive.Ended != "expired" {
		select {
		case <-ctx.Done():
			t.Fatal("the archive did not end")
		case <-look.C:
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
