package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func mark(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func TestPlans(t *testing.T) {
	db := fresh(t)
	enter(t, db, "a")
	add := func(p Plan) (out Plan) {
		t.Helper()
		write(t, db, func(tx *Tx) (err error) { out, err = tx.AddPlan(p); return err })
		return out
	}
	current := func(want int64) Plan {
		t.Helper()
		var p Plan
		write(t, db, func(tx *Tx) (err error) { p, err = tx.CurrentPlan("a"); return err })
		if p.ID != want {
			t.Errorf("current plan %d, want %d", p.ID, want)
		}
		return p
	}
	if err := db.Read(ctx, func(tx *Tx) error { _, err := tx.CurrentPlan("a"); return err }); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	one := add(Plan{Request: "a", Digest: "d1", Document: json.RawMessage(`{"n":1}`), Applicable: true, AsOf: noon, ExpiresAt: noon.Add(time.Hour), CreatedAt: noon, CreatedBy: "op"})
	if got := current(one.ID); cmp.Diff(one, got) != "" || got.State != PlanDraft || got.N != 1 {
		t.Error(cmp.Diff(one, got))
	}
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.ApprovePlan(one.ID, "x", noon), tx.ApprovePlan(one.ID, "x", noon.Add(1)), tx.ApprovePlan(one.ID, "y", noon.Add(time.Hour)))
	})
	if got := current(one.ID); got.State != PlanApproved || len(got.Approvals) != 2 || !got.Approvals[0].At.Equal(noon) {
		t.Errorf("%+v", got)
	}
	two := add(Plan{Request: "a", Digest: "d2"})
	current(two.ID)
	for name, f := range map[string]func(tx *Tx) error{
		"approve": func(tx *Tx) error { return tx.ApprovePlan(one.ID, "x", noon) },
		"apply":   func(tx *Tx) error { return tx.ApplyPlan(one.ID, noon) },
	} {
		if err := db.Write(ctx, f); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s a superseded plan: %v", name, err)
		}
	}
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.ApplyPlan(two.ID, noon), tx.ApplyPlan(two.ID, noon.Add(time.Hour)))
	})
	three := add(Plan{Request: "a", Digest: "d3", Supplements: two.ID})
	if got := current(two.ID); !got.AppliedAt.Equal(noon) || got.State != PlanApplied {
		t.Errorf("%+v", got)
	}
	write(t, db, func(tx *Tx) error {
		p, err := tx.PlanByDigest("d3")
		if p.ID != three.ID || p.N != 3 || p.Supplements != two.ID {
			t.Errorf("%+v", p)
		}
		all, err2 := tx.Plans("a")
		if len(all) != 3 || all[0].State != PlanSuperseded {
			t.Errorf("%+v", all)
		}
		if err := tx.ApprovePlan(two.ID, "x", noon); !errors.Is(err, ErrNotFound) {
			t.Error("an applied plan was approved once more:", err)
		}
		return errors.Join(err, err2)
	})
}

func TestCountsAndFrames(t *testing.T) {
	db := fresh(t)
	enter(t, db, "a")
	var steps []Step
	for _, system := range []string{"ledger", "register"} {
		s := addStep(t, db, Step{Request: "a", Plan: 7, Phase: "apply", System: system})
		s, _ = claim(t, db, s.ID, "w", noon)
		steps = append(steps, s)
	}
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.PutCount(steps[0], Count{Collection: "entries", Treatment: "delete", Planned: 5, Prepared: 4}),
			tx.PutCount(steps[0], Count{Collection: "entries", Treatment: "delete", Planned: 5, Prepared: 4, Committed: 3, Inferred: 1}),
			tx.PutCount(steps[0], Count{Collection: "entries", Treatment: "delete", Person: Total, Committed: 9}),
			tx.PutCount(steps[1], Count{Collection: "members", Treatment: "anonymise", Committed: 1}))
	})
	read(t, db, func(tx *Tx) error {
		sums, err := tx.SumCounts(7, 0)
		want := []SystemCount{{"ledger", Count{0, "entries", "delete", 0, 5, 4, 3, 1}}, {"register", Count{0, "members", "anonymise", 0, 0, 0, 1, 0}}}
		if d := cmp.Diff(want, sums); d != "" {
			t.Error(d)
		}
		one, err2 := tx.Counts(steps[0].ID)
		if len(one) != 2 {
			t.Error(one)
		}
		return errors.Join(err, err2)
	})
	big := bytes.Repeat([]byte{1}, FrameSize)
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.PutFrame(steps[1], "a", Frame{"e2", 0, []byte("x")}), tx.PutFrame(steps[1], "a", Frame{"e1", 1, []byte("b")}),
			tx.PutFrame(steps[1], "a", Frame{"e1", 0, []byte("old")}), tx.PutFrame(steps[1], "a", Frame{"e1", 0, big}))
	})
	if err := db.Write(ctx, func(tx *Tx) error { return tx.PutFrame(steps[1], "a", Frame{"e1", 2, append(big, 1)}) }); err == nil {
		t.Error("a frame over 64 KiB")
	}
	write(t, db, func(tx *Tx) error {
		all, err := tx.Frames("a", "register", "")
		some, err2 := tx.Frames("a", "register", "e1")
		if len(all) != 3 || len(some) != 2 || len(some[0].Sealed) != FrameSize || string(some[1].Sealed) != "b" {
			t.Errorf("%d, %d frames", len(all), len(some))
		}
		none, err3 := tx.Frames("a", "ledger", "")
		if len(none) != 0 {
			t.Error("frames of another system")
		}
		return errors.Join(err, err2, err3, tx.DeleteFrames("a"))
	})
}

func TestDues(t *testing.T) {
	db := fresh(t)
	item := func(id, until string) DueItem {
		return DueItem{ID: id, Request: "r", System: "ledger", Collection: "entries", Rule: "accounting", Until: until, Count: 9, Sealed: []byte("keys"), DEK: []byte("dek"), Month: "2027-12",
			Marks: []Mark{{"pesel", "pesel/1", "k", mark(1)}}}
	}
	second := item("again", "2027-12-31")
	second.Sealed = []byte("newer keys")
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.AddDue(item("one", "2027-12-31"), noon), tx.AddDue(second, noon), tx.AddDue(item("open", ""), noon), tx.AddDue(item("late", "2030-12-31"), noon))
	})
	ids := func(f DueFilter) (out []string) {
		t.Helper()
		read(t, db, func(tx *Tx) error {
			items, err := tx.Dues(f)
			for _, d := range items {
				out = append(out, d.ID)
			}
			return err
		})
		return out
	}
	want := func(f DueFilter, w ...string) {
		t.Helper()
		if d := cmp.Diff(w, ids(f)); d != "" {
			t.Error(d)
		}
	}
	want(DueFilter{}, "one", "late", "open")
	want(DueFilter{On: "2027-12-31"})
	want(DueFilter{On: "2028-01-01"}, "one")
	want(DueFilter{Marks: [][]byte{mark(1)}}, "one", "late", "open")
	want(DueFilter{Marks: [][]byte{mark(2)}})
	want(DueFilter{Request: "other"})
	write(t, db, func(tx *Tx) error { return tx.HoldDue("one", "a claim", "op", noon) })
	want(DueFilter{States: []string{DueHeld}}, "one")
	if err := db.Write(ctx, func(tx *Tx) error { return tx.TakeDue("one", "r2", noon) }); !errors.Is(err, ErrNotFound) {
		t.Errorf("a held item was taken: %v", err)
	}
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.ReleaseDue("one", "settled", "op", noon), tx.ReleaseDue("one", "settled", "op", noon), tx.TakeDue("one", "r2", noon), tx.TakeDue("one", "r2", noon))
	})
	for name, f := range map[string]func(tx *Tx) error{
		"taken twice":       func(tx *Tx) error { return tx.TakeDue("one", "r3", noon) },
		"held when taken":   func(tx *Tx) error { return tx.HoldDue("one", "x", "op", noon) },
		"released, nothing": func(tx *Tx) error { return tx.ReleaseDue("none", "x", "op", noon) },
	} {
		if err := db.Write(ctx, f); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(t, db, func(tx *Tx) error { return tx.ReturnDue("r2", noon) })
	want(DueFilter{States: []string{DueWaiting}}, "one", "late", "open")
	inUse := func(n int) {
		t.Helper()
		read(t, db, func(tx *Tx) error {
			if got, err := tx.DueMonthInUse("2027-12"); got != n || err != nil {
				t.Errorf("%d in use, want %d (%v)", got, n, err)
			}
			return nil
		})
	}
	inUse(3)
	write(t, db, func(tx *Tx) error {
		d, err := tx.Due("one")
		if string(d.Sealed) != "newer keys" {
			t.Errorf("sealed %s", d.Sealed)
		}
		marks, err2 := tx.DueMarks("one")
		if len(marks) != 1 {
			t.Error(marks)
		}
		return errors.Join(err, err2, tx.FinishDue("one", noon), tx.FinishDue("one", noon.Add(time.Hour)), tx.MoveDue("late", []byte("dek2"), "2031-01"))
	})
	inUse(1)
	want(DueFilter{Marks: [][]byte{mark(1)}}, "late", "open")
}

func TestTasks(t *testing.T) {
	db := fresh(t)
	var task Task
	for range 2 {
		write(t, db, func(tx *Tx) (err error) {
			task, _, err = tx.AddTask(Task{Request: "a", Kind: "manual", System: "shelf", Department: "Archiwum", DueOn: "2026-11-20", Detail: json.RawMessage(`{"x":1}`), Sealed: []byte("s")}, noon)
			return err
		})
	}
	write(t, db, func(tx *Tx) error { _, _, err := tx.AddTask(Task{Request: "a", Kind: "letter"}, noon); return err })
	read(t, db, func(tx *Tx) error {
		for name, c := range map[string]struct {
			f TaskFilter
			n int
		}{"all": {TaskFilter{}, 2}, "department": {TaskFilter{Department: "Archiwum", State: TaskOpen}, 1}, "request": {TaskFilter{Request: "b"}, 0}, "step": {TaskFilter{Step: 3}, 0}} {
			got, err := tx.Tasks(c.f)
			if err != nil || len(got) != c.n {
				t.Errorf("%s: %d, %v", name, len(got), err)
			}
		}
		return nil
	})
	answer := func(state, by string) error {
		return db.Write(ctx, func(tx *Tx) error {
			_, err := tx.AnswerTask(task.ID, state, json.RawMessage(`{"ok":true}`), by, noon)
			return err
		})
	}
	if err := errors.Join(answer(TaskDone, "jan"), answer(TaskDone, "jan")); err != nil {
		t.Error(err)
	}
	for _, err := range []error{answer(TaskRefused, "jan"), answer(TaskDone, "ewa")} {
		if !errors.Is(err, ErrExists) {
			t.Errorf("answered anew: %v", err)
		}
	}
	read(t, db, func(tx *Tx) error {
		got, err := tx.Task(task.ID)
		if got.State != TaskDone || got.AnsweredBy != "jan" || string(got.Answer) != `{"ok":true}` || !got.AnsweredAt.Equal(noon) {
			t.Errorf("%+v", got)
		}
		return err
	})
}

func TestOutbox(t *testing.T) {
	db := fresh(t)
	o := Out{Type: "request.done", Request: "a", Target: "t", Payload: json.RawMessage(`{"id":"a"}`)}
	write(t, db, func(tx *Tx) error { return errors.Join(tx.AddOut(o, noon), tx.AddOut(o, noon)) })
	write(t, db, func(tx *Tx) error {
		got, err := tx.DueOut(noon, 10)
		if len(got) != 1 || string(got[0].Payload) != `{"id":"a"}` {
			t.Fatalf("%+v", got)
		}
		got[0].Attempts, got[0].NotBefore = 1, noon.Add(time.Minute)
		return errors.Join(err, tx.SaveOut(got[0]))
	})
	for at, n := range map[time.Time]int{noon: 0, noon.Add(time.Minute): 1} {
		read(t, db, func(tx *Tx) error {
			got, err := tx.DueOut(at, 10)
			if len(got) != n {
				t.Errorf("%v: %d", at, len(got))
			}
			return err
		})
	}
}

func TestRestrictions(t *testing.T) {
	db := fresh(t)
	enter(t, db, "a")
	h := Held{Request: "a", System: "register", Collection: "members", Method: "move", Count: 1, Since: noon, Sealed: []byte("k")}
	p := Permit{Request: "a", Basis: "public_interest", Law: "u. o rachunkowości", Account: "ksiegowa", Until: "2026-12-31", By: "op", At: noon}
	write(t, db, func(tx *Tx) error {
		later := h
		later.Since, later.Count = noon.Add(time.Hour), 2
		id, err := tx.AddPermit(p)
		again, err2 := tx.AddPermit(p)
		if id != again {
			t.Error("one permit twice")
		}
		use := PermitUse{id, noon, "ksiegowa", "invoice"}
		return errors.Join(err, err2, tx.PutHeld(h), tx.PutHeld(later), tx.AddPermitUse(use), tx.AddPermitUse(use), tx.RevokePermit(id, noon), tx.RevokePermit(id, noon.Add(time.Hour)))
	})
	write(t, db, func(tx *Tx) error {
		held, err := tx.HeldBy("a")
		if len(held) != 1 || held[0].Count != 2 || !held[0].Since.Equal(noon) {
			t.Errorf("%+v", held)
		}
		permits, err2 := tx.Permits("a")
		if len(permits) != 1 || !permits[0].RevokedAt.Equal(noon) || permits[0].Account != "ksiegowa" {
			t.Errorf("%+v", permits)
		}
		uses, err3 := tx.PermitUses("a")
		if len(uses) != 1 {
			t.Error(uses)
		}
		now, err4 := tx.HeldNow()
		held[0].LiftedAt = noon
		err5 := tx.PutHeld(held[0])
		then, err6 := tx.HeldNow()
		if len(now) != 1 || len(then) != 0 {
			t.Error(now, then)
		}
		return errors.Join(err, err2, err3, err4, err5, err6)
	})
}

func TestLeavesAreNumberedInOrder(t *testing.T) {
	db := fresh(t)
	write(t, db, func(tx *Tx) error { return tx.InsertLeaf(Leaf{N: 0, At: noon, Kind: "x", Leaf: []byte("a")}) })
	for _, n := range []int64{0, 2} {
		if err := db.Write(ctx, func(tx *Tx) error { return tx.InsertLeaf(Leaf{N: n, At: noon, Kind: "x", Leaf: []byte("b")}) }); err == nil {
			t.Errorf("leaf %d was taken as the next", n)
		}
	}
	read(t, db, func(tx *Tx) error {
		if _, err := tx.Hashes([]int64{5}); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		return nil
	})
}

func TestPartsAndFacts(t *testing.T) {
	db := fresh(t)
	enter(t, db, "a")
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.PutPart("a", "reply", []byte("1"), noon), tx.PutPart("a", "reply", []byte("2"), noon), tx.PutFact("a", "archive", map[string]int{"n": 1}, noon),
			tx.LinkRequests("a", "a", "same"), tx.LinkRequests("a", "a", "same"))
	})
	write(t, db, func(tx *Tx) error {
		b, err := tx.Part("a", "reply")
		names, err2 := tx.Parts("a")
		if string(b) != "2" || len(names) != 1 {
			t.Error(b, names)
		}
		var fact map[string]int
		ok, err3 := tx.Fact("a", "archive", &fact)
		none, err4 := tx.Fact("a", "none", &fact)
		if !ok || none || fact["n"] != 1 {
			t.Error(fact)
		}
		links, err5 := tx.Links("a")
		if len(links) != 1 {
			t.Error(links)
		}
		err6 := tx.DeletePart("a", "reply")
		if _, err := tx.Part("a", "reply"); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		return errors.Join(err, err2, err3, err4, err5, err6, tx.CancelRequest("a", noon))
	})
	read(t, db, func(tx *Tx) error {
		if asked, err := tx.CancelAsked("a"); !asked || err != nil {
			t.Error(asked, err)
		}
		return nil
	})
}
