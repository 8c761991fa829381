package planner_test

import (
	"context"
	"errors"
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

// families are people who may own a home and a lease together; what is read there stands in another system.
var families = map[string]string{"a": `
  people:  { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, email: { identifier: email }, d: preference.topic, home: { owns: homes } } }
  homes:   { fields: { street: contact.address } }
  parties: { key: [lease, of], fields: { lease: { owns: leases }, of: { owned_by: people } } }
  leases:  { fields: { flat: contact.address } }
`, "b": `
  readings: { fields: { lease: { owned_by: a/leases }, value: preference.topic } }
  orders:   { purposes: { p: { since: d } }, fields: { of: { owned_by: a/people }, note: preference.topic, d: preference.topic } }
`}

const long, lately = "2001-01-01", "2026-10-01"

// family is a row of people; its home and lease are others' too where these share the number.
func family(id int64, since string, home any) connectors.Row {
	return connectors.Row{"id": id, "pid": fmt.Sprint("P", id), "email": nil, "d": since, "home": home}
}

func party(lease, of int64) connectors.Row { return connectors.Row{"lease": lease, "of": of} }

// lapsed asks for what nothing keeps any more.
func lapsed(ids ...string) *request.Request {
	r := ask(ids...)
	r.Ground = "art17_1_a"
	return r
}

// couple are two persons with one home and one lease, with two readings.
func couple(first, second string) map[string]rows {
	return map[string]rows{"a": {"people": {family(1, first, int64(7)), family(2, second, int64(7)), family(3, long, int64(8))}, "homes": {{"id": int64(7), "street": "x"}, {"id": int64(8), "street": "y"}},
		"parties": {party(5, 1), party(5, 2)}, "leases": {{"id": int64(5), "flat": "f"}}},
		"b": {"readings": {{"id": int64(1), "lease": int64(5), "value": "1"}, {"id": int64(2), "lease": int64(5), "value": "2"}}, "orders": nil}}
}

// TestCouple: a row that two own goes when both leave in one batch, counted for each and once in all; not where one of them stays, or is
// left out of the batch, or something keeps it.
func TestCouple(t *testing.T) {
	alone := "a/homes keep 1, a/leases keep 1, a/parties delete 1, a/people delete 1, b/readings keep 2"
	stays := "a/homes keep 1, a/leases keep 1, a/parties keep 1, a/people keep 1, b/readings keep 2"
	leaves := "a/homes delete 1, a/leases delete 1, a/parties delete 1, a/people delete 1, b/readings delete 2"
	keptOnce := []string{"a/homes keep 1 2", "a/leases keep 1 2", "b/readings keep 2 4"}
	for _, c := range []struct {
		name string
		data map[string]rows
		ask  []*request.Request
		want []string
		once []string // rows of more than one plan: treatment, each once, added up
	}{
		{"both leave", couple(long, long), []*request.Request{lapsed("pid P1"), lapsed("pid P2")}, []string{leaves, leaves}, []string{"a/homes delete 1 2", "a/leases delete 1 2", "b/readings delete 2 4"}},
		{"one of them alone", couple(long, long), []*request.Request{lapsed("pid P1")}, []string{alone}, nil},
		{"one of them, with a stranger", couple(long, long), []*request.Request{lapsed("pid P3"), lapsed("pid P1")}, []string{"a/homes delete 1, a/people delete 1", alone}, nil},
		{"both asked, one is kept", couple(long, lately), []*request.Request{lapsed("pid P1"), lapsed("pid P2")}, []string{alone, stays}, keptOnce},
		{"both are kept", couple(lately, lately), []*request.Request{lapsed("pid P1"), lapsed("pid P2")}, []string{stays, stays}, keptOnce},
		{"one has to be looked at", couple(long, long), []*request.Request{lapsed("pid P1"), lapsed("pid P2", "pid P9")}, []string{alone, "left: conflict"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t, families, c.data)
			b := h.batch(c.ask...)
			if d := cmp.Diff(c.want, outcome(b)); d != "" {
				t.Error(d)
			}
			var once []string
			for _, o := range b.Rows {
				once = append(once, fmt.Sprintf("%s/%s %s %d %d", o.System, o.Collection, o.Action, o.Rows, o.Sum))
			}
			slices.Sort(once)
			var kept, gone int64 // by the batch plan, each row once, where one family alone is asked for
			p := b.Plan("b", members(c.ask...))
			for _, x := range p.Totals {
				kept, gone = kept+map[plan.Act]int64{plan.Keep: x.Rows}[x.Action], gone+map[plan.Act]int64{plan.Delete: x.Rows}[x.Action]
			}
			if len(c.once) > 0 && kept+gone != 8 {
				t.Errorf("%d rows kept, %d deleted, of 8", kept, gone)
			}
			if !p.Intact() || p.Applicable != (len(p.Requests) > 0) || len(p.Requests)+len(p.Left) != len(c.ask) {
				t.Errorf("%+v", p)
			}
			if d := cmp.Diff(c.once, once); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestCouplesWork: what is done to a row two own is one treatment, its ceiling that of the row and not of both persons'.
func TestCouplesWork(t *testing.T) {
	h := build(t, families, couple(long, long))
	b := h.batch(lapsed("pid P1"), lapsed("pid P2"), lapsed("pid P3"))
	want := []string{"homes/delete 2 of 3", "leases/delete 1 of 3", "parties/delete 2 of 3", "people/delete 3 of 3", "readings/delete 2 of 2", "orders/delete 0 of 3"}
	got := slices.DeleteFunc(treatments(b.Work), func(x string) bool { return strings.Contains(x, "/reference 0") })
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, s := range b.Work.Systems {
		for i, x := range s.Treatments {
			if x.ID == "people/delete" && x.AtMost != 3 || s.Purposes[i].Planned > x.AtMost {
				t.Errorf("%s: at most %d, planned %d", x.ID, x.AtMost, s.Purposes[i].Planned)
			}
		}
	}
}

// TestReferencesInABatch: a kept row of one member that names a deleted row of another lets go of it.
func TestReferencesInABatch(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic, by: { refers_to: people } } }
`}, map[string]rows{"a": {"people": {{"id": int64(1), "pid": "P1", "d": long, "by": nil}, {"id": int64(2), "pid": "P2", "d": lately, "by": int64(1)}}}})
	b := h.batch(lapsed("pid P1"), lapsed("pid P2"))
	if d := cmp.Diff([]string{"a/people anonymise 1, a/people delete 1", "a/people keep 1"}, outcome(b)); d != "" {
		t.Error(d)
	}
	if got := treatments(b.Work); !slices.Contains(got, "people/by/reference 1 of 1") && !slices.Contains(got, "people/by#2/reference 1 of 1") {
		t.Error(got)
	}
}

// TestLeft: who has to be looked at is left with an attention of their own; the others go on.
func TestLeft(t *testing.T) {
	for _, c := range []struct {
		name   string
		people []connectors.Row
		second []string
		want   string
	}{
		{"two values of one kind", []connectors.Row{person(2, "P2", nil, nil, nil)}, []string{"pid P2", "pid P8"}, "left: conflict"},
		{"a household's e-mail", []connectors.Row{person(2, "P2", nil, "dom@x.pl", nil), person(3, "P3", nil, "dom@x.pl", nil)}, []string{"email dom@x.pl"}, "left: candidate"},
		{"too many rows", []connectors.Row{person(2, "P2", nil, nil, nil), person(3, "P2", nil, nil, nil), person(4, "P2", nil, nil, nil), person(5, "P2", nil, nil, nil), person(6, "P2", nil, nil, nil), person(7, "P2", nil, nil, nil)}, []string{"pid P2"}, "left: guard"},
		{"nothing held", nil, []string{"pid P2"}, ""},
		{"the same person twice", nil, []string{"pid P1"}, "left: batch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t, map[string]string{"a": people}, map[string]rows{"a": {"people": append(c.people, person(1, "P1", nil, nil, nil))}})
			b := h.batch(ask("pid P1"), ask(c.second...))
			if d := cmp.Diff([]string{"a/people delete 1", c.want}, outcome(b)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestOneValueOfTwo: a couple who share an e-mail where the map takes an e-mail for one person's are not said to be one person.
func TestOneValueOfTwo(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, email: { identifier: email }, d: preference.topic } }
  list:   { purposes: n, one_person_per_value: true, fields: { email: { identifier: email }, topic: preference.topic } }
`}, map[string]rows{"a": {"people": {person(1, "P1", nil, "dom@x.pl", nil), person(2, "P2", nil, "dom@x.pl", nil)}, "list": {{"id": int64(1), "email": "dom@x.pl"}}}})
	b := h.batch(ask("pid P1", "email dom@x.pl"), ask("pid P2", "email dom@x.pl"))
	if len(b.Left) != 1 || b.Left[0].Member != 1 || b.Left[0].Attention.Code != "batch" {
		t.Fatalf("left: %+v", b.Left)
	}
	if text := b.Left[0].Attention.Text; !strings.HasPrefix(text, "a row of a/list is taken for this person's and for that of request 1 of this batch: they are one person, or share what") {
		t.Errorf("it says: %s", text)
	}
}

// TestUnlike: requests whose terms differ are not one batch, and it is said in what.
func TestUnlike(t *testing.T) {
	h := build(t, map[string]string{"a": people}, map[string]rows{"a": {"people": {person(1, "P1", nil, nil, nil)}}})
	for want, change := range map[string]func(*planner.Member){
		"the right":         func(m *planner.Member) { m.Request.Right, m.Request.Ground = request.Withdrawal, "" },
		"the ground":        func(m *planner.Member) { m.Request.Ground = "art17_1_b" },
		"the scope":         func(m *planner.Member) { m.Request.Scope = &request.Scope{Purposes: []string{"n"}} },
		"keep":              func(m *planner.Member) { m.Request.Keep = []request.Keep{{Purpose: "p", Ground: "art17_3_e"}} },
		"as_of":             func(m *planner.Member) { m.AsOf = m.AsOf.Add(1) },
		"left out":          func(m *planner.Member) { m.Without = []string{"a"} },
		"named twice":       func(m *planner.Member) { m.Request.ID = "1" },
		"asks for access":   func(m *planner.Member) { m.Request.Right = request.Access },
		"carried out alrea": func(m *planner.Member) { m.Lift = &planner.Lifted{} },
		"taken up again":    func(m *planner.Member) { m.Supplement = &planner.Supplement{} },
	} {
		ms := members(ask("pid P1"), ask("pid P2"))
		change(&ms[1])
		if _, err := h.MakeBatch(t.Context(), ms); !errors.Is(err, planner.ErrUnlike) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// counted is a store that counts what it is asked.
type counted struct {
	connectors.Store
	asked *int
}

func (c counted) Unwrap() any { return nil }

func (c counted) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	*c.asked++
	return c.Store.Locate(ctx, sel, out)
}

func (c counted) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	*c.asked++
	counter, _ := connectors.As[connectors.Counter](c.Store)
	return counter.Count(ctx, sels)
}

// TestOneSearchForAll: how often the stores are asked does not depend on how many persons are planned.
func TestOneSearchForAll(t *testing.T) {
	asked := func(n int64) int {
		data := map[string]rows{"a": {}, "b": {}}
		var rs []*request.Request
		for i := int64(1); i <= n; i++ {
			data["a"]["people"] = append(data["a"]["people"], family(i, long, i))
			data["a"]["homes"] = append(data["a"]["homes"], connectors.Row{"id": i, "street": "x"})
			data["a"]["parties"] = append(data["a"]["parties"], party(i, i))
			data["a"]["leases"] = append(data["a"]["leases"], connectors.Row{"id": i, "flat": "f"})
			data["b"]["readings"] = append(data["b"]["readings"], connectors.Row{"id": i, "lease": i, "value": "1"})
			data["b"]["orders"] = append(data["b"]["orders"], connectors.Row{"id": i, "of": i, "note": "n", "d": []string{long, lately}[i%2]})
			rs = append(rs, lapsed(fmt.Sprint("pid P", i)))
		}
		h := build(t, families, data)
		total := 0
		for name, sys := range h.Systems {
			one := *sys
			one.Store = counted{sys.Store, &total}
			h.Systems[name] = &one
		}
		b := h.batch(rs...)
		if len(b.Left) > 0 || len(b.Work.Systems) != 2 {
			t.Errorf("%d left, %d systems", len(b.Left), len(b.Work.Systems))
		}
		return total
	}
	few, many := asked(4), asked(100)
	if many > few+few/4 {
		t.Errorf("%d questions for 4 persons, %d for 100", few, many)
	}
}

// TestBatchUnreached: a system that stops answering in the midst does so for everybody; no plan may then be carried out.
func TestBatchUnreached(t *testing.T) {
	for calls := range 40 {
		h := build(t, families, couple(long, long))
		sys := *h.Systems["b"]
		sys.Store = &silent{sys.Store, calls}
		h.Systems["b"] = &sys
		b := h.batch(ask("pid P1"), ask("pid P2"), ask("pid P3"))
		complete := 0
		for _, r := range b.Results {
			if r == nil || r.Plan.Complete != r.Plan.Applicable {
				t.Fatalf("after %d calls: %v", calls, outcome(b))
			}
			if r.Plan.Complete {
				complete++
			}
		}
		if complete != 0 && complete != 3 {
			t.Errorf("after %d calls %d of 3 plans are complete", calls, complete)
		}
	}
}
