package state

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"
)

func addStep(t *testing.T, db *DB, s Step) Step {
	t.Helper()
	write(t, db, func(tx *Tx) (err error) { s, err = tx.AddStep(s, noon); return err })
	return s
}

func claim(t *testing.T, db *DB, id int64, owner string, now time.Time) (s Step, ok bool) {
	t.Helper()
	write(t, db, func(tx *Tx) (err error) { s, ok, err = tx.ClaimStep(id, owner, 15*time.Second, now); return err })
	return s, ok
}

func dueIDs(t *testing.T, db *DB, now time.Time) (ids []int64) {
	t.Helper()
	read(t, db, func(tx *Tx) error {
		steps, err := tx.DueSteps(now, 100)
		for _, s := range steps {
			ids = append(ids, s.ID)
		}
		return err
	})
	return ids
}

// A worker that was taken over can write no more, wherever it writes.
func TestFence(t *testing.T) {
	db := fresh(t)
	enter(t, db, "r1")
	s := addStep(t, db, Step{Request: "r1", Phase: "apply", System: "register"})
	a, ok := claim(t, db, s.ID, "a", noon)
	if !ok || a.Fence != 1 || a.State != StepClaimed {
		t.Fatalf("claim: %+v %v", a, ok)
	}
	if _, ok := claim(t, db, s.ID, "b", noon.Add(14*time.Second)); ok {
		t.Fatal("claimed under a living lease")
	}
	write(t, db, func(tx *Tx) error { return tx.RenewLease(a, 15*time.Second, noon.Add(10*time.Second)) })
	if _, ok := claim(t, db, s.ID, "b", noon.Add(24*time.Second)); ok {
		t.Fatal("claimed under a renewed lease")
	}
	a.State = StepPrepared
	a.Detail = json.RawMessage(`{"token":"t1"}`)
	write(t, db, func(tx *Tx) error { return tx.SaveStep(a, noon) })
	b, ok := claim(t, db, s.ID, "b", noon.Add(25*time.Second))
	if !ok || b.Fence != 2 || b.State != StepPrepared || string(b.Detail) != `{"token":"t1"}` {
		t.Fatalf("taken over: %+v %v", b, ok)
	}
	for name, f := range map[string]func(tx *Tx) error{
		"save":  func(tx *Tx) error { return tx.SaveStep(a, noon) },
		"yield": func(tx *Tx) error { return tx.YieldStep(a, noon) },
		"renew": func(tx *Tx) error { return tx.RenewLease(a, time.Hour, noon) },
		"hold":  func(tx *Tx) error { return tx.HoldStep(a) },
		"count": func(tx *Tx) error { return tx.PutCount(a, Count{Collection: "members", Treatment: "delete"}) },
		"frame": func(tx *Tx) error { return tx.PutFrame(a, "r1", Frame{Edge: "e", Sealed: []byte("x")}) },
	} {
		if err := db.Write(ctx, f); !errors.Is(err, ErrFenced) {
			t.Errorf("%s by the former worker: %v", name, err)
		}
	}
	b.State = StepDone
	write(t, db, func(tx *Tx) error { return tx.YieldStep(b, noon) })
	if ids := dueIDs(t, db, noon.Add(time.Hour)); len(ids) != 0 {
		t.Errorf("a finished step is due: %v", ids)
	}
}

func TestDueSteps(t *testing.T) {
	db := fresh(t)
	first := addStep(t, db, Step{Request: "r1", Phase: "apply", System: "a", Ord: 1})
	second := addStep(t, db, Step{Request: "r1", Phase: "apply", System: "b", Ord: 2})
	later := addStep(t, db, Step{Request: "r1", Phase: "apply", System: "c", Ord: 3, State: StepWaiting, WaitsFor: "store", NotBefore: noon.Add(time.Minute)})
	person := addStep(t, db, Step{Request: "r1", Phase: "apply", System: "d", Ord: 4, State: StepWaiting, WaitsFor: "person"})
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.NeedStep(second.ID, first.ID), tx.NeedStep(second.ID, first.ID))
	})
	if again := addStep(t, db, Step{Request: "r1", Phase: "apply", System: "a", Ord: 9}); again.ID != first.ID || again.Ord != 1 {
		t.Errorf("the same step twice: %+v", again)
	}
	want := func(now time.Time, ids ...int64) {
		t.Helper()
		got := dueIDs(t, db, now)
		if len(got) != len(ids) {
			t.Fatalf("due %v, want %v", got, ids)
		}
		for i := range ids {
			if got[i] != ids[i] {
				t.Fatalf("due %v, want %v", got, ids)
			}
		}
	}
	want(noon, first.ID)
	want(noon.Add(time.Minute), first.ID, later.ID)
	if _, ok := claim(t, db, second.ID, "w", noon); ok {
		t.Fatal("claimed before what it needs")
	}
	s, _ := claim(t, db, first.ID, "w", noon)
	want(noon)
	read(t, db, func(tx *Tx) error {
		if next, err := tx.NextDue(); err != nil || next.After(noon.Add(15*time.Second)) {
			t.Errorf("next due %v, %v", next, err)
		}
		return nil
	})
	s.State, s.NotBefore = StepVerified, noon.Add(24*time.Hour)
	write(t, db, func(tx *Tx) error { return tx.YieldStep(s, noon) })
	want(noon, second.ID) // verified is enough for who needs it; itself it sleeps until the settle check
	want(noon.Add(24*time.Hour), second.ID, later.ID, first.ID)
	write(t, db, func(tx *Tx) error {
		woken, err := tx.WakeStep(person.ID, noon)
		if !woken {
			t.Error("the person's step was not woken")
		}
		return err
	})
	want(noon, second.ID, person.ID)
	write(t, db, func(tx *Tx) error {
		woken, err := tx.WakeStep(s.ID, noon)
		if woken {
			t.Error("a verified step went back to ready")
		}
		return errors.Join(err, tx.EndStep(second.ID, json.RawMessage(`{"settled_by":"x"}`), noon))
	})
	want(noon, person.ID)
}

// Of many workers at once exactly one gets a step, each time it is free.
func TestClaimRace(t *testing.T) {
	db := fresh(t)
	s := addStep(t, db, Step{Request: "r1", Phase: "apply"})
	var mu sync.Mutex
	fences := map[int64]int{}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 10 {
				err := db.Write(ctx, func(tx *Tx) error {
					c, ok, err := tx.ClaimStep(s.ID, string(rune('a'+w)), 15*time.Second, noon)
					if err != nil || !ok {
						return err
					}
					mu.Lock()
					fences[c.Fence]++
					mu.Unlock()
					c.State = StepReady
					return tx.YieldStep(c, noon)
				})
				if err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	if len(fences) != 80 {
		t.Errorf("%d claims for 80 turns", len(fences))
	}
	for f, n := range fences {
		if n != 1 {
			t.Errorf("fence %d was given %d times", f, n)
		}
	}
}
