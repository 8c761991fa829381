package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestErasureWaitsForAnOpenAccess: an access request of the same person that was not carried out yet comes first; another
// person's does not matter.
func TestErasureWaitsForAnOpenAccess(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	w.Register(t, "spouse-access")
	access, id := w.Register(t, "access"), w.Register(t, "erasure")
	p, err := w.Engine.Plan(ctx, id, planOptions)
	if err != nil {
		t.Fatal(err)
	}
	w.Engine.Operator = "jan"
	if err := w.Engine.Approve(ctx, id, p.Digest); err != nil {
		t.Fatal(err)
	}
	before := w.Snapshot(t)
	var waiting engine.Waiting
	if err := w.Engine.Start(ctx, id, ""); !errors.As(err, &waiting) {
		t.Fatalf("started beside the open access: %v", err)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	if diff := before.Changed(w.Snapshot(t)); len(diff) > 0 {
		t.Fatalf("it waits and has changed %v", diff)
	}
	if err := w.Engine.Cancel(ctx, access); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.Start(ctx, id, ""); err != nil {
		t.Fatalf("with the access out of the way: %v", err)
	}
}
