package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// filesWith counts the files of the document store whose path or text holds one of some words.
func filesWith(t *testing.T, w *world.World, words ...string) (n int) {
	t.Helper()
	err := filepath.WalkDir(w.Env()["DOCUMENTS_DIR"], func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, word := range words {
			if strings.Contains(path, word) || strings.Contains(string(b), word) {
				n++
				break
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSupplement: a system that was left out is taken up by a plan of its own when everything that led to it is gone, approved on its own;
// what the two leave is what one plan of all systems leaves, and then the request ends.
func TestSupplement(t *testing.T) {
	whole := world.Open(t, sample.Options{}, nil)
	end(t, whole, whole.Start(t, "erasure"))

	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	d := w.Persons.Demo
	mine := append([]string{d.MemberNo, d.PESEL}, d.Leases...)
	before := filesWith(t, w, mine...)
	id := w.Register(t, "erasure")
	first, err := w.Engine.Plan(ctx, id, engine.PlanOptions{Without: []string{"documents"}})
	if err != nil {
		t.Fatal(err)
	}
	w.Engine.Operator = "jan"
	if err := errors.Join(w.Engine.Approve(ctx, id, first.Digest), w.Engine.Start(ctx, id, first.Digest), w.Engine.Drain(ctx, id)); err != nil {
		t.Fatal(err)
	}
	if n := filesWith(t, w, mine...); n != before {
		t.Fatalf("%d files of %d are left, of a system that was left out", n, before)
	}
	if _, err := w.Engine.Plan(ctx, id, engine.PlanOptions{}); !errors.Is(err, engine.ErrState) {
		t.Errorf("a request that runs was planned anew: %v", err)
	}

	w.Engine.Operator = "anna"
	p, err := w.Engine.Plan(ctx, id, engine.PlanOptions{Supplement: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Systems) != 1 || p.Systems[0].Name != "documents" || p.Supplements != first.Digest || !p.Applicable || p.Asks() {
		t.Fatalf("the supplementary plan is of %v, of %s, applicable %v, %v %v", p.Systems, p.Supplements, p.Applicable, p.Blockers, p.Attention)
	}
	if err := w.Engine.Start(ctx, id, p.Digest); !errors.Is(err, engine.ErrNotApproved) {
		t.Errorf("it ran under the approval of another plan: %v", err)
	}
	if err := w.Engine.Approve(ctx, id, p.Digest); !errors.Is(err, engine.ErrNotApproved) {
		t.Errorf("who made it approved it: %v", err)
	}
	w.Engine.Operator = "jan"
	if err := errors.Join(w.Engine.Approve(ctx, id, p.Digest), w.Engine.Start(ctx, id, p.Digest)); err != nil {
		t.Fatal(err)
	}
	end(t, w, id)
	if err := w.Engine.Start(ctx, id, p.Digest); err != nil {
		t.Errorf("started again: %v", err)
	}

	s := w.Standing(t, id)
	if len(s.LeftOut) > 0 || s.Outcome != "partly" {
		t.Errorf("left out %v, outcome %s", s.LeftOut, s.Outcome)
	}
	for i, y := range whole.Standing(t, id).Systems {
		z := s.Systems[i]
		if y.Name != z.Name || y.Deleted != z.Deleted || y.Anonymised != z.Anonymised || z.State != "settled" {
			t.Errorf("%s: %s, %d deleted, %d anonymised; with one plan %d, %d", z.Name, z.State, z.Deleted, z.Anonymised, y.Deleted, y.Anonymised)
		}
	}
	if got, want := filesWith(t, w, mine...), filesWith(t, whole, mine...); got != want || got == before {
		t.Errorf("%d files of %d are left, with one plan %d", got, before, want)
	}
	receipt, err := w.Engine.Receipt(ctx, id)
	if err != nil || !strings.Contains(string(receipt), first.Digest) || !strings.Contains(string(receipt), p.Digest) {
		t.Errorf("the receipt does not name both plans (%v)", err)
	}
}

// TestMoreThanTheCeiling: growth within the ceiling goes along; beyond it the system's transaction is taken back, and a plan of its
// own, approved on its own, does it.
func TestMoreThanTheCeiling(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	d := w.Persons.Demo
	db, err := sql.Open("sqlite", w.Env()["REGISTER_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	add := func(n int) {
		t.Helper()
		for range n {
			if _, err := db.Exec("INSERT INTO vehicles (member_id, plate) VALUES (?, 'KR 0000' || abs(random() % 1000))", d.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	count := func() (n int) {
		t.Helper()
		if err := db.QueryRow("SELECT count(*) FROM vehicles WHERE member_id = ?", d.ID).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	id := w.Start(t, "erasure")
	had := count()
	add(11)
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	s := w.Standing(t, id)
	if s.WaitsFor != "person" || count() != had+11 {
		t.Fatalf("eleven more than planned: waits for %s, %d vehicles", s.WaitsFor, count())
	}
	p, err := w.Engine.Plan(ctx, id, engine.PlanOptions{Supplement: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Systems) != 1 || p.Systems[0].Name != "register" || rowsOf(p, "register/vehicles", plan.Delete) != int64(had+11) || !p.Applicable {
		t.Fatalf("the supplementary plan: %v, %v", p.Systems, p.Blockers)
	}
	w.Engine.Operator = "jan"
	if err := errors.Join(w.Engine.Approve(ctx, id, p.Digest), w.Engine.Start(ctx, id, p.Digest)); err != nil {
		t.Fatal(err)
	}
	add(1)
	end(t, w, id)
	if n := count(); n != 0 {
		t.Errorf("%d vehicles are left", n)
	}
}
