package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestCancelBatch: a batch that has begun and changed nothing is cancelled with all its requests, and leaves nothing of what it had captured
// or promised; of one that has changed something, or has not begun, or has ended, that is refused, and nothing is cancelled.
func TestCancelBatch(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := world.Open(t, sample.Options{Members: 60}, nil)
	before := w.Snapshot(t)
	if err := w.Engine.CancelBatch(ctx, "spring"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("a batch nobody planned: %v", err)
	}
	ids := several(t, w, eight...)
	if _, err := w.Engine.PlanBatch(ctx, "spring", ids, planOptions); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.CancelBatch(ctx, "spring"); !errors.Is(err, engine.ErrState) {
		t.Errorf("a batch that has not begun: %v", err)
	}
	b, in := begin(t, w, "spring", ids)
	if err := w.Engine.Cancel(ctx, in[0]); !errors.Is(err, engine.ErrState) || !strings.Contains(err.Error(), "batch spring") {
		t.Errorf("one of a batch was cancelled by itself: %v", err)
	}
	if err := w.Engine.CancelBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	if d := before.Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("a cancelled batch changed %v", d)
	}
	for _, id := range in {
		if s := w.Standing(t, id); s.State != "cancelled" {
			t.Errorf("%s is %s", id, s.State)
		}
		err := w.Engine.DB.Read(ctx, func(tx *state.Tx) error {
			frames, err := tx.Frames(id, "", "")
			if len(frames) > 0 {
				t.Errorf("%s: %d captured frames are left", id, len(frames))
			}
			if ts, terr := tx.TombstoneOf(id); terr == nil && ts.State != "void" {
				t.Errorf("%s: its tombstone is %s", id, ts.State)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := framesOf(w, b.Batch); n != 0 || err != nil {
		t.Errorf("%d captured frames are left of the batch (%v)", n, err)
	}
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Error(err)
	}
	if d := before.Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("drained after it was cancelled, it changed %v", d)
	}
	if err := w.Engine.CancelBatch(ctx, b.Batch); !errors.Is(err, engine.ErrState) {
		t.Errorf("a batch that has ended: %v", err)
	}
}

// TestCancelBatchHalfway: what is begun is finished.
func TestCancelBatchHalfway(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w, mood := withMood(t)
	b, in := begin(t, w, "spring", several(t, w, eight...))
	mood.set(func(system, call string) error {
		if system == "register" && call == "apply" {
			return errors.New("disk I/O error")
		}
		return nil
	})
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.CancelBatch(ctx, b.Batch); !errors.Is(err, engine.ErrState) || !strings.Contains(err.Error(), "has begun in ") {
		t.Errorf("cancelled in the midst: %v", err)
	}
	for _, id := range in {
		if s := w.Standing(t, id); s.State != "running" {
			t.Errorf("%s is %s", id, s.State)
		}
	}
	if err := w.Engine.Settle(ctx, in[0], "register", "it is broken"); !errors.Is(err, engine.ErrState) {
		t.Errorf("a system worked for all was answered for of one: %v", err)
	}
	if err := w.Engine.SettleBatch(ctx, b.Batch, "nowhere", "it is broken"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("a system there is not was answered for: %v", err)
	}
	if err := w.Engine.SettleBatch(ctx, "autumn", "register", "it is broken"); !errors.Is(err, engine.ErrState) && !errors.Is(err, state.ErrNotFound) {
		t.Errorf("a batch nobody planned was answered for: %v", err)
	}

	// The register is answered for by a person, of all: each request ends, and says by whom and that it was not the machine.
	w.Engine.Operator = "ewa"
	proof := engine.Attachment{Name: "protocol.pdf", Content: []byte("%PDF-1.4")}
	if err := both(w.Engine.SettleBatch(ctx, b.Batch, "register", "switched off, protocol 12/2026", proof), w.Engine.DrainBatch(ctx, b.Batch)); err != nil {
		t.Fatal(err)
	}
	restOfBatch(t, w, b, in)
	for _, id := range in {
		s := w.Standing(t, id)
		if s.State != "done" {
			t.Errorf("%s is %s, waits for %q: %s", id, s.State, s.WaitsFor, s.Why)
			continue
		}
		i := slices.IndexFunc(s.Systems, func(y engine.SystemStanding) bool { return y.Name == "register" })
		if y := s.Systems[i]; y.State != "answered for" || y.AnsweredBy != "ewa" || y.Evidence != 1 || y.Deleted != 0 {
			t.Errorf("%s: of the register is said %+v", id, y)
		}
		f := facts(t, w, id)
		for _, y := range f.Systems {
			if y.Name == "register" && (y.VerifiedBy == "machine" || y.State == "settled") {
				t.Errorf("%s: the receipt says the register was looked at: %+v", id, y)
			}
		}
	}
	if err := w.Engine.SettleBatch(ctx, b.Batch, "register", "again"); err == nil {
		t.Error("answered for after the end")
	}
}
