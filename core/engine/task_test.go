package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestPaperIsRefused: an erasure waits for the department that keeps the paper; what it refuses with a reason leaves the request done in
// part, and the receipt says who said so.
func TestPaperIsRefused(t *testing.T) {
	w := world.OpenWithPaper(t, sample.Options{})
	ctx := context.Background()
	id := w.Start(t, "erasure")
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	s := w.Standing(t, id)
	if s.WaitsFor != "person" || len(s.Tasks) != 1 || s.Tasks[0].Kind != "manual" || s.Tasks[0].Act != "destroy" || s.Tasks[0].Department != "Archiwum" {
		t.Fatalf("waits for %q, %+v", s.WaitsFor, s.Tasks)
	}
	task := s.Tasks[0].ID
	b, err := w.Engine.TaskBrief(ctx, task)
	if err != nil || len(b.Find) != 1 || b.Find[0].Value != w.Persons.Demo.MemberNo {
		t.Fatalf("the department is not told what to look for (%v)", err)
	}
	var wrong engine.WrongAnswer
	if _, err := w.Engine.Answer(ctx, task, engine.Answer{State: state.TaskRefused}); !errors.As(err, &wrong) {
		t.Errorf("refused without a reason: %v", err)
	}
	w.Engine.Operator = "ewa"
	for range 2 {
		if _, err := w.Engine.Answer(ctx, task, engine.Answer{State: state.TaskRefused, Because: "needed in court, VIII C 12/27"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Engine.Answer(ctx, task, engine.Answer{State: state.TaskRefused, Because: "another reason"}); !errors.Is(err, state.ErrExists) {
		t.Errorf("answered anew: %v", err)
	}
	for _, r := range s.Recipients {
		if r.Letter == "" {
			if err := w.Engine.RecordTold(ctx, id, engine.Told{Recipient: r.Name, To: recipient.Done, At: w.Clock.Now(), How: "letter"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.Clock.Add(25 * time.Hour)
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	if s = w.Standing(t, id); s.State != "done" || s.Outcome != "partly" {
		t.Fatalf("%s %s: %s", s.State, s.Outcome, s.Why)
	}
	receipt, err := w.Engine.Receipt(ctx, id)
	if err != nil || !strings.Contains(string(receipt), `"answer":"refused","confirmed_by":"ewa"`) || strings.Contains(string(receipt), "court") {
		t.Errorf("the receipt does not say who refused, or says more: %s (%v)", receipt, err)
	}
}

// TestPaperOfEveryRight: a right that changes data asks for what lies on the shelf.
func TestPaperOfEveryRight(t *testing.T) {
	w := world.OpenWithPaper(t, sample.Options{})
	for _, right := range []string{"access", "rectification", "restriction", "erasure"} {
		p, err := w.Engine.Plan(context.Background(), w.Register(t, right), planOptions)
		if err != nil {
			t.Fatal(err)
		}
		last := p.Systems[len(p.Systems)-1]
		if !last.Manual || len(last.Collections) != 1 || len(last.Collections[0].Actions) != 1 || last.Collections[0].Actions[0].Action != plan.Manual {
			t.Errorf("%s: %+v", right, last)
		}
	}
}

// TestRemind: a request is reminded of 7 and 2 days before it is due, once each.
func TestRemind(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Register(t, "erasure")
	due, err := time.Parse(time.DateOnly, w.Standing(t, id).DueStrict)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ before, want int }{{8, 0}, {7, 1}, {6, 0}, {2, 1}, {1, 0}} {
		w.Clock.Add(due.AddDate(0, 0, -c.before).Sub(w.Clock.Now()) + 10*time.Hour)
		n, err := w.Engine.Remind(ctx)
		if err != nil || n != c.want {
			t.Errorf("%d days before: %d reminders, want %d (%v)", c.before, n, c.want, err)
		}
	}
	err = w.Engine.DB.Read(ctx, func(tx *state.Tx) error {
		out, err := tx.DueOut(w.Clock.Now(), 10)
		if len(out) != 2 || out[0].Type != "request.due_soon" || out[0].Request != id {
			t.Errorf("%+v", out)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, id); len(s.Flags) != 1 || s.Flags[0] != engine.FlagDueSoon {
		t.Errorf("flags %v", s.Flags)
	}
}
