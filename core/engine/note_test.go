package engine_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestWhatCameFreesAWaitingRequest: a request without an established identity is registered and not searched; once the event
// is noted it can be planned.
func TestWhatCameFreesAWaitingRequest(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	b, err := os.ReadFile(w.Requests["spouse-access"])
	if err != nil {
		t.Fatal(err)
	}
	r, problems := request.Parse(strings.NewReader(string(b)))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r.Identity = nil
	x, _, err := w.Engine.Register(ctx, r)
	if err != nil || x.WaitingFor != string(request.ForIdentity) {
		t.Fatalf("registered, waits for %q (%v); want identity", x.WaitingFor, err)
	}
	var waiting engine.Waiting
	if _, err := w.Engine.Plan(ctx, r.ID, planOptions); !errors.As(err, &waiting) {
		t.Fatalf("planned without an identity: %v", err)
	}
	if err := w.Engine.Note(ctx, r.ID, request.IdentityGiven, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, r.ID); s.State != string(request.Received) || s.WaitsFor != "" {
		t.Errorf("after the event it is %s and waits for %q", s.State, s.WaitsFor)
	}
	if _, err := w.Engine.Plan(ctx, r.ID, planOptions); err != nil {
		t.Errorf("after the event: %v", err)
	}
}
