package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// finish works a request to its end: recipients are told, and the second look is waited for.
func finish(t *testing.T, w *world.World, id string) {
	t.Helper()
	ctx := context.Background()
	for range 4 {
		if err := w.Engine.Drain(ctx, id); err != nil {
			t.Fatal(err)
		}
		s := w.Standing(t, id)
		if s.State == "done" {
			return
		}
		if len(s.Attention) > 0 {
			t.Fatalf("%s needs a person: %+v", id, *s)
		}
		told(t, w, id)
		w.Clock.Add(25 * time.Hour)
		if err := w.Engine.Resume(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("%s does not end: %+v", id, *w.Standing(t, id))
}

func told(t *testing.T, w *world.World, id string) {
	t.Helper()
	notices, err := w.Engine.Recipients(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notices {
		if n.State != recipient.Queued {
			continue
		}
		to := recipient.Sent
		if n.Role == "processor" {
			to = recipient.Done
		}
		if err := w.Engine.RecordTold(context.Background(), id, engineTold(n, to, w)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRestrictionAndLift: what was restricted is out of reach, still the person's, and comes back byte for byte.
func TestRestrictionAndLift(t *testing.T) {
	w := world.Open(t, sample.Options{Members: 60}, nil)
	before := w.Snapshot(t)
	id := w.Start(t, "restriction")
	finish(t, w, id)
	for _, y := range w.Standing(t, id).Systems {
		if len(y.Unproven) > 0 {
			t.Errorf("%s is not proven: %+v", y.Name, y.Unproven)
		}
	}
	held := w.Snapshot(t)
	if diff := before.Changed(held); len(diff) < 10 {
		t.Fatalf("restricted only %v", diff)
	}
	var events []string
	for _, n := range notices(t, w, id) {
		events = append(events, n.Recipient+" "+n.Event)
	}
	t.Log(events)
	lift := w.Start(t, "lift")
	finish(t, w, lift)
	if diff := before.Changed(w.Snapshot(t)); len(diff) > 0 {
		t.Errorf("after the lifting these differ: %v", diff)
	}
	for _, n := range notices(t, w, lift) {
		if n.Event != recipient.Lifting {
			t.Errorf("%s is told of %s", n.Recipient, n.Event)
		}
	}
}

func notices(t *testing.T, w *world.World, id string) []state.Notice {
	t.Helper()
	out, err := w.Engine.Recipients(context.Background(), id)
	if err != nil || len(out) == 0 {
		t.Fatalf("%d recipients of %s, %v", len(out), id, err)
	}
	return out
}

func engineTold(n state.Notice, to string, w *world.World) engine.Told {
	return engine.Told{Recipient: n.Recipient, To: to, At: w.Clock.Now(), How: "letter"}
}
