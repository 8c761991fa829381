package engine_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestBatchWithPaper: the department that keeps paper is asked of every member whose papers go, by itself, and each answer is that member's: who
// is refused ends in part, who is not answered for waits, and nobody waits for another's papers.
func TestBatchWithPaper(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := world.OpenWithPaper(t, sample.Options{Members: 60})
	b, in := begin(t, w, "spring", several(t, w, eight...))
	if b.Tasks != 2 || len(in) < 4 {
		t.Fatalf("%d tasks for %d members, want two whose papers go", b.Tasks, len(in))
	}
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	looked := map[string]string{} // by number, whose task
	tasks := map[string]int64{}
	var asked []string
	for _, id := range in {
		s := w.Standing(t, id)
		if len(s.Tasks) == 0 {
			continue
		}
		if s.WaitsFor != "person" || len(s.Tasks) != 1 || s.Tasks[0].Kind != "manual" {
			t.Fatalf("%s waits for %q, %+v", id, s.WaitsFor, s.Tasks)
		}
		asked, tasks[id] = append(asked, id), s.Tasks[0].ID
		brief, err := w.Engine.TaskBrief(ctx, tasks[id])
		if err != nil || len(brief.Find) != 1 || looked[brief.Find[0].Value] != "" {
			t.Fatalf("%s: the department is not told what to look for, or what it looked for already (%v)", id, err)
		}
		looked[brief.Find[0].Value] = id
	}
	if state, waits, _ := batchSystem(t, w, b, "shelf"); state != "waits" || waits != "person" {
		t.Errorf("of all, the shelf is %s and waits for %q", state, waits)
	}
	if len(asked) != 2 {
		t.Fatalf("the department was asked about %v", asked)
	}
	refused, waiting := asked[0], asked[1]
	w.Engine.Operator = "ewa"
	if _, err := w.Engine.Answer(ctx, tasks[refused], engine.Answer{State: state.TaskRefused, Because: "needed in court"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	restOfBatch(t, w, b, in)
	check := func(id, st, outcome, waits string) {
		t.Helper()
		if s := w.Standing(t, id); s.State != st || s.Outcome != outcome || s.WaitsFor != waits {
			t.Errorf("%s is %s %q and waits for %q: %s", id, s.State, s.Outcome, s.WaitsFor, s.Why)
		}
	}
	want := eightUndisturbed(t)
	for _, id := range in {
		switch id {
		case refused:
			check(id, "done", "partly", "")
		case waiting:
			check(id, "running", "", "person")
		default:
			check(id, "done", want.facts[id].Outcome, "")
		}
	}
	if d := want.stores.Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("the stores are not as after a batch without paper: %v", d)
	}
	if _, err := w.Engine.Answer(ctx, tasks[waiting], engine.Answer{State: state.TaskDone}); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	tellAll(t, w, in)
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	check(waiting, "done", want.facts[waiting].Outcome, "")
	if n, err := framesOf(w, b.Batch); n != 0 || err != nil {
		t.Errorf("%d captured frames outlive the batch (%v)", n, err)
	}
	for _, y := range facts(t, w, refused).Systems {
		if y.Name == "shelf" && (y.Answer != state.TaskRefused || y.ConfirmedBy != "ewa") {
			t.Errorf("the receipt says of the shelf %+v", y)
		}
	}
}

// TestPaperAnsweredTogether: a department that was asked about several of a batch answers once for all of them; what is one person's alone is refused, and
// where one task does not take the answer none does.
func TestPaperAnsweredTogether(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := world.OpenWithPaper(t, sample.Options{Members: 60})
	b, in := begin(t, w, "spring", several(t, w, eight...))
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	list, err := w.Engine.Tasks(ctx, state.TaskFilter{Batch: b.Batch, Kind: "manual"})
	if err != nil || len(list) != 2 {
		t.Fatalf("%d tasks, %v", len(list), err)
	}
	ids := []int64{list[1].ID, list[0].ID, list[1].ID}
	w.Engine.Operator = "ewa"
	for name, a := range map[string]engine.Answer{
		"a file":  {State: state.TaskDone, Files: []engine.Attachment{{Name: "protocol.pdf", Content: []byte("of two")}}},
		"told":    {State: state.TaskDone, Told: &engine.Told{How: "letter"}},
		"unsaid":  {State: state.TaskRefused},
		"missing": {State: state.TaskDone},
	} {
		of := ids
		if name == "missing" {
			of = append([]int64{9_999}, ids...)
		}
		if _, err := w.Engine.AnswerTogether(ctx, of, a); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	if open, err := w.Engine.Tasks(ctx, state.TaskFilter{Batch: b.Batch, Kind: "manual", State: state.TaskOpen}); err != nil || len(open) != 2 {
		t.Fatalf("%d are open, %v", len(open), err)
	}
	for range 2 { // the same answer again is the same answer
		done, err := w.Engine.AnswerTogether(ctx, ids, engine.Answer{State: state.TaskDone})
		if err != nil || len(done) != 2 || done[0].State != state.TaskDone || done[1].AnsweredBy != "ewa" {
			t.Fatalf("%+v, %v", done, err)
		}
	}
	if _, err := w.Engine.AnswerTogether(ctx, ids, engine.Answer{State: state.TaskNothingFound}); err == nil {
		t.Error("another answer was taken")
	}
	restOfBatch(t, w, b, in)
	for _, id := range in {
		if s := w.Standing(t, id); s.State != "done" {
			t.Errorf("%s is %s and waits for %q: %s", id, s.State, s.WaitsFor, s.Why)
		}
	}
}
