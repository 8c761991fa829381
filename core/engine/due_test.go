package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// end brings a started request to its end: everything worked, everybody told, the second look taken.
func end(t *testing.T, w *world.World, id string) {
	t.Helper()
	ctx := context.Background()
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.Standing(t, id).Recipients {
		if r.Letter == "" && r.State != "done" {
			if err := w.Engine.RecordTold(ctx, id, engine.Told{Recipient: r.Name, To: recipient.Done, At: w.Clock.Now(), How: "letter"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.Clock.Add(25 * time.Hour)
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, id); s.State != "done" {
		t.Fatalf("%s is %s, waits for %s: %s", id, s.State, s.WaitsFor, s.Why)
	}
}

// on sets the clock to the first moment of a day.
func on(t *testing.T, w *world.World, day string) {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, w.Map.Zone)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(at.Sub(w.Clock.Now()))
}

// dueAlone plans what has come due, of one person.
func dueAlone(t *testing.T, w *world.World) []*plan.Plan {
	t.Helper()
	due, err := w.Engine.PlanDue(t.Context(), nil, planOptions)
	if err != nil || len(due.Left) > 0 || len(due.Batches) > 0 {
		t.Fatalf("%+v %v", due, err)
	}
	return due.Alone
}

// takeUp plans what has come due and carries it out, with no word of anybody.
func takeUp(t *testing.T, w *world.World) []*plan.Plan {
	t.Helper()
	ctx := context.Background()
	plans := dueAlone(t, w)
	for _, p := range plans {
		if !p.Applicable || p.Asks() {
			t.Fatalf("the plan of what has come due cannot be applied: %v %v", p.Blockers, p.Attention)
		}
		if err := w.Engine.Start(ctx, p.Request, p.Digest); err != nil {
			t.Fatal(err)
		}
		end(t, w, p.Request)
	}
	return plans
}

// kept are the rows of the demo member that stay, by table.
func kept(t *testing.T, w *world.World) map[string]int {
	t.Helper()
	out := map[string]int{}
	d := w.Persons.Demo
	for _, q := range []struct {
		env, table, sql string
		arg             any
	}{
		{"REGISTER_FILE", "members", `SELECT count(*) FROM members WHERE id = ? AND member_no IS NOT NULL`, d.ID},
		{"REGISTER_FILE", "disclosures", `SELECT count(*) FROM disclosures WHERE member_id = ?`, d.ID},
		{"LEDGER_FILE", "entries", `SELECT count(*) FROM entries WHERE account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)`, d.MemberNo},
		{"LEDGER_FILE", "accounts", `SELECT count(*) FROM accounts WHERE member_no = ?`, d.MemberNo},
	} {
		db, err := sql.Open("sqlite", w.Env()[q.env])
		if err != nil {
			t.Fatal(err)
		}
		var n int
		err = db.QueryRow(q.sql, q.arg).Scan(&n)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(q.table, err)
		}
		out[q.table] = n
	}
	return out
}

// TestKeptGoesWhenItsDayComes: what an erasure kept goes on the day after its last, each at its own; the shell goes with the last row
// below it. Before, a later access finds it; afterwards nothing.
func TestKeptGoesWhenItsDayComes(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Start(t, "erasure")
	end(t, w, id)
	at := w.Clock.Now()
	first := kept(t, w)
	if first["disclosures"] == 0 || first["accounts"] == 0 || first["entries"] == 0 {
		t.Fatalf("the erasure kept %v: the sample has changed", first)
	}
	items, _, err := w.Engine.Dues(ctx)
	if err != nil {
		t.Fatal(err)
	}
	days := map[string]bool{}
	last := ""
	for _, d := range items {
		if d.Until != "" {
			days[d.Until], last = true, max(last, d.Until)
		}
	}
	if len(days) < 2 {
		t.Fatalf("everything ends on one day: %v", days)
	}
	asked := 0
	found := func() (n int64) {
		t.Helper()
		asked++
		r := &request.Request{ID: fmt.Sprintf("later-%d", asked), Right: request.Access, ReceivedAt: w.Clock.Now(), Identity: &request.Identity{VerifiedAt: &at, Method: "document_seen"},
			Subject: request.Subject{Identifiers: []subject.Identifier{{Kind: "pesel", Value: subject.Seal(w.Persons.Demo.PESEL), Verified: true}}}}
		if _, _, err := w.Engine.Register(ctx, r); err != nil {
			t.Fatal(err)
		}
		p, err := w.Engine.Plan(ctx, r.ID, planOptions)
		if err := errors.Join(err, w.Engine.Cancel(ctx, r.ID)); err != nil { // an open one comes before any erasure
			t.Fatal(err)
		}
		for _, x := range p.Totals {
			n += x.Rows
		}
		return n
	}
	before := found()
	if before == 0 {
		t.Fatal("a later access does not find what was kept")
	}
	order := []string{}
	for day := range days {
		order = append(order, day)
	}
	for len(order) > 0 {
		next := order[0]
		for _, d := range order {
			next = min(next, d)
		}
		order = remove(order, next)
		on(t, w, next)
		if due, err := w.Engine.PlanDue(ctx, nil, planOptions); err != nil || len(due.Alone)+len(due.Batches) > 0 {
			t.Fatalf("on its last day, %s, %d plans were made (%v)", next, len(due.Alone), err)
		}
		if n := found(); n != before {
			t.Errorf("until %s is over an access finds %d rows, want %d", next, n, before)
		}
		w.Clock.Add(24*time.Hour + time.Minute)
		plans := takeUp(t, w)
		if len(plans) != 1 || plans[0].Due == nil || plans[0].Due.Of != id {
			t.Fatalf("after %s: %d plans", next, len(plans))
		}
		for _, s := range plans[0].Systems {
			for _, c := range s.Collections {
				for _, a := range c.Actions {
					if a.Until != nil && a.Until.Date != "" && a.Until.Date <= next {
						t.Errorf("after %s %s/%s is kept until %s", next, s.Name, c.Name, a.Until.Date)
					}
				}
			}
		}
		was := before
		if before = found(); next != last && (before >= was || before == 0) {
			t.Errorf("after %s an access finds %d rows, before it found %d", next, before, was)
		}
		if _, err := w.Engine.Receipt(ctx, plans[0].Request); err != nil {
			t.Error(err)
		}
	}
	for table, n := range kept(t, w) {
		if n > 0 {
			t.Errorf("%s: %d rows are left when the last day is over", table, n)
		}
	}
	items, _, err = w.Engine.Dues(ctx)
	if err != nil || len(items) != 1 || items[0].Collection != "arrears_letters" || items[0].Criterion == "" {
		t.Errorf("what has no end is %v (%v)", items, err)
	}
	if before != items[0].Count+1 {
		t.Errorf("a later access finds %d rows, want the %d letters and the account they are of", before, items[0].Count)
	}
}

func remove(list []string, x string) []string {
	var out []string
	for _, y := range list {
		if y != x {
			out = append(out, y)
		}
	}
	return out
}

// TestHeldStays: what a person holds stays when its day comes, and goes once it is released.
func TestHeldStays(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	end(t, w, w.Start(t, "erasure"))
	items, _, err := w.Engine.Dues(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var held state.DueItem
	last := ""
	for _, d := range items {
		if last = max(last, d.Until); d.Collection == "disclosures" {
			held = d
		}
	}
	if err := w.Engine.HoldDue(ctx, held.ID, "claim VIII C 12/27"); err != nil {
		t.Fatal(err)
	}
	on(t, w, last)
	w.Clock.Add(24 * time.Hour)
	if _, err := w.Engine.PlanDue(ctx, []string{held.ID}, planOptions); !errors.Is(err, engine.ErrState) {
		t.Errorf("an item that is held was planned by name: %v", err)
	}
	takeUp(t, w)
	if k := kept(t, w); k["disclosures"] != 1 || k["members"] != 1 || k["accounts"] != 0 {
		t.Errorf("with the disclosures held there are %v", k)
	}
	if items, _, err = w.Engine.Dues(ctx); err != nil || len(items) != 2 || items[0].State != state.DueHeld {
		t.Errorf("%d items are left, want the one that is held (%v)", len(items), err)
	}
	w.Clock.Add(24 * time.Hour)
	if plans := takeUpLeft(t, w); plans != 0 {
		t.Errorf("%d plans of what is held", plans)
	}
	if err := w.Engine.ReleaseDue(ctx, held.ID, "claim withdrawn"); err != nil {
		t.Fatal(err)
	}
	takeUp(t, w)
	if k := kept(t, w); k["disclosures"] != 0 || k["members"] != 0 {
		t.Errorf("after the release there are %v", k)
	}
}

func takeUpLeft(t *testing.T, w *world.World) int {
	t.Helper()
	due, err := w.Engine.PlanDue(context.Background(), nil, planOptions)
	plans, left := due.Alone, due.Left
	if err != nil || len(left) != 1 || !strings.Contains(left[0].Why, "held") {
		t.Errorf("left alone: %v (%v)", left, err)
	}
	return len(plans)
}

// TestWhoCameBackStays: somebody who is a member again, also under the row that was kept of them, loses nothing of it when what was
// kept goes.
func TestWhoCameBackStays(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	d := w.Persons.Demo
	end(t, w, w.Start(t, "erasure"))
	db, err := sql.Open("sqlite", w.Env()["REGISTER_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`INSERT INTO members (member_no, pesel, first_name, last_name, joined_on, status) VALUES ('C-09999', ?, 'Jadwiga', 'Nowa', '2026-11-06', 'A')`, d.PESEL); err != nil {
		t.Fatal(err)
	}
	on(t, w, "2031-01-02")
	takeUp(t, w)
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM members WHERE pesel = ? AND first_name = 'Jadwiga'`, d.PESEL).Scan(&n); err != nil || n != 1 {
		t.Errorf("the member who came back is %d rows (%v)", n, err)
	}

	w = world.Open(t, sample.Options{}, nil)
	end(t, w, w.Start(t, "erasure"))
	again, err := sql.Open("sqlite", w.Env()["REGISTER_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.Exec(`UPDATE members SET pesel = ?, first_name = 'Jadwiga', last_name = 'Nowa' WHERE id = ?`, d.PESEL, d.ID); err != nil {
		t.Fatal(err)
	}
	on(t, w, "2031-01-02")
	due, err := w.Engine.PlanDue(ctx, nil, planOptions)
	plans := due.Alone
	if err != nil || len(plans) != 1 || !plans[0].Asks() {
		t.Fatalf("a row that is in use again was planned like one that was only kept (%v)", err)
	}
	if n := rowsOf(plans[0], "register/members", plan.Anonymise) + rowsOf(plans[0], "register/members", plan.Delete); n != 0 {
		t.Errorf("%d rows of it would go", n)
	}
	if err := w.Engine.Start(ctx, plans[0].Request, plans[0].Digest); !errors.Is(err, engine.ErrNotApproved) {
		t.Errorf("nobody was asked: %v", err)
	}
}
