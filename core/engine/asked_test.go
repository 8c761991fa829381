package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// planned plans a request and gives the plan and what it asks.
func planned(t *testing.T, w *world.World, id string) (*plan.Plan, []engine.TaskStanding) {
	t.Helper()
	p, err := w.Engine.Plan(context.Background(), id, planOptions)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := w.Engine.Questions(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p, asked
}

// petition is the file of the petition the couple signed.
func petition(t *testing.T, w *world.World) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.Dir, "documents", "petitions", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), w.Persons.Wife.FirstName+" "+w.Persons.Wife.LastName) {
			return f
		}
	}
	t.Fatal("nobody signed as the wife")
	return ""
}

// TestCandidateAsked: a plan with candidates asks once, however often it is made, and waits; the answer outlives whoever took it, and the plan that is
// made then has the row for its own. What was answered, and by whom, stands in plan, journal and receipt, and nothing of the rows.
func TestCandidateAsked(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Register(t, "wife-access")
	p, asked := planned(t, w, id)
	_, again := planned(t, w, id)
	if len(asked) != 1 || len(again) != 1 || asked[0].ID != again[0].ID || asked[0].Kind != "candidate" || asked[0].Items != 2 || asked[0].DueOn == "" || !asked[0].Planning {
		t.Fatalf("%+v, then %+v", asked, again)
	}
	s := w.Standing(t, id)
	if s.State != "waiting" || s.WaitsFor != "person" || len(s.Attention) == 0 {
		t.Errorf("%s for %s, attention %v", s.State, s.WaitsFor, s.Attention)
	}
	var waits engine.Waiting
	if err := w.Engine.Start(ctx, id, ""); !errors.As(err, &waits) || waits.For != "person" {
		t.Errorf("started before anybody answered: %v", err)
	}
	if err := w.Engine.Approve(ctx, id, p.Digest); !errors.As(err, &waits) {
		t.Errorf("approved before anybody answered: %v", err)
	}

	task := asked[0].ID
	b, err := w.Engine.TaskBrief(ctx, task)
	if err != nil || len(b.Items) != 2 || len(b.Find) == 0 {
		t.Fatal(err)
	}
	name := w.Persons.Wife.FirstName + " " + w.Persons.Wife.LastName
	hers := 0
	for i, x := range b.Items {
		for _, f := range x.Facts {
			if f.Value == name {
				hers = i + 1
			}
			if strings.Contains(f.Value, "waha") || f.Value == "" {
				t.Error("shown beyond what tells whose it is, or nothing")
			}
		}
	}
	if hers == 0 {
		t.Fatal("who decides is not shown who signed")
	}
	w.Engine.Operator = "Ewa Ślązak"
	if _, err := w.Engine.Answer(ctx, task, engine.Answer{State: state.TaskDone, Except: []int{3 - hers}, Because: "the husband's"}); err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, id); s.State != "received" || s.WaitsFor != "" {
		t.Errorf("%s for %s", s.State, s.WaitsFor)
	}

	// Whoever took the answer is killed before anything is planned: another finds it.
	other := *w.Engine
	other.Operator = "jan"
	w.Engine = engine.Open(other)
	p, asked = planned(t, w, id)
	if len(asked) > 0 || len(p.Candidates) > 0 || len(p.Decisions) != 2 || p.Decisions[0].By != "Ewa Ślązak" || !p.Applicable {
		t.Fatalf("asked %+v, decisions %+v", asked, p.Decisions)
	}
	if err := w.Engine.Start(ctx, id, p.Digest); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.Release(t, id)
	receipt, err := w.Engine.Receipt(ctx, id)
	if err != nil || !strings.Contains(string(receipt), `"decisions":[{"kind":"candidate","system":"documents","collection":"petitions","items":2,"except":1,"answer":"done","because":"sha256:`) {
		t.Errorf("%v: %s", err, receipt)
	}
	for _, secret := range []string{name, w.Persons.Wife.Email, "husband"} {
		if strings.Contains(string(receipt), secret) {
			t.Error("the receipt holds what is personal")
		}
	}
	err = w.Engine.DB.Read(ctx, func(tx *state.Tx) error {
		task, err := tx.Task(task)
		if err != nil {
			return err
		}
		for _, plain := range []string{string(task.Detail), string(task.Answer), task.Ref, string(task.Sealed)} {
			if strings.Contains(plain, name) || strings.Contains(plain, w.Persons.Wife.Email) {
				t.Error("the task holds a name in clear")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestQuestionsOfAnOlderPlan: what a newer plan asks otherwise closes the older task with a note; what it does not ask at all, too. A row that changed
// since it was answered about is asked about again, one that did not is not.
func TestQuestionsOfAnOlderPlan(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Register(t, "wife-erasure")
	_, first := planned(t, w, id)
	file := petition(t, w)
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := w.Persons.Wife.FirstName + " " + w.Persons.Wife.LastName
	write := func(b []byte) {
		t.Helper()
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(bytes.Replace(was, []byte(name), []byte("Ł. "+w.Persons.Wife.LastName), 1))
	_, second := planned(t, w, id)
	if len(second) != 1 || second[0].ID == first[0].ID {
		t.Fatalf("%+v, then %+v", first, second)
	}
	closed, err := w.Engine.Task(ctx, first[0].ID)
	if err != nil || closed.State != state.TaskCancelled || !strings.Contains(closed.Because, "asks instead") {
		t.Errorf("%+v (%v)", closed, err)
	}
	if _, err := w.Engine.Answer(ctx, first[0].ID, engine.Answer{State: state.TaskDone}); !errors.Is(err, state.ErrExists) {
		t.Errorf("a closed task was answered: %v", err)
	}
	write(was) // as it was: the closed question is open again, under a number of its own
	_, third := planned(t, w, id)
	if len(third) != 1 || third[0].ID == first[0].ID || third[0].ID == second[0].ID {
		t.Fatalf("%+v", third)
	}
	if _, err := w.Engine.Answer(ctx, third[0].ID, engine.Answer{State: state.TaskRefused, Because: "neither is hers"}); err != nil {
		t.Fatal(err)
	}
	p, asked := planned(t, w, id)
	if len(asked) > 0 || len(p.Decisions) != 1 || p.Decisions[0].Answer != plan.NotTheirs || p.Decisions[0].Rows != 2 {
		t.Fatalf("%+v %+v", asked, p.Decisions)
	}
	write(bytes.Replace(was, []byte(name), []byte("Ł. "+w.Persons.Wife.LastName), 1))
	p, asked = planned(t, w, id)
	if len(asked) != 1 || asked[0].Items != 1 || p.Decisions[0].Rows != 1 {
		t.Errorf("%+v %+v", asked, p.Decisions)
	}
	write(bytes.ReplaceAll(was, []byte(w.Persons.Wife.Email), []byte("nikt@poczta.example")))
	if _, asked = planned(t, w, id); len(asked) > 0 {
		t.Errorf("asked about rows that are no candidates any more: %+v", asked)
	}
}

// TestQuestionsOfAnOlderRequest: a request that is sent again with other content is asked about anew, whatever was answered before.
func TestQuestionsOfAnOlderRequest(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	send := func(change func(map[string]any)) string {
		t.Helper()
		b, err := os.ReadFile(w.Requests["minor-access"])
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		change(m)
		if b, err = json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		r, problems := request.Parse(bytes.NewReader(b))
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Engine.Register(ctx, r); err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	id := send(func(m map[string]any) { delete(m, "requester") })
	_, asked := planned(t, w, id)
	if len(asked) != 1 || asked[0].Kind != "minor" {
		t.Fatalf("%+v", asked)
	}
	if _, err := w.Engine.Answer(ctx, asked[0].ID, engine.Answer{State: state.TaskDone}); err != nil {
		t.Fatal(err)
	}
	if p, asked := planned(t, w, id); len(asked) > 0 || p.Asks() || p.Decisions[0].Answer != plan.GoesOn {
		t.Errorf("%+v %+v", asked, p.Attention)
	}
	send(func(m map[string]any) { delete(m, "requester"); m["reply"] = map[string]any{"language": "en"} })
	p, anew := planned(t, w, id)
	if len(anew) != 1 || anew[0].ID == asked[0].ID || !p.Asks() || len(p.Decisions) > 0 {
		t.Errorf("the answer to another version counts: %+v, %+v", anew, p.Decisions)
	}
	send(func(map[string]any) {}) // the parent acts
	if closed, err := w.Engine.Task(ctx, anew[0].ID); err != nil || closed.State != state.TaskCancelled {
		t.Errorf("%+v (%v)", closed, err)
	}
	if p, asked := planned(t, w, id); len(asked) > 0 || p.Asks() {
		t.Errorf("%+v", asked)
	}
}

// TestAnsweredMeanwhile: a plan in the making of which somebody answers is not stored over the answer.
func TestAnsweredMeanwhile(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Register(t, "wife-erasure")
	p, asked := planned(t, w, id)
	answered := false
	w.Engine.Progress = func(string) {
		if answered {
			return
		}
		answered = true
		if _, err := w.Engine.Answer(ctx, asked[0].ID, engine.Answer{State: state.TaskRefused, Because: "not hers"}); err != nil {
			t.Error(err)
		}
	}
	var stale engine.Stale
	if _, err := w.Engine.Plan(ctx, id, planOptions); !errors.As(err, &stale) {
		t.Errorf("planned over an answer: %v", err)
	}
	if now, err := w.Engine.CurrentPlan(ctx, id); err != nil || now.Digest != p.Digest {
		t.Errorf("another plan is current: %v", err)
	}
	if p, asked := planned(t, w, id); len(asked) > 0 || len(p.Decisions) != 1 {
		t.Errorf("%+v %+v", asked, p.Decisions)
	}
}

// TestAskedIntoBatch: who is left in a batch because somebody has to look is asked about, and planned with the others once they have.
func TestAskedIntoBatch(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	ids := []string{w.Register(t, "wife-erasure"), w.Register(t, "namesake-erasure")}
	made, err := w.Engine.PlanBatch(ctx, "two", ids, planOptions)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := w.Engine.Questions(ctx, ids[0])
	if err != nil || len(made.Alone) != 1 || made.Alone[0].Request != ids[0] || len(asked) != 1 {
		t.Fatalf("%d alone, asked %+v (%v)", len(made.Alone), asked, err)
	}
	if _, err := w.Engine.Answer(ctx, asked[0].ID, engine.Answer{State: state.TaskDone, Except: []int{1}, Because: "the husband's"}); err != nil {
		t.Fatal(err)
	}
	if made, err = w.Engine.PlanBatch(ctx, "two", ids, planOptions); err != nil {
		t.Fatal(err)
	}
	if len(made.Alone) > 0 || len(made.Plan.Requests) != 2 {
		t.Fatalf("%d alone, %d together", len(made.Alone), len(made.Plan.Requests))
	}
	p, err := w.Engine.CurrentPlan(ctx, ids[0])
	if err != nil || len(p.Decisions) != 2 || p.Decisions[0].Answer != plan.Confirmed {
		t.Errorf("%+v (%v)", p.Decisions, err)
	}
}
