package planner_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// signers are people, and lists of theirs that an e-mail leads to; what hangs on a list stands in another system.
var signers = map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, uno: { identifier: uno }, email: { identifier: email }, d: preference.topic } }
  list:   { purposes: { p: { since: d } }, guards: { root_rows: 9, because: lists are long }, fields: { pid: { identifier: pid }, email: { identifier: email }, name: identity.name, d: preference.topic } }
`, "b": `
  orders: { purposes: { p: { since: d } }, fields: { of: { owned_by: a/list }, uno: { identifier: uno }, d: preference.topic } }
`}

// signed are rows of a list, all with the e-mail two people share. Of those named pid says whose they are.
func signed(r *rand.Rand, n int, pid map[int64]any) map[string]rows {
	data := map[string]rows{"a": {"people": {person(1, "P1", "U1", "dom@x.pl", nil), person(2, "P2", "U2", "dom@x.pl", nil)}}, "b": {}}
	for i := int64(1); i <= int64(n); i++ {
		data["a"]["list"] = append(data["a"]["list"], connectors.Row{"id": i, "pid": pid[i], "email": "dom@x.pl", "name": fmt.Sprint("N", i), "d": long})
		for range r.IntN(3) {
			data["b"]["orders"] = append(data["b"]["orders"], connectors.Row{"id": int64(len(data["b"]["orders"]) + 1), "of": i, "d": long})
		}
	}
	return data
}

// about is the number of an item's row, by its facts.
func aboutRow(t *testing.T, facts []planner.Found) int64 {
	t.Helper()
	var id int64
	for _, f := range facts {
		if f.Label == "id" {
			if _, err := fmt.Sscan(f.Value, &id); err != nil {
				t.Fatal(err)
			}
		}
	}
	return id
}

// answers are what a person says to questions about rows: yes to those named.
func answers(t *testing.T, into map[string]planner.Verdict, asks []planner.Question, task int64, yes ...int64) map[string]planner.Verdict {
	t.Helper()
	if into == nil {
		into = map[string]planner.Verdict{}
	}
	for _, q := range asks {
		for i, about := range q.About {
			ok := len(q.Rows) == 0 && len(yes) > 0
			if i < len(q.Rows) {
				ok = slices.Contains(yes, aboutRow(t, q.Rows[i]))
			}
			into[about] = planner.Verdict{Task: task, Yes: ok, By: "ewa", At: asOf}
		}
	}
	return into
}

func (h *house) answered(r *request.Request, said map[string]planner.Verdict) *planner.Result {
	h.t.Helper()
	made, err := h.Make(h.t.Context(), planner.Input{Request: r, AsOf: asOf, AskKey: []byte("asked"), Answers: said})
	if err != nil {
		h.t.Fatal(err)
	}
	return made
}

// TestConfirmed: a candidate that a person confirmed is treated as if the row had named the person itself; one that they denied, as another's.
func TestConfirmed(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			n := 1 + int(seed%4)
			r := rand.New(rand.NewPCG(seed, 7))
			var yes []int64
			pid := map[int64]any{}
			for i := int64(1); i <= int64(n); i++ {
				if pid[i] = "P2"; r.IntN(2) == 0 {
					pid[i], yes = "P1", append(yes, i)
				}
			}
			rest := r.Uint64()
			h := build(t, signers, signed(rand.New(rand.NewPCG(rest, 1)), n, nil))
			ids := []string{"pid P1", "email dom@x.pl"}
			before := h.answered(ask(ids...), nil)
			if len(before.Asks) != 1 || len(before.Asks[0].Rows) != n || before.Plan.Candidates[0].Rows != int64(n) {
				t.Fatalf("asked: %v", before.Asks)
			}
			said := answers(t, nil, before.Asks, 4, yes...)
			got := h.answered(ask(ids...), said)
			// The oracle: the same rows, where each of the list names its person by a number.
			named := build(t, signers, signed(rand.New(rand.NewPCG(rest, 1)), n, pid))
			want := named.answered(ask(ids...), nil)
			if d := cmp.Diff(does(want.Plan), does(got.Plan)); d != "" {
				t.Error(d)
			}
			if got.Plan.Systems[0].RootsDigest != want.Plan.Systems[0].RootsDigest || len(got.Asks) > 0 || len(got.Plan.Candidates) > 0 || !got.Plan.Applicable {
				t.Errorf("roots, or asked again: %v %v", got.Asks, got.Plan.Blockers)
			}
			if d := cmp.Diff(keysOf(want.Work), keysOf(got.Work)); d != "" {
				t.Error(d)
			}
			if len(yes) > 0 && got.Plan.Digest == before.Plan.Digest {
				t.Error("the digest does not bind what was confirmed")
			}
			var rows int64
			for _, d := range got.Plan.Decisions {
				rows += d.Rows
				if d.Task != 4 || d.By != "ewa" || d.Kind != "candidate" {
					t.Errorf("%+v", d)
				}
			}
			if rows != int64(n) {
				t.Errorf("decisions about %d rows of %d", rows, n)
			}
		})
	}
}

// keysOf are the rows a work takes as the person's own.
func keysOf(w *planner.Work) []string {
	var out []string
	for _, r := range w.Roots {
		out = append(out, fmt.Sprint(r.System, r.Collection, r.Values))
	}
	slices.Sort(out)
	return out
}

// TestAskedAnew: a row that is not as it was when somebody answered is asked about again, and only that one; who was not asked is.
func TestAskedAnew(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	h := build(t, signers, signed(r, 3, nil))
	ids := []string{"pid P1", "email dom@x.pl"}
	said := answers(t, nil, h.answered(ask(ids...), nil).Asks, 1, 1, 2)
	data := signed(r, 4, nil)
	data["a"]["list"][1]["name"] = "somebody else"
	data["a"]["list"][2]["d"] = "2026-11-01" // nothing by which it is told whose it is
	h = build(t, signers, data)
	got := h.answered(ask(ids...), said)
	if len(got.Asks) != 1 {
		t.Fatal(got.Asks)
	}
	var again []int64
	for _, row := range got.Asks[0].Rows {
		again = append(again, aboutRow(t, row))
	}
	if !slices.Equal(again, []int64{2, 4}) || !strings.Contains(does(got.Plan), "a/list candidate 2") || !strings.Contains(does(got.Plan), "a/list delete 1") {
		t.Errorf("asked about %v; %s", again, does(got.Plan))
	}
	if got := h.answered(ask(ids...), answers(t, said, got.Asks, 2, 4)); len(got.Asks) > 0 || !strings.Contains(does(got.Plan), "a/list delete 2") || len(got.Plan.Decisions) != 4 {
		t.Errorf("%s, %+v", does(got.Plan), got.Plan.Decisions)
	}
	if got := h.answered(ask("pid P1", "email dom@x.pl?"), nil); len(got.Asks) != 1 || got.Asks[0].Why == "" {
		t.Error("an e-mail nobody verified is asked about:", got.Asks)
	}
}

// TestGuardsHold: what a guard forbids no answer allows. More rows than the map expects stop the plan; rows of different persons do, and are asked
// about again; a row that holds another's number is never taken.
func TestGuardsHold(t *testing.T) {
	h := build(t, signers, signed(rand.New(rand.NewPCG(1, 1)), 12, nil))
	ids := []string{"pid P1", "email dom@x.pl"}
	all := h.answered(ask(ids...), nil).Asks
	stops(t, h.answered(ask(ids...), answers(t, nil, all, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)).Plan, "guard")
	if p := h.answered(ask(ids...), answers(t, nil, all, 1, 1, 2, 3)).Plan; !p.Applicable {
		t.Error(p.Blockers)
	}

	both := []connectors.Row{person(1, "P1", nil, "dom@x.pl", nil), person(2, "P2", nil, "dom@x.pl", nil)}
	h = build(t, map[string]string{"a": people}, map[string]rows{"a": {"people": both}})
	first := h.answered(ask("email dom@x.pl"), nil)
	got := h.answered(ask("email dom@x.pl"), answers(t, nil, first.Asks, 1, 1, 2))
	stops(t, got.Plan, "conflict")
	if len(got.Asks) != 1 || len(got.Asks[0].Rows) != 2 || strings.Contains(does(got.Plan), "delete") {
		t.Errorf("asked %v; %s", got.Asks, does(got.Plan))
	}
	if got := h.answered(ask("email dom@x.pl"), answers(t, nil, got.Asks, 2, 2)); does(got.Plan) != "a/people delete 1" || len(got.Asks) > 0 || !got.Plan.Applicable {
		t.Errorf("%s; asked %v", does(got.Plan), got.Asks)
	}

	// Confirmed while nothing was known of the number; then the request names it.
	got = h.answered(ask("pid P1", "email dom@x.pl"), answers(t, nil, first.Asks, 1, 2))
	if does(got.Plan) != "a/people delete 1" || len(got.Asks) > 0 || len(got.Plan.Decisions) > 0 || !slices.ContainsFunc(got.Plan.Attention, func(a plan.Attention) bool {
		return a.Code == "conflict" && strings.Contains(a.Text, "no answer can make it theirs")
	}) {
		t.Errorf("%s; %+v %+v", does(got.Plan), got.Plan.Decisions, got.Plan.Attention)
	}

	// An edge from a confirmed row that leads to somebody else.
	data := signed(rand.New(rand.NewPCG(1, 1)), 1, nil)
	data["b"]["orders"] = []connectors.Row{{"id": int64(1), "of": int64(1), "uno": "U9", "d": long}}
	h = build(t, signers, data)
	stops(t, h.answered(ask("pid P1", "email dom@x.pl"), answers(t, nil, h.answered(ask("pid P1", "email dom@x.pl"), nil).Asks, 1, 1)).Plan, "guard")
}

// TestConflictDecided: a row that names two persons stops the plan until somebody says to go on without it, or not to.
func TestConflictDecided(t *testing.T) {
	h := build(t, map[string]string{"a": people}, map[string]rows{"a": {"people": {person(1, "P1", "U1", nil, nil), person(2, "P1", "U2", nil, nil)}}})
	ids := []string{"pid P1", "uno U1"}
	open := h.answered(ask(ids...), nil)
	stops(t, open.Plan, "conflict")
	if len(open.Asks) != 1 || open.Asks[0].Kind != "conflict" || len(open.Asks[0].Rows) != 1 {
		t.Fatal(open.Asks)
	}
	for yes, want := range map[int64]string{2: plan.GoesOn, 0: plan.Stops} {
		got := h.answered(ask(ids...), answers(t, nil, open.Asks, 3, yes))
		if got.Plan.Applicable != (yes > 0) || len(got.Asks) > 0 || does(got.Plan) != "a/people delete 1" || len(got.Plan.Decisions) != 1 || got.Plan.Decisions[0].Answer != want {
			t.Errorf("%s: %s %v %+v", want, does(got.Plan), got.Plan.Blockers, got.Plan.Decisions)
		}
		if text := got.Plan.Attention[0].Text; !strings.Contains(text, "ewa has decided") || !strings.Contains(text, "task 3") {
			t.Error(text)
		}
	}
}

// TestNothingShownInPassing: whatever prints a question shows nothing of the rows.
func TestNothingShownInPassing(t *testing.T) {
	h := build(t, signers, signed(rand.New(rand.NewPCG(1, 1)), 2, nil))
	for _, q := range h.answered(ask("pid P1", "email dom@x.pl"), nil).Asks {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, q); strings.Contains(text, "dom@") || strings.Contains(text, "N1") {
				t.Errorf("%s shows %s", verb, text)
			}
		}
	}
}

// TestBatchTakesConfirmed: who was left because somebody had to look is planned with the others once they have, as alone.
func TestBatchTakesConfirmed(t *testing.T) {
	data := signed(rand.New(rand.NewPCG(3, 3)), 3, nil)
	data["a"]["people"] = append(data["a"]["people"], person(3, "P3", "U3", nil, nil))
	h := build(t, signers, data)
	asks := func() []*request.Request { return []*request.Request{ask("pid P1", "email dom@x.pl"), ask("pid P3")} }
	ms := members(asks()...)
	for i := range ms {
		ms[i].AskKey = []byte("asked")
	}
	b, err := h.MakeBatch(t.Context(), ms)
	if err != nil {
		t.Fatal(err)
	}
	if got := outcome(b); got[0] != "left: candidate" {
		t.Fatal(got)
	}
	said := answers(t, nil, h.answered(ms[0].Request, nil).Asks, 1, 1, 3)
	ms[0].Answers = said
	if b, err = h.MakeBatch(t.Context(), ms); err != nil {
		t.Fatal(err)
	}
	alone := h.answered(ms[0].Request, said)
	if len(b.Left) > 0 || does(b.Results[0].Plan) != does(alone.Plan) || does(b.Results[1].Plan) != "a/people delete 1" {
		t.Fatal(outcome(b))
	}
	if d := cmp.Diff(keysOf(alone.Work), keysOf(b.Results[0].Work)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(alone.Plan.Decisions, b.Results[0].Plan.Decisions, cmp.Comparer(time.Time.Equal)); d != "" || len(alone.Plan.Decisions) != 2 {
		t.Error(d, alone.Plan.Decisions)
	}
}
