package planner

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
)

// workOf makes one work of those of all members: what is done alike to rows of several is one treatment. Each member keeps what is its
// own: by what it is known, what it is promised, what a letter says. It names the members between whom a row would be treated in
// two ways.
func (p *Planner) workOf(ctx context.Context, results []*Result) (*Work, []Overlap, map[int]plan.Attention, error) {
	all := &Work{}
	order, _ := p.Graph.Systems()
	var overlaps []Overlap
	for _, sys := range order {
		b := &pooled{sys: sys, rank: p.Graph.ReferrersFirst(sys)}
		for i, r := range results {
			if r == nil {
				continue
			}
			all.AsOf = r.Work.AsOf
			for j := range r.Work.Systems {
				if r.Work.Systems[j].System == sys.Name {
					b.take(i, &r.Work.Systems[j])
				}
			}
		}
		if b.work.System == "" {
			continue
		}
		b.sort()
		both, err := b.twofold(ctx, p.Systems[sys.Name])
		if err != nil || len(both) > 0 {
			return nil, nil, both, err
		}
		more, err := b.once(ctx, p.Systems[sys.Name], p.Graph)
		if err != nil {
			return nil, nil, nil, err
		}
		overlaps = append(overlaps, more...)
		all.Systems = append(all.Systems, b.work)
	}
	for i, r := range results {
		if r == nil {
			continue
		}
		r.Work.Systems = nil
		for _, s := range r.Work.Stay {
			s.Person = i
			all.Stay = append(all.Stay, s)
		}
	}
	return all, overlaps, nil, nil
}

// pooled is the work of one system, of several persons.
type pooled struct {
	work SystemWork
	base []string // of each treatment: its ID before it was told apart
	sys  *datamap.System
	rank []*datamap.Collection

	witnesses map[string]*tuples // by collection
}

// take adds one person's work.
func (b *pooled) take(person int, w *SystemWork) {
	b.work.System = w.System
	b.work.After = union(b.work.After, w.After)
	now := map[string]string{} // its IDs as they are in the pool
	for i := range w.Treatments {
		now[w.Treatments[i].ID] = b.treat(person, &w.Treatments[i], &w.Purposes[i])
	}
	for i := range w.Checks {
		b.check(person, &w.Checks[i], now)
	}
	for i := range w.Witnesses {
		b.witness(&w.Witnesses[i])
	}
}

// treat adds a treatment to the one that is alike, or as one more, and gives its ID.
func (b *pooled) treat(person int, t *connectors.Treatment, of *Class) string {
	same := 1
	for i := range b.work.Treatments {
		if b.base[i] != t.ID {
			continue
		}
		have, class := &b.work.Treatments[i], &b.work.Purposes[i]
		if !alikeTreatments(have, t) || class.Action != of.Action {
			continue
		}
		if class.Reason != of.Reason { // each plan says its own; a row of both is treated once, and counted for both
			if class.Other == nil {
				class.Other = map[int]string{}
			}
			class.Other[person] = of.Reason
		}
		for _, m := range t.On.Any {
			have.On.Any = addMatch(have.On.Any, m, func(int) int { return person })
		}
		if t.Verb != connectors.Ensure {
			have.AtMost = plus(have.AtMost, t.AtMost)
		}
		class.Planned += of.Planned
		class.Each[person] += of.Planned
		for n, l := range of.Links { // of the same edges, in their order
			class.Links[n].Values = append(slices.Clip(class.Links[n].Values), l.Values...)
		}
		return have.ID
	}
	one := *t
	for one.ID = t.ID; slices.ContainsFunc(b.work.Treatments, func(x connectors.Treatment) bool { return x.ID == one.ID }); {
		same++
		one.ID = renamed(t.ID, same)
	}
	one.On.Any = nil
	for _, m := range t.On.Any {
		one.On.Any = addMatch(one.On.Any, m, func(int) int { return person })
	}
	class := *of
	class.Links = slices.Clone(of.Links)
	class.Each = map[int]int64{person: of.Planned}
	b.work.Treatments, b.work.Purposes, b.base = append(b.work.Treatments, one), append(b.work.Purposes, class), append(b.base, t.ID)
	return one.ID
}

func alikeTreatments(a, b *connectors.Treatment) bool {
	return a.Verb == b.Verb && a.Method == b.Method && a.Mark == b.Mark && slices.Equal(a.Capture, b.Capture) && a.On.All == b.On.All &&
		a.On.Collection.Name == b.On.Collection.Name && reflect.DeepEqual(a.On.Where, b.On.Where) && reflect.DeepEqual(a.Assign, b.Assign)
}

// plus adds ceilings; those of growth: any have none to add to.
func plus(a, b int64) int64 {
	if c := a + b; c >= a {
		return c
	}
	return max(a, b)
}

// check adds a question to the one that asks the same.
func (b *pooled) check(person int, c *Check, now map[string]string) {
	id, treated := now[c.ID]
	if !treated {
		id = c.ID
	}
	for i := range b.work.Checks {
		have := &b.work.Checks[i]
		if have.ID != id || have.By != c.By || have.Exact != c.Exact || (have.Parent == nil) != (c.Parent == nil) ||
			!slices.Equal(have.Selection.Fields, c.Selection.Fields) || !reflect.DeepEqual(have.Selection.Where, c.Selection.Where) ||
			len(have.Selection.Any) != 1 || have.Selection.Any[0].Folded != c.Selection.Any[0].Folded || !slices.Equal(have.Selection.Any[0].Fields, c.Selection.Any[0].Fields) {
			continue
		}
		for _, m := range c.Selection.Any {
			have.Selection.Any = addMatch(have.Selection.Any, m, func(int) int { return person })
		}
		if have.Parent != nil {
			for _, m := range c.Parent.Any {
				have.Parent.Any = addMatch(have.Parent.Any, m, func(int) int { return person })
			}
		}
		return
	}
	one := *c
	one.ID = id
	one.Selection.Any = nil
	for _, m := range c.Selection.Any {
		one.Selection.Any = addMatch(one.Selection.Any, m, func(int) int { return person })
	}
	if c.Parent != nil {
		parent := *c.Parent
		parent.Any = nil
		for _, m := range c.Parent.Any {
			parent.Any = addMatch(parent.Any, m, func(int) int { return person })
		}
		one.Parent = &parent
	}
	if c.Assigned != nil {
		assigned := *c.Assigned
		assigned.ID = id
		one.Assigned = &assigned
	}
	b.work.Checks = append(b.work.Checks, one)
}

// manyWitnesses is how many other persons' rows of one collection are compared for a batch: enough to tell a treatment that goes too far.
const manyWitnesses = 2_000

// witness adds rows that must not change, each once.
func (b *pooled) witness(sel *connectors.Selection) {
	keys := b.witnesses[sel.Collection.Name]
	if keys == nil {
		if b.witnesses == nil {
			b.witnesses = map[string]*tuples{}
		}
		keys = &tuples{fields: sel.Any[0].Fields}
		b.witnesses[sel.Collection.Name] = keys
		one := *sel
		b.work.Witnesses = append(b.work.Witnesses, one)
	}
	most := manyWitnesses
	if sel.Collection.Rows != nil { // to look at each, an object is read
		most = 2 * insideAtMost * insideAtMost
	}
	for _, t := range sel.Any[0].Values {
		if len(keys.list) < most {
			keys.add(connectors.Tuple{Values: t.Values})
		}
	}
	for i := range b.work.Witnesses {
		if w := &b.work.Witnesses[i]; w.Collection.Name == sel.Collection.Name {
			w.Any = []connectors.Match{{Fields: keys.fields, Values: keys.list}}
		}
	}
}

// sort puts the treatments in the order they have in each person's own work: placeholders, references, what is set, what is deleted,
// counters; and in these, who refers to others first.
func (b *pooled) sort() {
	stage := func(t *connectors.Treatment) int {
		switch {
		case t.Verb == connectors.Ensure:
			return 0
		case strings.HasSuffix(t.ID, "/reference"):
			return 1
		case t.Verb == connectors.Set:
			return 2
		case t.Verb == connectors.Delete:
			return 3
		}
		return 4
	}
	place := func(t *connectors.Treatment) int {
		return slices.IndexFunc(b.rank, func(c *datamap.Collection) bool { return c.Name == t.On.Collection.Name })
	}
	at := make([]int, len(b.work.Treatments))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(i, j int) int {
		x, y := &b.work.Treatments[i], &b.work.Treatments[j]
		if s := stage(x) - stage(y); s != 0 {
			return s
		}
		if stage(x) <= 1 {
			return 0
		}
		return place(x) - place(y)
	})
	var ts []connectors.Treatment
	var cs []Class
	var base []string
	for _, i := range at {
		ts, cs, base = append(ts, b.work.Treatments[i]), append(cs, b.work.Purposes[i]), append(base, b.base[i])
	}
	b.work.Treatments, b.work.Purposes, b.base = ts, cs, base
}

// twofold finds the persons who share a row that would be treated in two ways: fields of it are needed for one of them only. The later
// one is planned by itself.
func (b *pooled) twofold(ctx context.Context, open *System) (map[int]plan.Attention, error) {
	out := map[int]plan.Attention{}
	for _, id := range b.base {
		var sels []connectors.Selection
		for i, t := range b.work.Treatments {
			if b.base[i] == id && t.Verb == connectors.Set && !strings.HasSuffix(t.ID, "/reference") {
				sels = append(sels, t.On)
			}
		}
		if len(sels) < 2 {
			continue
		}
		of := map[string]int{} // row → the selection it was met in
		for i, sel := range sels {
			sel.Fields = sel.Collection.Key
			err := open.Each(ctx, sel, func(person int, key []any) error {
				row := connectors.Tuple{Values: key}.ID()
				if first, met := of[row]; met && first != i {
					out[person] = plan.Attention{Code: "batch", System: b.sys.Name, Collection: sel.Collection.Name, Rows: 1, Asks: true,
						Text: fmt.Sprintf("a row of %s/%s is owned together with another person of the batch, and other fields of it stay for one than for the other; this request is planned by itself", b.sys.Name, sel.Collection.Name)}
				} else {
					of[row] = i
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// once counts the rows of treatments of several persons each once, and lowers the ceilings to it.
func (b *pooled) once(ctx context.Context, open *System, g *graph.Graph) ([]Overlap, error) {
	var sels []connectors.Selection
	var of []tallied
	for i := range b.work.Treatments {
		t, c := &b.work.Treatments[i], &b.work.Purposes[i]
		if col := b.sys.Collection(c.Collection); col != nil {
			c.Leaf = len(g.Children(col)) == 0
		}
		if c.Action == Placeholder || persons(t.On) < 2 {
			continue
		}
		sels, of = append(sels, t.On), append(of, tallied{treatment: i, sum: c.Planned})
		if len(c.Other) == 0 {
			continue
		}
		for _, reason := range c.codes() { // each of the plans' classes, and then what stands in several of them
			x := tallied{treatment: i, reason: reason, one: true}
			on := t.On
			on.Any = matchesOf(on.Any, func(person int) bool { return c.reasonOf(person) == reason })
			for p, n := range c.Each {
				if c.reasonOf(p) == reason {
					x.sum += n
				}
			}
			sels, of = append(sels, on), append(of, x)
		}
	}
	if len(sels) == 0 {
		return nil, nil
	}
	n, err := open.Count(ctx, sels...)
	if err != nil {
		return nil, err
	}
	var out []Overlap
	for k, x := range of {
		c := &b.work.Purposes[x.treatment]
		if x.one {
			if n[k] < x.sum {
				out = append(out, Overlap{b.sys.Name, c.Collection, plan.Act(c.Action), x.reason, n[k], x.sum})
			}
			continue
		}
		if n[k] == x.sum {
			continue
		}
		t := &b.work.Treatments[x.treatment]
		t.AtMost = max(t.AtMost-(x.sum-n[k]), n[k])
		c.Planned = n[k]
		o := Overlap{b.sys.Name, c.Collection, plan.Act(c.Action), c.Reason, n[k], x.sum}
		if len(c.Other) > 0 {
			o.Reason, o.Sum = "", 0
			for i := k + 1; i < len(of) && of[i].treatment == x.treatment; i++ {
				o.Sum += min(n[i], of[i].sum)
			}
		}
		if o.Sum > o.Rows {
			out = append(out, o)
		}
	}
	return out, nil
}

// tallied is what is counted of a treatment: all of it, or what is of the plans that give one reason.
type tallied struct {
	treatment int
	one       bool
	reason    string
	sum       int64 // the plans' numbers added up
}

// matchesOf are the matches by the values of some persons.
func matchesOf(ms []connectors.Match, whose func(person int) bool) []connectors.Match {
	var out []connectors.Match
	for _, m := range ms {
		var some []connectors.Tuple
		for _, t := range m.Values {
			if whose(t.Person) {
				some = append(some, t)
			}
		}
		if m.Values = some; len(some) > 0 {
			out = append(out, m)
		}
	}
	return out
}

// persons is of how many persons a selection is.
func persons(sel connectors.Selection) int {
	seen := map[int]bool{}
	for _, m := range sel.Any {
		for _, t := range m.Values {
			seen[t.Person] = true
		}
	}
	return len(seen)
}
