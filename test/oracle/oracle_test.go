package oracle

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// TestErasure draws maps, rows and requests, and compares plan and outcome with the plain account, on a store
// that follows paths itself and on one that does nothing but look keys up.
func TestErasure(t *testing.T) {
	check(t, 400, "memory", "narrow")
}

// TestErasureSQLite does the same on database files.
func TestErasureSQLite(t *testing.T) {
	check(t, 100, "sqlite")
}

func check(t *testing.T, worlds int, kinds ...string) {
	often(t, worlds)
	n := 0
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		e := drawEstate(rt)
		v := judge(e)
		for _, kind := range kinds {
			n++
			if trouble := try(t, ways[kind], n, e, v); trouble != "" {
				rt.Fatalf("on %s:\n%s\n%s", kind, trouble, v.explain())
			}
		}
		tell(v, seen)
	})
	t.Logf("%v", seen)
	for _, fate := range []string{"deleted", "anonymised", "shell", "held", "shared", "other"} {
		if !t.Failed() && seen[fate] == 0 {
			t.Errorf("no row was drawn that is %s: the cases say nothing of it", fate)
		}
	}
	if seen["blocked"]*2 > seen["cases"] {
		t.Errorf("%d of %d cases end before anything is compared", seen["blocked"], seen["cases"])
	}
}

// try plans and carries out one case; what is wrong comes back as text.
func try(t *testing.T, w way, n int, e *estate, v *verdict) string {
	return tryOn(t, w, n, e, v, nil)
}

// tryOn is try; read, where it is not nil, reads the rows in the end in the store's place. Others ask for access too, and get what is theirs.
func tryOn(t *testing.T, w way, n int, e *estate, v *verdict, read func(context.Context) (content, error), others ...*verdict) string {
	h, err := w.lay(t, n, e)
	if err != nil {
		return err.Error()
	}
	defer h.close()
	ctx := context.Background()
	for _, who := range append([]*verdict{v}, others...) {
		if trouble := h.access(ctx, who); trouble != "" {
			return trouble
		}
	}
	made, err := h.plan(ctx, request.Erasure)
	if err != nil {
		return err.Error()
	}
	if trouble := stops(made, v); trouble != "" || v.blocked != "" {
		return trouble
	}
	if d := differ(e.numbers(made.Plan), v.numbers()); d != "" {
		return d
	}
	if err := h.carry(ctx, made); err != nil {
		return err.Error()
	}
	if read == nil {
		read = h.dump
	}
	have, err := read(ctx)
	if err != nil {
		return err.Error()
	}
	return contrast(have, v.after())
}

func (h *house) close() {
	for _, s := range h.stores {
		_ = s.Close()
	}
}

// stops compares whether the plan may be carried out.
func stops(made *planner.Result, v *verdict) string {
	switch {
	case v.blocked != "" && made.Plan.Applicable:
		return "the plan may be carried out, but " + v.blocked
	case v.blocked == "" && !made.Plan.Applicable:
		return fmt.Sprintf("the plan may not be carried out: %v", made.Plan.Blockers)
	}
	return ""
}

// tell counts what the cases were about.
func tell(v *verdict, seen map[string]int) {
	seen["cases"]++
	if v.blocked != "" {
		seen["blocked"]++
		return
	}
	v.e.each(func(a at) { seen[v.fate(a)]++ })
}
