package oracle

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// rounds times -rapid.checks cases are drawn.
const rounds = 4

// TestErasure draws maps, rows and requests, and compares plan and outcome with the plain account, on a store
// that follows paths itself and on one that does nothing but look keys up.
func TestErasure(t *testing.T) {
	check(t, rounds, "memory", "narrow")
}

// TestErasureSQLite does the same on database files.
func TestErasureSQLite(t *testing.T) {
	check(t, 1, "sqlite")
}

func check(t *testing.T, rounds int, kinds ...string) {
	n := 0
	seen := map[string]int{}
	for range rounds {
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
	}
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

// tryOn is try; read, where it is not nil, reads the rows in the end in the store's place.
func tryOn(t *testing.T, w way, n int, e *estate, v *verdict, read func(context.Context) (content, error)) string {
	h, err := w.lay(t, n, e)
	if err != nil {
		return err.Error()
	}
	defer h.close()
	ctx := context.Background()
	if trouble := h.access(ctx, v); trouble != "" {
		return trouble
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

// access compares the number of rows the person is shown of each collection.
func (h *house) access(ctx context.Context, v *verdict) string {
	made, err := h.plan(ctx, request.Access)
	if err != nil {
		return "access: " + err.Error()
	}
	if v.alien != "" {
		if made.Plan.Applicable {
			return "access may be given, but " + v.alien
		}
		return ""
	}
	have, want := map[string]int64{}, map[string]int64{}
	for _, s := range made.Plan.Systems {
		for _, c := range s.Collections {
			if c.Total > 0 {
				have[s.Name+"/"+c.Name+" shown"] = c.Total
			}
		}
	}
	v.e.each(func(a at) {
		if v.mine[a] && v.inScope(a.c) && a.c.derived == nil && v.spokenOf(a) {
			want[a.c.address()+" shown"]++
		}
	})
	return differ(have, want)
}

// spokenOf says whether the purposes asked for speak of a row: one is of a field, or of the row; where none is of the collection at all
// its rows are counted, and all their fields left out.
func (v *verdict) spokenOf(a at) bool {
	asked := func(r *rule) bool { return slices.Contains(v.e.ask.purposes, r.purpose.name) }
	every := len(v.e.ask.purposes) == 0 || !slices.ContainsFunc(a.c.rules, asked)
	for _, f := range a.c.fields {
		every = every || slices.ContainsFunc(f.rules, asked)
	}
	return every || slices.ContainsFunc(a.c.rules, func(r *rule) bool { return asked(r) && r.when.holds(a.row()) })
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
