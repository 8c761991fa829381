package planner_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

// members are requests of a batch, numbered from 1.
func members(rs ...*request.Request) []planner.Member {
	var out []planner.Member
	for i, r := range rs {
		r.ID = fmt.Sprint(i + 1)
		out = append(out, planner.Member{Input: planner.Input{Request: r, AsOf: asOf}, RootKey: []byte("k")})
	}
	return out
}

func (h *house) batch(rs ...*request.Request) *planner.Batch {
	h.t.Helper()
	b, err := h.MakeBatch(h.t.Context(), members(rs...))
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

// outcome is what a batch does with each of its members: their acts, or why they are left.
func outcome(b *planner.Batch) []string {
	out := make([]string, len(b.Results))
	for i, r := range b.Results {
		if r != nil {
			out[i] = does(r.Plan)
		}
	}
	for _, l := range b.Left {
		out[l.Member] = "left: " + l.Attention.Code
	}
	return out
}

// treatments are the work of a system in few words: "people/delete 2 of 3", rows and persons.
func treatments(w *planner.Work) []string {
	var out []string
	for _, s := range w.Systems {
		for i, t := range s.Treatments {
			who := map[int]bool{}
			for _, m := range t.On.Any {
				for _, v := range m.Values {
					who[v.Person] = true
				}
			}
			out = append(out, fmt.Sprintf("%s %d of %d", t.ID, s.Purposes[i].Planned, len(who)))
		}
	}
	return out
}

// TestBatchIsEach: of persons who share nothing, the batch plans each as if alone. The sample's persons share a lot; of those left in the
// batch whose plans name no row that others own too, every word is the same.
func TestBatchIsEach(t *testing.T) {
	w := cooperative.Lay(t, sample.Options{})
	p := open(t, w)
	var names []string
	people := map[string]sample.Person{}
	for name, who := range w.Persons.All {
		names, people[name] = append(names, name), who
	}
	slices.Sort(names)
	var ms []planner.Member
	for i, name := range names {
		r := about(people[name], request.Erasure)
		r.ID = fmt.Sprint(i + 1)
		ms = append(ms, planner.Member{Input: planner.Input{Request: r, AsOf: w.AsOf}, RootKey: []byte("k")})
	}
	b, err := p.MakeBatch(t.Context(), ms)
	if err != nil {
		t.Fatal(err)
	}
	left := map[int]string{}
	for _, l := range b.Left {
		left[l.Member] = l.Attention.Code
	}
	same := 0
	for i, name := range names {
		alone, err := p.Make(t.Context(), ms[i].Input)
		if err != nil {
			t.Fatal(err)
		}
		var one, among strings.Builder
		write(&one, alone.Plan)
		if left[i] != "" {
			shares := left[i] == "batch" && strings.Contains(one.String(), plan.Shared)
			if !shares && alone.Plan.Applicable && len(alone.Plan.Candidates) == 0 && !alone.Plan.Asks() {
				t.Errorf("%s: left for %s, though alone nothing speaks against it", name, left[i])
			}
			continue
		}
		write(&among, b.Results[i].Plan)
		if strings.Contains(one.String(), plan.Shared) && one.String() != among.String() {
			t.Logf("%s: %s", name, cmp.Diff(one.String(), among.String()))
			continue
		}
		if d := cmp.Diff(one.String(), among.String()); d != "" {
			t.Errorf("%s: %s", name, d)
			continue
		}
		same++
		for _, d := range []string{cmp.Diff(alone.Work.Marks, b.Results[i].Work.Marks), cmp.Diff(alone.Work.Roots, b.Results[i].Work.Roots),
			cmp.Diff(alone.Work.Dues, b.Results[i].Work.Dues), cmp.Diff(alone.Work.Stay, b.Results[i].Work.Stay), cmp.Diff(alone.Work.Disclosures, b.Results[i].Work.Disclosures)} {
			if d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
	if same < 3 {
		t.Errorf("only %d of %d persons are compared", same, len(names))
	}
}

var _ = context.Background
var _ connectors.Row
