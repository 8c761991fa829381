package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/test/world"
)

// waitTogether starts the erasures of some in a world that pools; each waits there.
func waitTogether(t *testing.T, w *world.World, names ...string) (ids []string) {
	t.Helper()
	for _, name := range names {
		ids = append(ids, wants(t, w, request.Erasure, name, 0))
	}
	for _, id := range ids {
		if err := starts(t, w, id); err != nil {
			t.Fatal(id, err)
		}
		if s := w.Standing(t, id); s.WaitsFor != "pool" {
			t.Fatalf("%s waits for %q: %s", id, s.WaitsFor, s.Why)
		}
	}
	return ids
}

// poolOf is what a request says of the pool it waits in.
func poolOf(t *testing.T, w *world.World, id string) engine.PoolStanding {
	t.Helper()
	p := systemOf(t, w.Standing(t, id), "documents").Pool
	if p == nil {
		t.Fatalf("%s waits in no pool", id)
	}
	return *p
}

func drainAll(t *testing.T, w *world.World, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := w.Engine.Drain(t.Context(), id); err != nil {
			t.Fatal(id, err)
		}
	}
}

// TestPoolNeverPastADueDate: who joins and has little time takes the others along, three days before the answer is due. Where more time is
// given, or somebody leaves, the others wait as long as they may.
func TestPoolNeverPastADueDate(t *testing.T) {
	ctx := t.Context()
	w, c := pooling(t, 21)
	began := w.Clock.Now()
	first := waitTogether(t, w, "Demo")[0]
	if got := poolOf(t, w, first).Until; !got.Equal(began.AddDate(0, 0, 21)) {
		t.Fatalf("it waits until %v", got)
	}
	late := wants(t, w, request.Erasure, "NextTenant", 20) // received on 17 October: due on 17 November
	if err := starts(t, w, late); err != nil {
		t.Fatal(err)
	}
	x, err := w.Engine.Request(ctx, late)
	if err != nil {
		t.Fatal(err)
	}
	due, err := time.ParseInLocation(time.DateOnly, x.DueStrict, w.Map.Zone)
	if err != nil {
		t.Fatal(err)
	}
	last := due.AddDate(0, 0, -datamap.PoolMargin)
	for _, id := range []string{first, late} {
		if got := poolOf(t, w, id); !got.Until.Equal(last) || got.Others != 1 || got.Rights != "erasure" {
			t.Errorf("%s waits until %v, with %d others (%s); an answer is due on %s", id, got.Until, got.Others, got.Rights, x.DueStrict)
		}
	}
	if err := w.Engine.Extend(ctx, late, "complex", w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{first, late} {
		if got := poolOf(t, w, id).Until; !got.Equal(began.AddDate(0, 0, 21)) {
			t.Errorf("with more time %s waits until %v", id, got)
		}
	}
	if err := w.Engine.Settle(ctx, first, "documents", "looked through by hand"); err != nil {
		t.Fatal(err)
	}
	if got := poolOf(t, w, late).Others; got != 0 {
		t.Errorf("it waits with %d others; a person answered for the only one", got)
	}
	systems, err := w.Engine.WorkPools(ctx, late)
	if err != nil || len(systems) != 1 || systems[0] != "documents" {
		t.Fatalf("hurried in %v: %v", systems, err)
	}
	drainAll(t, w, late)
	if y := systemOf(t, w.Standing(t, late), "documents"); y.VerifiedAt == nil || len(c.made()) != 1 {
		t.Errorf("hurried, documents is %s; %v", y.State, c.made())
	}
}

// TestPoolOneSetApart: more rows came for one than its plan allows. The others are worked in one call; it needs a person, and a plan of its
// own does the rest.
func TestPoolOneSetApart(t *testing.T) {
	w, c := pooling(t, 7)
	ids := waitTogether(t, w, "Demo", "YearEnd", "NextTenant")
	folder := filepath.Join(w.Env()["DOCUMENTS_DIR"], "letters", w.Persons.YearEnd.MemberNo)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for n := range 30 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("2001-02-03-L9%03d.pdf", n)), []byte("%PDF-1.4"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.Clock.Add(7 * 24 * time.Hour)
	drainAll(t, w, ids[0])
	for i, id := range ids {
		y := systemOf(t, w.Standing(t, id), "documents")
		if apart := i == 1; apart != (y.State == "attention") || apart == (y.VerifiedAt != nil) {
			t.Errorf("%s: documents is %s: %s", id, y.State, y.Why)
		}
	}
	if got := c.made(); len(got) != 1 {
		t.Errorf("the store was called %v", got)
	}
	if n := filesWith(t, w, "L9"); n != 30 {
		t.Fatalf("%d of 30 letters are left that no plan allows to take", n)
	}
	own, err := w.Engine.Plan(t.Context(), ids[1], engine.PlanOptions{Supplement: true})
	if err != nil {
		t.Fatal(err)
	}
	as(w, "jan", func() {
		err = errors.Join(w.Engine.Approve(t.Context(), ids[1], own.Digest), w.Engine.Start(t.Context(), ids[1], own.Digest))
	})
	if err != nil {
		t.Fatal(err)
	}
	drainAll(t, w, ids[1])
	if got := poolOf(t, w, ids[1]); got.Others != 0 {
		t.Errorf("its own plan waits with %d others", got.Others)
	}
	if _, err := w.Engine.WorkPools(t.Context(), ids[1]); err != nil {
		t.Fatal(err)
	}
	ends(t, w, ids)
	if n := filesWith(t, w, "L9"); n != 0 {
		t.Errorf("%d letters are left", n)
	}
}

// TestPoolRestricted: one of those who wait is restricted meanwhile, which does not wait. The pool leaves what is held, and works the others.
func TestPoolRestricted(t *testing.T) {
	w, c := pooling(t, 7)
	ids := waitTogether(t, w, "Demo", "NextTenant")
	id := wants(t, w, request.Restriction, "Demo", 0)
	if err := starts(t, w, id); err != nil {
		t.Fatal(err)
	}
	before := filesWith(t, w, w.Persons.Demo.MemberNo)
	w.Clock.Add(7 * 24 * time.Hour)
	drainAll(t, w, ids[1])
	held, free := systemOf(t, w.Standing(t, ids[0]), "documents"), systemOf(t, w.Standing(t, ids[1]), "documents")
	if held.State != "attention" || held.Deleted != 0 || !strings.Contains(held.Why, id) {
		t.Errorf("of the restricted one documents is %s, %d deleted: %s", held.State, held.Deleted, held.Why)
	}
	if free.VerifiedAt == nil || free.Deleted == 0 || len(c.made()) > 2 { // the restriction's, and the pool's
		t.Errorf("of the other documents is %s, %d deleted; calls %v", free.State, free.Deleted, c.made())
	}
	if now := filesWith(t, w, w.Persons.Demo.MemberNo); now != before {
		t.Errorf("%d files of the restricted person are left of %d", now, before)
	}
}

// TestPoolCoOwners: two who own rows of a pooled system together were planned before either went. The first goes by its plan; the second's is
// stale then, as it would have been alone, and a plan of its own does the rest.
func TestPoolCoOwners(t *testing.T) {
	names := []string{"Demo", "Prolific"}
	together := func(w *world.World) { // a lease of the first that would go with them alone
		register(t, w)(`INSERT INTO lease_parties (lease_no, member_id, left_on) SELECT l.lease_no, ?, '2010-01-01' FROM leases l JOIN lease_parties p ON p.lease_no = l.lease_no
			WHERE p.member_id = ? AND l.ended_on < '2020-01-01' AND (SELECT count(*) FROM lease_parties x WHERE x.lease_no = l.lease_no) = 1`, w.Persons.Prolific.ID, w.Persons.Demo.ID)
	}
	stores, _ := oneByOne(t, together, names...)
	w, _ := pooling(t, 0)
	together(w)
	w.Map.System("register").Pool = &datamap.Period{N: 7, Unit: datamap.Days}
	began := w.Clock.Now()
	var ids []string
	for _, name := range names {
		ids = append(ids, wants(t, w, request.Erasure, name, 0))
	}
	for _, id := range ids {
		if err := starts(t, w, id); err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(24 * time.Hour)
	}
	w.Clock.Add(began.AddDate(0, 0, 7).Sub(w.Clock.Now()))
	drainAll(t, w, ids...)
	first, second := systemOf(t, w.Standing(t, ids[0]), "register"), systemOf(t, w.Standing(t, ids[1]), "register")
	if first.VerifiedAt == nil || second.State != "attention" || !strings.Contains(strings.Join(second.Codes, " "), "stale") || second.Deleted != 0 {
		t.Fatalf("the first is %s (%s), the second %s (%s), %d deleted", first.State, first.Why, second.State, second.Why, second.Deleted)
	}
	own, err := w.Engine.Plan(t.Context(), ids[1], engine.PlanOptions{Supplement: true})
	if err != nil {
		t.Fatal(err)
	}
	as(w, "jan", func() {
		err = errors.Join(w.Engine.Approve(t.Context(), ids[1], own.Digest), w.Engine.Start(t.Context(), ids[1], own.Digest))
	})
	if err != nil {
		t.Fatal(err)
	}
	drainAll(t, w, ids[1])
	if _, err := w.Engine.WorkPools(t.Context(), ids[1]); err != nil {
		t.Fatal(err)
	}
	ends(t, w, ids)
	if d := stores.Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("the stores are not as one by one: %v", d)
	}
}

// TestPoolUnheard: the store has done it all, and nobody heard. The pool is worked once more, finds it done, and counts it as inferred, for
// each request as many as it had.
func TestPoolUnheard(t *testing.T) {
	names := []string{"Demo", "NextTenant", "YearEnd"}
	w, c := pooling(t, 7)
	ids := waitTogether(t, w, names...)
	w.Clock.Add(7 * 24 * time.Hour)
	c.after = func() error { return fmt.Errorf("gone: %w", connectors.ErrTryLater) }
	drainAll(t, w, ids...)
	planned := map[string]int64{}
	for _, id := range ids {
		y := systemOf(t, w.Standing(t, id), "documents")
		if y.State != "waits" || y.WaitsFor != "store" || y.Deleted != 0 {
			t.Fatalf("%s: documents is %s, waits for %s: %s", id, y.State, y.WaitsFor, y.Why)
		}
		p, err := w.Engine.CurrentPlan(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Systems {
			for _, col := range s.Collections {
				for _, a := range col.Actions {
					if s.Name == "documents" && a.Action.Changes() {
						planned[id] += a.Rows
					}
				}
			}
		}
	}
	w.Clock.Add(time.Hour)
	drainAll(t, w, ids[2])
	for _, id := range ids {
		y := systemOf(t, w.Standing(t, id), "documents")
		if y.VerifiedAt == nil || y.Inferred != planned[id] || y.Deleted+y.Anonymised != planned[id] || planned[id] == 0 {
			t.Errorf("%s: documents is %s, %d inferred, %d deleted, of %d: %s", id, y.State, y.Inferred, y.Deleted, planned[id], y.Why)
		}
	}
	if got := c.made(); len(got) != 2 {
		t.Errorf("the store was called %v", got)
	}
}

// TestPoolOnTwoNodes: two nodes wake at once, each for another of those who wait: one has the pool.
func TestPoolOnTwoNodes(t *testing.T) {
	w, c := pooling(t, 7)
	ids := waitTogether(t, w, "Demo", "NextTenant", "YearEnd")
	w.Clock.Add(7 * 24 * time.Hour)
	e := w.Engine
	nodes := []*engine.Engine{e, engine.Open(engine.Engine{DB: e.DB, Ring: e.Ring, Years: e.Years, Planner: e.Planner, Archives: e.Archives, Now: e.Now, Operator: "node"})}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	var both sync.WaitGroup
	errs := make([]error, len(nodes))
	for i, n := range nodes {
		both.Add(1)
		go func() {
			defer both.Done()
			errs[i] = errors.Join(n.Drain(ctx, ids[2*i]), n.Drain(ctx, ids[1]))
		}()
	}
	both.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := c.made(); len(got) != 1 {
		t.Errorf("two nodes called the store %v", got)
	}
	drainAll(t, w, ids...)
	for _, id := range ids {
		if y := systemOf(t, w.Standing(t, id), "documents"); y.VerifiedAt == nil || y.Inferred != 0 {
			t.Errorf("%s: documents is %s: %s", id, y.State, y.Why)
		}
	}
}

// TestPoolKeepsWhatBeganMeanwhile: a letter that is sent once more while the erasure waits is kept by its new period, and comes due on its
// last day, as it would had it been so when the work began: of a request by itself, and of a member of a batch.
func TestPoolKeepsWhatBeganMeanwhile(t *testing.T) {
	for _, together := range []bool{false, true} {
		t.Run(map[bool]string{false: "alone", true: "in a batch"}[together], func(t *testing.T) {
			w, _ := pooling(t, 7)
			id := fmt.Sprint("r-", w.Persons.YearEnd.ID)
			var b *plan.Batch
			var in []string
			if together {
				b, in = begin(t, w, "spring", several(t, w, "Demo", "YearEnd"))
				if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
					t.Fatal(err)
				}
			} else {
				in = waitTogether(t, w, "Demo", "YearEnd")
				id = in[1]
			}
			due := func() (out []string) {
				items, _, err := w.Engine.Dues(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range items {
					if d.Request == id && d.System == "documents" && d.Collection == "letters" {
						out = append(out, fmt.Sprintf("%d until %s", d.Count, d.Until))
					}
				}
				return out
			}
			before := due()
			letters, err := filepath.Glob(filepath.Join(w.Env()["DOCUMENTS_DIR"], "letters", w.Persons.YearEnd.MemberNo, "*.pdf"))
			if err != nil || len(letters) == 0 {
				t.Fatalf("letters: %v, %v", letters, err)
			}
			again := filepath.Join(filepath.Dir(letters[0]), "2025-02-03"+filepath.Base(letters[0])[len("2025-02-03"):])
			if err := os.Rename(letters[0], again); err != nil {
				t.Fatal(err)
			}
			w.Clock.Add(7 * 24 * time.Hour)
			if together {
				endBatch(t, w, b, in)
			} else {
				ends(t, w, in)
			}
			if s := w.Standing(t, id); s.State != "done" {
				t.Fatalf("%s is %s: %s", id, s.State, s.Why)
			}
			if _, err := os.Stat(again); err != nil {
				t.Fatalf("the letter is gone, and its period runs: %v", err)
			}
			if after := due(); !slices.Contains(after, "1 until 2031-12-31") {
				t.Errorf("of the letters come due %v, and before %v", after, before)
			}
			if frames, err := framesOfRequest(w, id); err != nil || frames != 0 {
				t.Errorf("%d captured frames outlive the request (%v)", frames, err)
			}
		})
	}
}

func framesOfRequest(w *world.World, id string) (n int, err error) {
	err = w.Engine.DB.Read(context.Background(), func(tx *state.Tx) error {
		frames, err := tx.Frames(id, "", "")
		n = len(frames)
		return err
	})
	return n, err
}
