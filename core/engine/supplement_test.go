package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/state"
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
	if s.WaitsFor != "person" || count() != had+11 || len(s.Tasks) != 1 || s.Tasks[0].Kind != "late_rows" || s.Tasks[0].System != "register" || len(s.Tasks[0].Answers) != 2 {
		t.Fatalf("eleven more than planned: waits for %s, %d vehicles, %+v", s.WaitsFor, count(), s.Tasks)
	}
	var wrong engine.WrongAnswer
	if _, err := w.Engine.Answer(ctx, s.Tasks[0].ID, engine.Answer{State: state.TaskRefused, Because: "later"}); !errors.As(err, &wrong) {
		t.Errorf("rows of a system where nothing was done are left alone: %v", err)
	}
	for range 2 { // they have not gone: it is asked about anew
		s = w.Standing(t, id)
		if len(s.Tasks) != 1 {
			t.Fatalf("%+v", s.Tasks)
		}
		if _, err := w.Engine.Answer(ctx, s.Tasks[0].ID, engine.Answer{State: state.TaskNothingFound}); err != nil {
			t.Fatal(err)
		}
		if err := w.Engine.Drain(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := w.Engine.PlanFound(ctx, id); p != nil || err != nil {
		t.Errorf("planned while somebody is asked (%v)", err)
	}
	if _, err := w.Engine.Answer(ctx, w.Standing(t, id).Tasks[0].ID, engine.Answer{State: state.TaskDone}); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	p, err := w.Engine.PlanFound(ctx, id)
	if err != nil || p == nil {
		t.Fatalf("nothing is planned (%v)", err)
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

// TestLateRowsThatLeadOn: a row that comes after the approval and leads to other systems stops its own; said to be the person's, it is planned
// with what it leads to, and nothing of that is left in the end.
func TestLateRowsThatLeadOn(t *testing.T) {
	w := world.Open(t, sample.Options{Members: 60}, nil)
	ctx := context.Background()
	d := w.Persons.Demo
	db, err := sql.Open("sqlite", w.Env()["REGISTER_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	id := w.Start(t, "erasure")
	const lease = "U-99999"
	for _, q := range []string{"INSERT INTO leases (lease_no, flat_no, started_on, ended_on, party_count) VALUES ('" + lease + "', 'X/1', '1990-01-01', '1999-01-01', 1)",
		"INSERT INTO lease_parties (lease_no, member_id, left_on) VALUES ('" + lease + "', " + fmt.Sprint(d.ID) + ", '1999-01-01')"} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	scan := filepath.Join(w.Env()["DOCUMENTS_DIR"], "leases", lease, "1.txt")
	if err := errors.Join(os.MkdirAll(filepath.Dir(scan), 0o700), os.WriteFile(scan, []byte("of "+lease), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	s := w.Standing(t, id)
	if len(s.Tasks) == 0 || s.Tasks[0].Kind != "late_rows" || s.Tasks[0].System != "register" || filesWith(t, w, lease) == 0 {
		t.Fatalf("%s: %+v", s.Why, s.Tasks)
	}
	if _, err := w.Engine.Answer(ctx, s.Tasks[0].ID, engine.Answer{State: state.TaskDone}); err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	p, err := w.Engine.PlanFound(ctx, id)
	if err != nil || p == nil || rowsOf(p, "documents/lease_scans", plan.Delete) != 1 || !p.Applicable {
		t.Fatalf("the plan of what was found: %+v (%v)", p, err)
	}
	w.Engine.Operator = "jan"
	if err := errors.Join(w.Engine.Approve(ctx, id, p.Digest), w.Engine.Start(ctx, id, p.Digest)); err != nil {
		t.Fatal(err)
	}
	end(t, w, id)
	left := 0
	if err := db.QueryRow("SELECT (SELECT count(*) FROM leases WHERE lease_no = ?1) + (SELECT count(*) FROM lease_parties WHERE lease_no = ?1)", lease).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if n := filesWith(t, w, lease); left+n != 0 {
		t.Errorf("%d rows and %d scans of the lease are left", left, n)
	}
}
