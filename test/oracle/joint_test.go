package oracle

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// TestBatchOfTwo draws two persons who may own rows together, and erases both in one batch: what stays is what stays when nobody owns a row but
// they, and what something keeps for one of them stays for both.
func TestBatchOfTwo(t *testing.T) {
	often(t, 100)
	n, seen := 400_000, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		n++
		p := drawPair(rt, func(*estate) {})
		for _, kind := range []string{"memory", "narrow"} {
			if trouble := p.try(t, ways[kind], n, nil, seen); trouble != "" {
				rt.Fatalf("on %s:\n%s\n%s", kind, trouble, p.explain())
			}
		}
	})
	t.Logf("%v", seen)
	if !t.Failed() && seen["compared"]*10 < seen["cases"] {
		t.Errorf("%v: too few cases say anything", seen)
	}
}

// pair is two persons who ask for the same.
type pair struct {
	e             *estate
	first, second *verdict
}

// drawPair draws one; lay is told of the estate before anything is judged.
func drawPair(t *rapid.T, lay func(*estate)) *pair {
	d := dice{t}
	e := drawEstate(t)
	lay(e)
	e.ask.ids = []given{{"pid", people[0]["pid"], true}}
	other := *e
	other.ask.ids = []given{{"pid", people[1]["pid"], true}}
	for i, x := range []*estate{e, &other} {
		if d.chance(40, "uno") {
			x.ask.ids = append(x.ask.ids, given{"uno", people[i]["uno"], true})
		}
	}
	return &pair{e, judge(e), judge(&other)}
}

func (p *pair) explain() string {
	return p.first.explain() + "\n--- and the second person\n" + p.second.explain()
}

// together is the verdict on both; nil where they differ in what keeps a row, so that they are judged apart.
func (p *pair) together() *verdict {
	if p.first.blocked+p.second.blocked != "" {
		return nil
	}
	v := &verdict{e: p.e, known: map[string]map[string]bool{}, named: map[at]bool{}, mine: map[at]bool{}, candidate: map[at]bool{}, shared: map[at]bool{}, shell: map[at]bool{}, heldMemo: map[at]bool{}}
	differ := false
	p.e.each(func(a at) {
		v.named[a] = p.first.named[a] || p.second.named[a]
		v.mine[a] = p.first.mine[a] || p.second.mine[a]
		held := p.first.held(a)
		differ = differ || held != p.second.held(a)
		for _, f := range a.c.fields {
			differ = differ || p.first.fieldHeld(a, f) != p.second.fieldHeld(a, f)
		}
		v.heldMemo[a] = held
	})
	if differ {
		return nil
	}
	for more := true; more; {
		v.findShared()
		more = false
		p.e.each(func(a at) {
			if p.first.mine[a] && p.second.mine[a] && v.held(a) && !v.shared[a] {
				v.shared[a], more = true, true
			}
		})
	}
	v.findShells()
	for _, one := range []*verdict{p.first, p.second} {
		part := *v
		part.mine = one.mine
		v.parts = append(v.parts, &part)
	}
	v.stuck()
	return v
}

// try plans and carries out one case; read as for tryOn.
func (p *pair) try(t *testing.T, w way, n int, read func(context.Context) (content, error), seen map[string]int) string {
	seen["cases"]++
	v := p.together()
	if v == nil || v.blocked != "" {
		return ""
	}
	h, err := w.lay(t, n, p.e)
	if err != nil {
		return err.Error()
	}
	defer h.close()
	ctx := context.Background()
	var of []planner.Member
	for i, one := range []*verdict{p.first, p.second} {
		r := one.e.request(request.Erasure)
		r.ID = []string{"2026-1", "2026-2"}[i]
		of = append(of, planner.Member{Input: planner.Input{Request: r, AsOf: asOf}, RootKey: h.planner.RootKey})
	}
	b, err := h.planner.MakeBatch(ctx, of)
	if err != nil {
		return "batch: " + err.Error()
	}
	if len(b.Left) > 0 {
		seen["left"]++
		return ""
	}
	if err := h.carry(ctx, &planner.Result{Plan: b.Results[0].Plan, Work: b.Work}); err != nil {
		return err.Error()
	}
	if read == nil {
		read = h.dump
	}
	have, err := read(ctx)
	if err != nil {
		return err.Error()
	}
	seen["compared"]++
	p.e.each(func(a at) {
		if p.first.mine[a] && p.second.mine[a] {
			seen["of both, "+v.fate(a)]++
		}
	})
	return contrast(have, v.after())
}
