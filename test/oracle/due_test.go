package oracle

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/test/draws"
)

// TestNothingComesDueTooEarly: what an erasure kept, taken up again by the same day's dates, is kept: not a row goes that the plain account
// lets stay, though the shells have lost the dates that told their own ends.
func TestNothingComesDueTooEarly(t *testing.T) {
	// The same cases each time: a rare one, where what is left of a row tells of others what it did not tell before, is no fault.
	draws.Alike(t, 20290101, 100)
	n, taken := 100_000, 0
	rapid.Check(t, func(rt *rapid.T) {
		e := drawEstate(rt)
		v := judge(e)
		n++
		h, err := ways["memory"].lay(t, n, e)
		if err != nil {
			rt.Fatal(err)
		}
		defer h.close()
		kept, trouble := h.takeUp(t.Context(), v)
		if trouble != "" {
			rt.Fatalf("%s\n%s", trouble, v.explain())
		}
		if kept {
			taken++
		}
	})
	if !t.Failed() && taken == 0 {
		t.Error("nothing was kept in any case: they say nothing of it")
	}
}

// takeUp carries an erasure out and plans what it kept anew, from the kept rows alone; kept says that there was something.
func (h *house) takeUp(ctx context.Context, v *verdict) (kept bool, trouble string) {
	made, err := h.plan(ctx, request.Erasure)
	if err != nil {
		return false, err.Error()
	}
	if v.blocked != "" || !made.Plan.Applicable {
		return false, ""
	}
	if err := h.carry(ctx, made); err != nil {
		return false, err.Error()
	}
	before, err := h.dump(ctx)
	if err != nil {
		return false, err.Error()
	}
	key := []byte("prints")
	var anchors []planner.Anchor
	var roots []planner.Root
	for _, r := range made.Work.Roots {
		if r.Stays {
			anchors, roots = append(anchors, planner.Anchor{Root: r, Names: true}), append(roots, r)
		}
	}
	for _, r := range made.Work.Shells {
		anchors, roots = append(anchors, planner.Anchor{Root: r}), append(roots, r)
	}
	prints, err := h.planner.Prints(ctx, key, roots)
	if err != nil {
		return false, err.Error()
	}
	for i := range anchors {
		anchors[i].Print = prints[i]
	}
	var ends []planner.KeptUntil
	for _, d := range made.Work.Dues {
		if d.Date == "" {
			return false, "" // a date that was not known may be known by what is left
		}
		ends = append(ends, planner.KeptUntil{System: d.System, Collection: d.Collection, Purpose: d.Purpose, Until: d.Date})
	}
	again, err := h.planner.Make(ctx, planner.Input{Ends: ends, Request: h.e.request(request.Erasure), AsOf: asOf, Anchors: anchors, PrintKey: key,
		Due: &planner.Due{Of: "2026-1", Stay: made.Work.Stay}})
	if err != nil {
		return false, err.Error()
	}
	if !again.Plan.Applicable {
		return false, fmt.Sprintf("what was kept cannot be taken up: %v", again.Plan.Blockers)
	}
	if err := h.carry(ctx, again); err != nil {
		return false, err.Error()
	}
	after, err := h.dump(ctx)
	if err != nil {
		return false, err.Error()
	}
	if d := contrast(after, before); d != "" {
		return false, "taken up on the same day:\n" + d
	}
	for _, s := range made.Plan.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				kept = kept || a.Action == plan.Keep
			}
		}
	}
	return kept, ""
}
