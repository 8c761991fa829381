package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestBatchWaitsForAStore: a store that does not answer, when it is worked or when it is looked at, is waited for by everybody, each says so, and
// nobody falls out of the batch; when its time has come, or somebody asks for it, all goes on, and ends as undisturbed.
func TestBatchWaitsForAStore(t *testing.T) {
	t.Parallel()
	want := eightUndisturbed(t)
	for _, c := range []struct {
		call   string
		resume bool
	}{{"apply", false}, {"locate", true}} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			w, mood := withMood(t)
			b, in := begin(t, w, "spring", several(t, w, eight...))
			mood.set(func(system, call string) error {
				if system == "ledger" && call == c.call {
					return fmt.Errorf("busy: %w", connectors.After(time.Hour))
				}
				return nil
			})
			for range 2 { // what waits is not asked again before its time
				if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
					t.Fatal(err)
				}
			}
			if state, waits, why := batchSystem(t, w, b, "ledger"); state != "waits" || waits != "store" || why != "the store does not answer now" {
				t.Errorf("the ledger %s for %q: %s", state, waits, why)
			}
			if state, waits, _ := batchSystem(t, w, b, "register"); state != "begun" || waits != "" {
				t.Errorf("the register, which is worked after the ledger, is %s and waits for %q", state, waits)
			}
			for _, id := range in {
				if s := w.Standing(t, id); s.State != "running" || s.WaitsFor != "store" || len(s.Attention) > 0 {
					t.Errorf("%s is %s and waits for %q: %s %v", id, s.State, s.WaitsFor, s.Why, s.Attention)
				}
			}
			mood.set(nil)
			if c.resume {
				if err := w.Engine.ResumeBatch(t.Context(), b.Batch); err != nil {
					t.Fatal(err)
				}
			} else {
				w.Clock.Add(61 * time.Minute)
			}
			if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
				t.Fatal(err)
			}
			restOfBatch(t, w, b, in)
			want.same(t, w, in)
		})
	}
}

// TestBatchStopsAtAFault: what a store says that is nobody's rows' fault stops the system for everybody, once, with the reason; nobody is set
// apart for it. Whoever looks at it resumes the batch, or one of its requests, and all of them go on.
func TestBatchStopsAtAFault(t *testing.T) {
	t.Parallel()
	want := eightUndisturbed(t)
	for _, c := range []struct {
		call string
		one  bool // one of the requests is resumed
	}{{"apply", true}, {"locate", false}} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			w, mood := withMood(t)
			b, in := begin(t, w, "spring", several(t, w, eight...))
			asked := 0
			mood.set(func(system, call string) error {
				if system == "ledger" && call == c.call {
					asked++
					return errors.New("disk I/O error")
				}
				return nil
			})
			if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
				t.Fatal(err)
			}
			if asked == 0 || c.call == "apply" && asked > 1 || asked > 4 { // rows of several collections are looked at beside each other
				t.Errorf("a store that fails was asked %d times", asked)
			}
			if state, waits, why := batchSystem(t, w, b, "ledger"); state != "attention" || waits != "person" || !strings.Contains(why, "disk I/O error") {
				t.Errorf("the ledger is %s and waits for %q: %s", state, waits, why)
			}
			for _, id := range in {
				s := w.Standing(t, id)
				if s.State != "running" || s.WaitsFor != "person" || len(s.Attention) != 1 || s.Attention[0] != "failed" || !strings.Contains(s.Why, "disk I/O error") {
					t.Errorf("%s is %s and waits for %q: %s %v", id, s.State, s.WaitsFor, s.Why, s.Attention)
				}
			}
			mood.set(nil)
			var err error
			if c.one {
				err = both(w.Engine.Resume(t.Context(), in[0]), w.Engine.Drain(t.Context(), in[0]), w.Engine.DrainBatch(t.Context(), b.Batch))
			} else {
				err = both(w.Engine.ResumeBatch(t.Context(), b.Batch), w.Engine.DrainBatch(t.Context(), b.Batch))
			}
			if err != nil {
				t.Fatal(err)
			}
			restOfBatch(t, w, b, in)
			want.same(t, w, in)
		})
	}
}
