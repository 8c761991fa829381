package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestForget: when the record of a request has ended, its content, its archive and the key of its month go; the register's plain
// facts stay.
func TestForget(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Start(t, "nothing-held-access")
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	before, err := w.Engine.Request(ctx, id)
	if err != nil || before.KeepUntil == "" {
		t.Fatalf("the request does not say how long it is kept: %v", err)
	}
	if got, err := w.Engine.Forget(ctx); err != nil || got.Requests != 0 {
		t.Fatalf("forgot %+v before its time (%v)", got, err)
	}
	end, _ := time.Parse(time.DateOnly, before.KeepUntil)
	w.Clock.Add(end.AddDate(0, 2, 0).Sub(w.Clock.Now()))
	got, err := w.Engine.Forget(ctx)
	if err != nil || got.Requests != 1 {
		t.Fatalf("forgot %+v; want 1 request (%v)", got, err)
	}
	if _, err := w.Engine.Ring.Unwrap(before.DEK); !errors.Is(err, keys.ErrDestroyed) {
		t.Errorf("the request's key opens still, from a copy of the state: %v", err)
	}
	if _, err := w.Engine.Plan(ctx, id, planOptions); err == nil || !strings.Contains(err.Error(), "forgotten") {
		t.Errorf("planning a forgotten request: %v", err)
	}
	if s := w.Standing(t, id); s.State != "done" || s.Outcome != "nothing_held" {
		t.Errorf("the register's facts are gone too: %s, %s", s.State, s.Outcome)
	}
	if got, err := w.Engine.Forget(ctx); err != nil || got.Requests+len(got.Months)+got.Tombstones != 0 {
		t.Errorf("a second time forgot %+v (%v)", got, err)
	}
}
