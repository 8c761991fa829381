package plan_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/plan"
)

// pair are two plans of a batch: the second has no row of the first class.
func pair() (*plan.Plan, *plan.Plan) {
	a, b := whole(), whole()
	b.Request = "2026-2"
	b.Systems[0].Collections[0].Actions = b.Systems[0].Collections[0].Actions[1:]
	b.Systems[0].Collections[1].Actions[0].Until = &plan.Until{Date: "2026-06-30"}
	b.Seal()
	return &a, &b
}

// TestTogether: the classes of all plans added up, a row of two persons once, each request with its own numbers.
func TestTogether(t *testing.T) {
	a, b := pair()
	got := plan.Together("b-1", []*plan.Plan{a, b}, []plan.Aside{{Request: "2026-3", Attention: plan.Attention{Code: "conflict"}}},
		[]plan.Twice{{System: "s", Collection: "b", Action: plan.Keep, Reason: plan.Retention, More: 2}, {System: "s", Collection: "a", Action: plan.Anonymise, Reason: plan.Withdrawn, More: 1}, {System: "s", Collection: "none", Action: plan.Keep, Reason: plan.Retention, More: 2}})
	want := []plan.BatchCollection{
		{Name: "a", Label: "A", Actions: []plan.BatchClass{{Action: plan.Delete, Rows: 10, Ceiling: 20, Persons: 1, Reason: plan.Reason{Code: plan.PeriodOver, Purpose: "p"}},
			{Action: plan.Anonymise, Rows: 3, Ceiling: 3, Twice: 1, Persons: 2, Reason: plan.Reason{Code: plan.Withdrawn, Purpose: "n"}}}},
		{Name: "b", Label: "B", Actions: []plan.BatchClass{{Action: plan.Keep, Rows: 4, Twice: 2, Persons: 2, Reason: plan.Reason{Code: plan.Retention, Purpose: "q"},
			Until: &plan.Span{First: "2026-06-30", Last: "2027-12-31"}}}},
	}
	if d := cmp.Diff(want, got.Systems[0].Collections); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]plan.Total{{Action: plan.Delete, Rows: 10}, {Action: plan.Anonymise, Rows: 3}, {Action: plan.Keep, Rows: 4}}, got.Totals); d != "" {
		t.Error(d)
	}
	if got.Systems[0].Roots != 2 || !got.Complete || !got.Applicable || got.Right != "erasure" || len(got.Requests) != 2 || got.Requests[1].Digest != b.Digest {
		t.Errorf("%+v", got)
	}
	if none := plan.Together("b-2", nil, nil, nil); none.Applicable || len(none.Blockers) == 0 {
		t.Error("a batch of nobody may be carried out")
	}
	a.Blockers, b.Blockers = []string{"leave it: dossier plan 2026-1 --without s"}, []string{"leave it: dossier plan 2026-2 --without s"}
	b.Applicable = false
	if p := plan.Together("b-1", []*plan.Plan{a, b}, nil, nil); p.Applicable || !slices.Equal(p.Blockers, []string{"leave it: dossier plan b-1 --without s"}) {
		t.Errorf("applicable %v, %v", p.Applicable, p.Blockers)
	}
}

// TestSeveralReasons: rows the members' plans give different reasons for are taken off where more rows are, and of the others what is left.
func TestSeveralReasons(t *testing.T) {
	for _, c := range []struct {
		period, rule, more int64
		want               []int64
	}{{2, 1, 1, []int64{1, 1}}, {1, 2, 1, []int64{1, 1}}, {1, 1, 1, []int64{0, 1}}, {2, 2, 2, []int64{1, 1}}, {1, 3, 2, []int64{1, 1}}, {2, 1, 2, []int64{0, 1}}} {
		of := func(id, code string, n int64) *plan.Plan {
			return &plan.Plan{Request: id, Systems: []plan.System{{Name: "s", Reached: true, Collections: []plan.Collection{{Name: "a",
				Actions: []plan.Action{{Action: plan.Delete, Rows: n, Ceiling: n + 10, Reason: plan.Reason{Code: code}}}}}}}}
		}
		p := plan.Together("b", []*plan.Plan{of("1", plan.PeriodOver, c.period), of("2", plan.NoRule, c.rule)}, nil, []plan.Twice{{System: "s", Collection: "a", Action: plan.Delete, More: c.more}})
		var rows []int64
		var twice int64
		for _, a := range p.Systems[0].Collections[0].Actions {
			rows, twice = append(rows, a.Rows), twice+a.Twice
		}
		if !slices.Equal(rows, c.want) || twice != c.more || p.Totals[0].Rows != c.period+c.rule-c.more {
			t.Errorf("%+v: %v, %d more than once, %v", c, rows, twice, p.Totals)
		}
	}
}

// TestBatchDigestBinds: every member's plan, who is left, and what becomes of all.
func TestBatchDigestBinds(t *testing.T) {
	a, b := pair()
	made := func() *plan.Batch {
		return plan.Together("b-1", []*plan.Plan{a, b}, []plan.Aside{{Request: "2026-3"}}, nil)
	}
	for name, change := range map[string]func(*plan.Batch){
		"batch":         func(p *plan.Batch) { p.Batch = "b-2" },
		"member":        func(p *plan.Batch) { p.Requests = p.Requests[:1] },
		"member's plan": func(p *plan.Batch) { p.Requests[0].Digest = "x" },
		"left":          func(p *plan.Batch) { p.Left = nil },
		"as of":         func(p *plan.Batch) { p.AsOf = p.AsOf.Add(1) },
		"applicable":    func(p *plan.Batch) { p.Applicable = false },
		"rows":          func(p *plan.Batch) { p.Systems[0].Collections[0].Actions[0].Rows++ },
		"ceiling":       func(p *plan.Batch) { p.Systems[0].Collections[0].Actions[0].Ceiling++ },
		"recipient":     func(p *plan.Batch) { p.Recipients[0].Requests++ },
	} {
		p := made()
		if change(p); p.Intact() {
			t.Errorf("%s can be changed under an approval", name)
		}
	}
	doc, err := json.Marshal(made())
	if err != nil {
		t.Fatal(err)
	}
	var again plan.Batch
	if err := json.Unmarshal(doc, &again); err != nil || !again.Intact() {
		t.Errorf("%v: not intact after it was read back", err)
	}
}

// TestOfAll: who is told and what is to be noticed stand once, with the number of requests; paper has no rows, and growth of any size no
// ceiling to add to.
func TestOfAll(t *testing.T) {
	a, b := pair()
	for _, p := range []*plan.Plan{a, b} {
		p.Attention = []plan.Attention{{Code: "unknown_date", System: "s", Collection: "a", Rows: 2, Text: "kept"}, {Code: "unknown_date", System: "s", Collection: "a", Rows: 1, Text: "kept"}}
		p.Systems[0].Collections[0].Actions[0].Ceiling = math.MaxInt64
		p.Systems = append(p.Systems, plan.System{Name: "shelf", Reached: true, Manual: true, Collections: []plan.Collection{{Name: "files",
			Actions: []plan.Action{{Action: plan.Manual, Reason: plan.Reason{Code: plan.ByHand, Explain: "task for Archiwum, by Fri 20 Nov"}}}}}})
	}
	got := plan.Together("b-1", []*plan.Plan{a, b}, nil, nil)
	if d := cmp.Diff([]plan.BatchRecipient{{Name: "bank", How: "email", Requests: 2}}, got.Recipients); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]plan.Noted{{Attention: plan.Attention{Code: "unknown_date", System: "s", Collection: "a", Rows: 6, Text: "kept"}, Requests: 2}}, got.Attention); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]plan.BatchClass{{Action: plan.Manual, Persons: 2, Reason: plan.Reason{Code: plan.ByHand, Explain: "task for Archiwum"}}}, got.Systems[1].Collections[0].Actions); d != "" {
		t.Error(d)
	}
	if got.Tasks != 2 || got.Systems[0].Collections[0].Actions[1].Ceiling != math.MaxInt64 {
		t.Errorf("%d tasks, %+v", got.Tasks, got.Systems[0].Collections[0].Actions)
	}
}

// TestBatchDiff: what differs by class, and who is in one of the two alone.
func TestBatchDiff(t *testing.T) {
	a, b := pair()
	both, one := plan.Together("b-1", []*plan.Plan{a, b}, nil, nil), plan.Together("b-1", []*plan.Plan{a}, nil, nil)
	if changes, gone, joined := plan.BatchDiff(both, both); len(changes)+len(gone)+len(joined) > 0 {
		t.Errorf("%v %v %v of the same plan", changes, gone, joined)
	}
	changes, gone, joined := plan.BatchDiff(one, both)
	want := []plan.Change{{System: "s", Collection: "a", Action: plan.Anonymise, Reason: plan.Withdrawn, Old: 2, New: 4}, {System: "s", Collection: "b", Action: plan.Keep, Reason: plan.Retention, Old: 3, New: 6}}
	if d := cmp.Diff(want, changes); d != "" || len(gone) > 0 || !slices.Equal(joined, []string{"2026-2"}) {
		t.Errorf("%s, gone %v, joined %v", d, gone, joined)
	}
}
