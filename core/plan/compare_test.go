package plan_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/plan"
)

// TestCompare: what the world may do between plan and apply, and what it may not.
func TestCompare(t *testing.T) {
	actions := func(p *plan.Plan) []plan.Action { return p.Systems[0].Collections[0].Actions }
	for _, c := range []struct {
		name     string
		old, now func(*plan.Plan)
		says     string // "" the plan holds
	}{
		{"nothing changed", nil, nil, ""},
		{"fewer rows", nil, func(p *plan.Plan) { actions(p)[0].Rows = 1 }, ""},
		{"none left", nil, func(p *plan.Plan) { p.Systems[0].Collections[0].Actions = nil }, ""},
		{"up to the ceiling", nil, func(p *plan.Plan) { actions(p)[0].Rows = 20 }, ""},
		{"one above", nil, func(p *plan.Plan) { actions(p)[0].Rows = 21 }, "s/a: 21 rows to delete, planned 10, at most 20"},
		{"any growth", func(p *plan.Plan) { actions(p)[0].Ceiling = math.MaxInt64 }, func(p *plan.Plan) { actions(p)[0].Rows = 1 << 40 }, ""},
		{"any growth, twice", func(p *plan.Plan) {
			c := &p.Systems[0].Collections[0]
			c.Actions[0].Ceiling = math.MaxInt64
			c.Actions = append(c.Actions, c.Actions[0])
		}, nil, ""},
		{"more kept", nil, func(p *plan.Plan) { p.Systems[0].Collections[1].Actions[0].Rows = 99 }, ""},
		{"other rows name the person", nil, func(p *plan.Plan) { p.Systems[0].RootsDigest = "x" }, "s: other rows name the person"},
		{"more rows name the person", nil, func(p *plan.Plan) { p.Systems[0].Roots = 2 }, "s: other rows name the person"},
		{"fewer rows name the person", nil, func(p *plan.Plan) { p.Systems[0].Roots = 0 }, "s: other rows name the person"},
		{"a new class", nil, func(p *plan.Plan) {
			c := &p.Systems[0].Collections[1]
			c.Actions = append(c.Actions, plan.Action{Action: plan.Delete, Rows: 1, Reason: plan.Reason{Code: plan.PeriodOver}})
		}, "s/b: 1 rows to delete, planned 0, at most 0"},
		{"another reason", nil, func(p *plan.Plan) { actions(p)[0].Reason.Code = plan.Unlawful }, "s/a: 10 rows to delete"},
		{"another purpose", nil, func(p *plan.Plan) { actions(p)[0].Reason.Purpose = "z" }, "s/a: 10 rows to delete"},
		{"other fields", nil, func(p *plan.Plan) { actions(p)[1].Fields = []string{"x", "y"} }, "s/a: 2 rows to anonymise"},
		{"a shell now", nil, func(p *plan.Plan) { actions(p)[1].Shell = true }, "s/a: 2 rows to anonymise"},
		{"another map", nil, func(p *plan.Plan) { p.Map = "x" }, "the data map has changed"},
		{"another request", nil, func(p *plan.Plan) { p.Commitment = "x" }, "the request has changed"},
		{"another connector", nil, func(p *plan.Plan) { p.Connectors[0].SHA256 = "x" }, "a connector has changed"},
		{"a system gone", nil, func(p *plan.Plan) { p.Systems[0].Reached = false }, "s does not answer now"},
		{"a system more", nil, func(p *plan.Plan) { p.Systems = append(p.Systems, plan.System{Name: "t"}) }, "t is new"},
		{"candidates", func(p *plan.Plan) { p.Candidates = nil }, nil, "candidates"},
		{"something to look at", nil, func(p *plan.Plan) { p.Attention = []plan.Attention{{Code: "guard", Text: "look here", Blocks: true}} }, "look here"},
		{"something to note", nil, func(p *plan.Plan) { p.Attention = []plan.Attention{{Code: "unknown_date", Text: "look here"}} }, ""},
	} {
		old, now := whole(), whole()
		if c.old != nil {
			c.old(&old)
		}
		if c.now != nil {
			c.now(&now)
		} else if c.name == "any growth, twice" {
			now = old
		}
		got := plan.Compare(&old, &now)
		switch {
		case c.says == "" && len(got) > 0:
			t.Errorf("%s: %v", c.name, got)
		case c.says != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.says) }):
			t.Errorf("%s: %v, want %q", c.name, got, c.says)
		}
	}
}

func TestDiff(t *testing.T) {
	old, now := whole(), whole()
	if d := plan.Diff(&old, &now); len(d) != 0 {
		t.Error(d)
	}
	a := now.Systems[0].Collections
	a[0].Actions[0].Rows = 7
	a[0].Actions[1].Reason.Code = plan.Unlawful
	a[1].Actions = append(a[1].Actions, plan.Action{Action: plan.NothingFound})
	now.Systems = append(now.Systems, plan.System{Name: "t", Collections: []plan.Collection{{Name: "c", Actions: []plan.Action{{Action: plan.Delete, Rows: 4, Reason: plan.Reason{Code: plan.CopyOf}}}}}})
	want := []plan.Change{
		{System: "s", Collection: "a", Action: plan.Anonymise, Reason: plan.Unlawful, New: 2},
		{System: "s", Collection: "a", Action: plan.Anonymise, Reason: plan.Withdrawn, Old: 2},
		{System: "s", Collection: "a", Action: plan.Delete, Reason: plan.PeriodOver, Old: 10, New: 7},
		{System: "t", Collection: "c", Action: plan.Delete, Reason: plan.CopyOf, New: 4},
	}
	if d := cmp.Diff(want, plan.Diff(&old, &now)); d != "" {
		t.Error(d)
	}
}

func TestChanges(t *testing.T) {
	for a, changes := range map[plan.Act]bool{plan.Delete: true, plan.Anonymise: true, plan.Recount: true, plan.Move: true, plan.Lift: true, plan.Export: false, plan.Keep: false, plan.Refer: false, plan.Review: false, plan.Manual: false, plan.NothingFound: false} {
		if a.Changes() != changes {
			t.Errorf("%s", a)
		}
	}
}
