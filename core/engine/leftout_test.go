package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestLeftOutIsNotDone: a request planned without a system stays open when the others are done, until a person answers for that
// system; the receipt says so. A closed request is answered for no more.
func TestLeftOutIsNotDone(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Register(t, "access")
	if _, err := w.Engine.Plan(ctx, id, engine.PlanOptions{Without: []string{"ledger"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.Start(ctx, id, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.Release(t, id)
	if s := w.Standing(t, id); s.State != "running" || s.WaitsFor != "person" || !strings.Contains(s.Why, "ledger was left out") {
		t.Fatalf("state %s, waits for %q: %s", s.State, s.WaitsFor, s.Why)
	}
	if err := w.Engine.Settle(ctx, id, "register", "it was asked"); err == nil {
		t.Error("a person could answer for a system that answered itself")
	}
	if err := w.Engine.Settle(ctx, id, "ledger", "switched off, protocol 12/2026"); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, id); s.State != "done" || s.Outcome != "partly" {
		t.Errorf("state %s, outcome %s", s.State, s.Outcome)
	}
	if err := w.Engine.Settle(ctx, id, "ledger", "again"); !errors.Is(err, engine.ErrState) {
		t.Errorf("answered for after the end: %v", err)
	}
}

// TestLeftOutErasure: the same for an erasure, whose tombstone stays intended as long.
func TestLeftOutErasure(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Register(t, "erasure")
	p, err := w.Engine.Plan(ctx, id, engine.PlanOptions{Without: []string{"documents"}})
	if err != nil {
		t.Fatal(err)
	}
	w.Engine.Operator = "jan"
	if err := errors.Join(w.Engine.Approve(ctx, id, p.Digest), w.Engine.Start(ctx, id, p.Digest), w.Engine.Drain(ctx, id)); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(25 * time.Hour)
	for _, r := range w.Standing(t, id).Recipients {
		if r.Letter == "" {
			if err := w.Engine.RecordTold(ctx, id, engine.Told{Recipient: r.Name, To: recipient.Done, At: w.Clock.Now(), How: "letter"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, id); s.State != "running" || !strings.Contains(s.Why, "documents was left out") {
		t.Fatalf("state %s: %s", s.State, s.Why)
	}
	if err := errors.Join(w.Engine.Settle(ctx, id, "documents", "destroyed with the server room, protocol 3/2026", engine.Attachment{Name: "protocol.pdf", Content: []byte("burnt")}), w.Engine.Drain(ctx, id)); err != nil {
		t.Fatal(err)
	}
	s := w.Standing(t, id)
	if s.State != "done" {
		t.Fatalf("state %s: %s", s.State, s.Why)
	}
	for _, y := range s.Systems {
		if y.Name == "documents" && (y.State != "answered for" || y.AnsweredBy != "jan") {
			t.Errorf("documents is %s, answered for by %q", y.State, y.AnsweredBy)
		}
	}
	receipt, err := w.Engine.Receipt(ctx, id)
	if err != nil || !strings.Contains(string(receipt), `"answered_for":"sha256:`) || !strings.Contains(string(receipt), `"evidence":1`) || strings.Contains(string(receipt), "server room") {
		t.Errorf("the receipt does not say that a person answered, or says more (%v)", err)
	}
}
