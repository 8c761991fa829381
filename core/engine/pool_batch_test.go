package engine_test

import (
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

// TestPoolOfABatch: a batch waits in a pool as one, for whoever has least time, beside a request of its own; when the time has come both are
// worked, the batch in a call of its own, of what is there then.
func TestPoolOfABatch(t *testing.T) {
	w, c := pooling(t, 7)
	b, in := begin(t, w, "spring", several(t, w, "NextTenant", "YearEnd", "Prolific"))
	if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
		t.Fatal(err)
	}
	if state, waits, _ := batchSystem(t, w, b, "documents"); state != "waits" || waits != "pool" {
		t.Fatalf("documents is %s, waits for %s", state, waits)
	}
	alone := wants(t, w, request.Erasure, "Demo", 0)
	if err := starts(t, w, alone); err != nil {
		t.Fatal(err)
	}
	if got := poolOf(t, w, alone); got.Others != len(in) {
		t.Errorf("it waits with %d others, of a batch of %d", got.Others, len(in))
	}
	if got := poolOf(t, w, in[0]); got.Others != len(in) {
		t.Errorf("a member waits with %d others", got.Others)
	}
	if got := c.made(); len(got) != 0 {
		t.Fatalf("the store was called %v", got)
	}
	w.Clock.Add(7 * 24 * time.Hour)
	drainAll(t, w, alone)
	if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
		t.Fatal(err)
	}
	for _, id := range append(in, alone) {
		if y := systemOf(t, w.Standing(t, id), "documents"); y.VerifiedAt == nil {
			t.Errorf("%s: documents is %s: %s", id, y.State, y.Why)
		}
	}
	if got := c.made(); len(got) != 2 {
		t.Errorf("the store was called %v", got)
	}
}
