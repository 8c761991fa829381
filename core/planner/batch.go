package planner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Member is one request of a batch. Its index in the batch is the person of the work's tuples.
type Member struct {
	Input
	RootKey []byte // of the request's own plan, see [Planner.RootKey]
}

// Left is a member that is not planned with the others: somebody looks at it first, and it is planned by itself.
type Left struct {
	Member    int
	Attention plan.Attention
}

// Batch is several requests of one right planned together.
type Batch struct {
	Results []*Result // by member: its own plan, and what is its own of the work; Systems is empty. nil: left
	Work    *Work     // what is done in the systems, for all at once: one treatment for all whom it treats alike
	Left    []Left    // by member
	Rows    []Overlap // where a row stands in the plans of more than one
}

// Overlap says of one class how many rows several plans share: in the sum of their numbers these stand more than once.
type Overlap struct {
	System, Collection string
	Action             plan.Act
	Reason             string // its code; "" of classes of several, which give different reasons for the same rows
	Rows               int64  // each once
	Sum                int64  // the plans' numbers added up
}

// Plan is the batch's own plan, by the name it is given.
func (b *Batch) Plan(name string, members []Member) *plan.Batch {
	var plans []*plan.Plan
	for _, r := range b.Results {
		if r != nil {
			plans = append(plans, r.Plan)
		}
	}
	var left []plan.Aside
	for _, l := range b.Left {
		left = append(left, plan.Aside{Request: members[l.Member].Request.ID, Attention: l.Attention})
	}
	var twice []plan.Twice
	for _, o := range b.Rows {
		twice = append(twice, plan.Twice{System: o.System, Collection: o.Collection, Action: o.Action, Reason: o.Reason, More: o.Sum - o.Rows})
	}
	return plan.Together(name, plans, left, twice)
}

// MakeBatch plans several requests together: searched, judged and counted by as many statements as one. Each member's plan is what it
// would be alone, but that a row which only members own goes with the last of them. Who has to be looked at first is left, and the
// others go on without; so is a member that shares rows with others and of whose rows something else would become. The work's
// placeholders are made under the planner's own StandInKey, the digests of root rows under each member's.
func (p *Planner) MakeBatch(ctx context.Context, members []Member) (*Batch, error) {
	if err := together(members); err != nil {
		return nil, err
	}
	return p.many(ctx, members)
}

// MakePool is [Planner.MakeBatch] of requests whose terms may differ, each judged by its own: they have met in a system that works several
// at once. Those of equal terms, of one day, are judged as one; of two that are not and share rows, one is left, to be planned after the other.
func (p *Planner) MakePool(ctx context.Context, members []Member) (*Batch, error) {
	if err := mayMeet(members); err != nil {
		return nil, err
	}
	return p.many(ctx, members)
}

func (p *Planner) many(ctx context.Context, members []Member) (*Batch, error) {
	out := &Batch{}
	left := map[int]plan.Attention{}
	tries := 0
	for again := true; again; {
		if tries++; tries > mostTries {
			return nil, fmt.Errorf("a system answers and does not answer while the batch is planned: %w", connectors.ErrTryLater)
		}
		out.Results = make([]*Result, len(members))
		p := p.listening()
		late, judged, err := p.sing(ctx, members, left, out.Results)
		if err != nil {
			return nil, err
		}
		if again = uneven(out.Results); again {
			continue
		}
		if len(late) == 0 {
			if out.Work, out.Rows, late, err = p.workOf(ctx, out.Results); errors.Is(err, connectors.ErrTryLater) {
				again = true
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		out.Rows = append(out.Rows, keptTogether(judged, out.Results)...)
		for i, a := range late { // the others were judged as if this one's rows went too
			left[i] = a
		}
		if again = len(late) > 0; again {
			tries = 0
		}
	}
	for i := range members {
		if a, ok := left[i]; ok {
			out.Left = append(out.Left, Left{i, a})
		}
	}
	return out, nil
}

// mostTries is how often a batch is planned anew because a system stopped answering in the midst: when it no longer does, that is so for
// every plan.
const mostTries = 5

// uneven says whether some plans are complete and others are not.
func uneven(rs []*Result) bool {
	var complete, not bool
	for _, r := range rs {
		if r != nil {
			complete, not = complete || r.Plan.Complete, not || !r.Plan.Complete
		}
	}
	return complete && not
}

// aside is the end of a planning whose person is left; early: before the others were judged.
type aside struct {
	plan.Attention
	early bool
}

func (a aside) Error() string { return a.Text }

// sing makes the plans of all members that are not left, in lock-step. Who is left before the others are judged it adds to left; late
// are those of whom it shows when they were.
func (p *Planner) sing(ctx context.Context, members []Member, left map[int]plan.Attention, into []*Result) (late map[int]plan.Attention, judged []*group, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c := newChoir(ctx, p.Systems)
	errs := make([]error, len(members))
	var all sync.WaitGroup
	live := 0
	for i, m := range members {
		if _, out := left[i]; out {
			continue
		}
		v := c.voice(i)
		v.rank = live
		live++
		one := *p
		one.voice, one.Systems, one.RootKey = v, v.systemsOf(), m.RootKey
		m.Restrictions = inTurn(&c.mu, m.Restrictions)
		if i > 0 {
			m.Progress = nil
		}
		all.Add(1)
		go func() {
			defer all.Done()
			defer v.end()
			if into[i], errs[i] = one.Make(ctx, m.Input); errs[i] != nil && !errors.As(errs[i], &aside{}) {
				stop() // the others ask in vain
			}
		}()
	}
	c.conduct(live, func(ready []message) (out []answer) {
		out, judged = p.meet(c, ready)
		return out
	})
	all.Wait()
	late = map[int]plan.Attention{}
	for i, err := range errs {
		var a aside
		switch {
		case errors.As(err, &a) && a.early:
			left[i], into[i] = a.Attention, nil
		case errors.As(err, &a):
			late[i], into[i] = a.Attention, nil
		case err != nil && !errors.Is(err, context.Canceled):
			return nil, nil, fmt.Errorf("%s: %w", members[i].Request.ID, err)
		case into[i] != nil:
			if a := setsAside(into[i].Plan); a != nil {
				late[i] = *a
			}
		}
	}
	return late, judged, ctx.Err()
}

// inTurn lets one planning at a time ask for restrictions.
func inTurn(mu *sync.Mutex, f func([]Mark) ([]InForce, error)) func([]Mark) ([]InForce, error) {
	if f == nil {
		return nil
	}
	return func(person []Mark) ([]InForce, error) {
		mu.Lock()
		defer mu.Unlock()
		return f(person)
	}
}

// setsAside is what in a plan keeps its person from being planned together with others; nil nothing. That the map wants what has come
// due to be approved again is said of the batch.
func setsAside(p *plan.Plan) *plan.Attention {
	for i := range p.Attention {
		if a := &p.Attention[i]; a.Blocks || a.Asks && a.Code != "due" {
			return a
		}
	}
	return candidateOf(p.Candidates)
}

// candidateOf asks a person about the first of candidates; nil where there are none.
func candidateOf(list []plan.Candidate) *plan.Attention {
	if len(list) == 0 {
		return nil
	}
	c := list[0]
	return &plan.Attention{Code: "candidate", System: c.System, Collection: c.Collection, Rows: c.Rows, Asks: true,
		Text: fmt.Sprintf("rows of %s/%s may be this person's: %s; a person decides", c.System, c.Collection, c.Why)}
}

// Unnamed is the ID a treatment of a batch has in each person's own plan: it undoes what tells apart treatments of one ID.
func Unnamed(id string) string {
	i := strings.LastIndex(id, "/")
	if n := strings.LastIndex(id, "~"); n >= 0 && n < i && strings.Trim(id[n+1:i], "0123456789") == "" {
		return id[:n] + id[i:]
	}
	return id
}

// renamed is the nth treatment of one ID: "leases~2/delete".
func renamed(id string, n int) string {
	if n == 1 {
		return id
	}
	i := strings.LastIndex(id, "/")
	return fmt.Sprintf("%s~%d%s", id[:i], n, id[i:])
}
