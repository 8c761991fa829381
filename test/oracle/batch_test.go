package oracle

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// TestBatchOfOne draws the same cases and plans them as a batch: the plan is what it is alone, and the batch's work, which is put together
// from its members', does what the plain account says. Who is left must be one who alone has to be looked at too.
func TestBatchOfOne(t *testing.T) {
	often(t, 100)
	n, planned := 0, 0
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		e := drawEstate(rt)
		v := judge(e)
		for _, kind := range []string{"memory", "narrow"} {
			n++
			went, trouble := tryBatch(t, ways[kind], n, e, v, nil)
			if trouble != "" {
				rt.Fatalf("on %s:\n%s\n%s", kind, trouble, v.explain())
			}
			if went {
				planned++
			}
		}
		tell(v, seen)
	})
	if !t.Failed() && planned*4 < n {
		t.Errorf("%d of %d cases were planned at all", planned, n)
	}
}

// tryBatch plans and carries out one case; read as for tryOn.
func tryBatch(t *testing.T, w way, n int, e *estate, v *verdict, read func(context.Context) (content, error)) (went bool, trouble string) {
	h, err := w.lay(t, n, e)
	if err != nil {
		return false, err.Error()
	}
	defer h.close()
	ctx := context.Background()
	alone, err := h.plan(ctx, request.Erasure)
	if err != nil {
		return false, err.Error()
	}
	b, err := h.planner.MakeBatch(ctx, []planner.Member{{Input: planner.Input{Request: h.e.request(request.Erasure), AsOf: asOf}, RootKey: h.planner.RootKey}})
	if err != nil {
		return false, "batch: " + err.Error()
	}
	if len(b.Left) > 0 {
		if p := alone.Plan; p.Applicable && !p.Asks() && len(p.Candidates) == 0 {
			return false, fmt.Sprintf("left for %s, though alone nothing speaks against it", b.Left[0].Attention.Code)
		}
		return false, ""
	}
	one := b.Results[0].Plan
	if alone.Plan.Digest != one.Digest {
		return false, "the plan is another one:\n" + cmp.Diff(alone.Plan.Bound(), one.Bound())
	}
	if v.blocked != "" || !one.Applicable {
		return false, ""
	}
	if err := h.carry(ctx, &planner.Result{Plan: one, Work: b.Work}); err != nil {
		return false, err.Error()
	}
	if read == nil {
		read = h.dump
	}
	have, err := read(ctx)
	if err != nil {
		return false, err.Error()
	}
	return true, contrast(have, v.after())
}
