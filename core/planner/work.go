package planner

import (
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Work is what a plan stands for, with the keys and values it needs. It holds personal data: it lives in
// memory and, sealed, in the executor's state.
type Work struct {
	AsOf    time.Time
	Systems []SystemWork // in the order they are worked: who needs keys before who carries them
	Exports []Export
	Manual  []Manual
	Marks   []Mark // by what the person is known: what a tombstone is made of, and the register is asked by
	Roots   []Root
	Shells  []Root // other rows that stay only because they lead to what is kept
	Dues    []Kept
	Stay    []Stay
	Seeds   []Seed // what leads to systems that were left out

	Disclosures []Disclosure
	Under       []string     // restrictions of the person that are in force
	GivesUp     []string     // restrictions the person gives up for this erasure
	Restricts   []Restricted // restriction and lift: what becomes of which collection
	Hands       []Hand       // what people have to do
	Contacts    []Mark       // contact points that are not to be used any more …
	Stopped     []string     // … for these purposes
}

// Stay is how many of a collection's rows the plan leaves standing.
type Stay struct {
	System, Collection string
	Rows               int64
	Person             int // of a batch, whose plan
}

// Bound holds the work to the ceilings of the plan that was approved, where they are lower than those the second look
// would give.
func (w *Work) Bound(p *plan.Plan) { w.bound(ceilingsOf(p)) }

// BoundTogether does so for the work of several, by the plans of each: their ceilings added up, less what more than one plan counts, and of
// every person no more than the own plan's.
func (w *Work) BoundTogether(plans []*plan.Plan, twice []Overlap) {
	sum := map[bounded]int64{}
	var each []map[bounded]int64
	for _, p := range plans {
		own := ceilingsOf(p)
		for k, n := range own {
			sum[k] = plus(sum[k], n)
		}
		each = append(each, own)
	}
	for _, o := range twice {
		if k := (bounded{o.System, o.Collection, string(o.Action), o.Reason}); sum[k] > 0 {
			sum[k] = max(sum[k]-(o.Sum-o.Rows), o.Rows)
		}
	}
	w.bound(sum)
	for i := range w.Systems {
		sys := &w.Systems[i]
		for n := range sys.Purposes {
			c := &sys.Purposes[n]
			if c.Action == Placeholder {
				continue
			}
			c.Most = map[int]int64{}
			for person := range c.Each {
				c.Most[person] = each[person][bounded{sys.System, c.Collection, c.Action, c.reasonOf(person)}]
			}
		}
	}
}

// bounded is a class with one ceiling.
type bounded struct{ system, collection, action, reason string }

func ceilingsOf(p *plan.Plan) map[bounded]int64 {
	out := map[bounded]int64{}
	for _, sys := range p.Systems {
		for _, c := range sys.Collections {
			for _, a := range c.Actions {
				k := bounded{sys.Name, c.Name, string(a.Action), a.Reason.Code}
				out[k] = max(out[k], a.Ceiling)
			}
		}
	}
	return out
}

func (w *Work) bound(ceilings map[bounded]int64) {
	for i := range w.Systems {
		sys := &w.Systems[i]
		for n := range sys.Treatments {
			c := sys.Purposes[n]
			if c.Action == Placeholder {
				continue
			}
			var most int64
			for _, reason := range c.codes() {
				most = plus(most, ceilings[bounded{sys.System, c.Collection, c.Action, reason}])
			}
			sys.Treatments[n].AtMost = min(sys.Treatments[n].AtMost, most)
		}
	}
}

// Placeholder is the action of a class that only makes sure a placeholder person stands, and counts what names it. No plan shows it.
const Placeholder = "placeholder"

// SystemWork is one system's part.
type SystemWork struct {
	System     string
	After      []string // systems that must be verified first
	Treatments []connectors.Treatment
	Purposes   []Class // of each treatment, by its index: the class of the plan it belongs to
	Checks     []Check
	Witnesses  []connectors.Selection // other persons' rows close by: they must not change
}

// Class ties a treatment to the plan.
type Class struct {
	Collection string
	Action     string
	Reason     string
	Planned    int64
	Each       map[int]int64  // of a batch: Planned by person, a row of two in both; whom the treatment is of
	Most       map[int]int64  // of a batch: the ceiling of the person's own plan
	Other      map[int]string // of a batch: the reason in the own plan of a person, where it is another than Reason
	Leaf       bool           // no edge leads on from the collection
	Links      []Link
}

// Of is what of a batch's class is one person's.
func (c Class) Of(person int) Class {
	c.Planned, c.Reason = c.Each[person], c.reasonOf(person)
	c.Each, c.Most, c.Other = nil, nil, nil
	return c
}

func (c Class) reasonOf(person int) string {
	if r, other := c.Other[person]; other {
		return r
	}
	return c.Reason
}

// codes are the reasons a class has in the plans it is of, each once.
func (c Class) codes() []string {
	out := []string{c.Reason}
	for _, r := range c.Other {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	slices.Sort(out[1:])
	return out
}

// Link is an edge that leads on from rows of a class over the host, with the values captured when the plan was
// made: a row that would lead further than that came later, and what it leads to is not in the work.
type Link struct {
	Fields []string
	Values []connectors.Tuple
}

// Check is one question of the verification. Rows it finds that are not as assigned are not done.
type Check struct {
	ID         string
	Collection string
	By         string // "identifier", "key", or the edge
	Edge       bool   // By is an edge: asked by the captured keys of its owners
	Exact      bool   // asked by the keys of the very rows: what is not as assigned is not done, nothing is treated late
	Selection  connectors.Selection
	Assigned   *connectors.Treatment // rows found must stand as this says; nil: no row may be found
	Parent     *connectors.Selection // the owners by the captured keys: one that exists again is a reused key
	Owner      string                // the system Parent stands in
}

// Export is one table of the archive.
type Export struct {
	System, Collection string
	Selection          connectors.Selection
	Only               []string // accessed_by: just these fields; nil all of the selection's
	Withheld           []string // fields left out, with the reason by field
	Why                map[string]string
	Limit              *InForce // the restriction its rows stand under
}

// Mark is an identifier a tombstone's keyed mark is made of, normalised.
type Mark struct {
	Kind, Value string
	Unique      bool
}
