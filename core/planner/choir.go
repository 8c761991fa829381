package planner

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
)

// choir plans several persons in lock-step. Each one's planning runs by itself and is none the wiser: what it asks a store waits
// until every other one asks too, or is done or further on, and what is asked alike goes to the store as one selection whose tuples say for whom.
// So a thousand persons are searched and judged by as many statements as one, give or take those whose rows lead further.
type choir struct {
	ctx     context.Context
	systems map[string]*System
	said    chan message
	down    map[string]error // systems that stopped answering: they do so for everybody

	mu      sync.Mutex
	schemas map[string]*connectors.Schema
}

// message is what one planning says: it asks, it is ready to be judged together with the others, or it has ended. It then waits
// for an answer, unless it has ended.
type message struct {
	person int
	pace   pace
	asks   []question
	meets  *survey
	answer chan<- answer
}

// question is one selection put to one system, to be counted or read.
type question struct {
	system string
	sel    connectors.Selection
	count  bool
}

// answer is what one planning hears: of each question its rows or their number, or the persons it is judged with.
type answer struct {
	rows  [][]located
	n     []connectors.Tally
	err   error
	joint *joint
}

// located is a row, and the number under which the planning that asked knows whom or what it was reached for.
type located struct {
	person int
	row    []any
}

func newChoir(ctx context.Context, systems map[string]*System) *choir {
	return &choir{ctx: ctx, systems: systems, said: make(chan message), down: map[string]error{}, schemas: map[string]*connectors.Schema{}}
}

// conduct answers until all have ended. meet judges those who are ready together, and gives each its answer, in their order.
func (c *choir) conduct(live int, meet func([]message) []answer) {
	var asking, meeting []message
	for live > 0 {
		for len(asking)+len(meeting) < live {
			switch m := <-c.said; {
			case m.answer == nil:
				live--
			case m.meets != nil:
				meeting = append(meeting, m)
			default:
				asking = append(asking, m)
			}
		}
		switch {
		case len(asking) > 0: // who is ready waits for those who still search
			slices.SortFunc(asking, func(a, b message) int { return a.person - b.person })
			var now []message
			now, asking = behind(asking)
			for i, a := range c.ask(now) {
				now[i].answer <- a
			}
		case len(meeting) > 0:
			for i, a := range meet(meeting) {
				meeting[i].answer <- a
			}
			meeting = nil
		}
	}
}

// part is one question of one message.
type part struct{ m, q int }

// merged is a selection for several persons, and whose questions it answers.
type merged struct {
	question
	of    []part
	whose []asker // by the person of the merged tuples
	at    map[asker]int
}

// asker is a planning, and a number it gave a tuple: what a store cannot follow is taken apart, and then numbers tell rows apart too.
type asker struct{ member, person int }

// number is how the merged tuples speak of an asker.
func (g *merged) number(a asker) int {
	n, ok := g.at[a]
	if !ok {
		if g.at == nil {
			g.at = map[asker]int{}
		}
		n = len(g.whose)
		g.at[a], g.whose = n, append(g.whose, a)
	}
	return n
}

// ask puts the questions of all messages, merged, and gives each message its answer.
func (c *choir) ask(ms []message) []answer {
	out := make([]answer, len(ms))
	var all []*merged
	by := map[string][]*merged{}
	for i, m := range ms {
		out[i].rows, out[i].n = make([][]located, len(m.asks)), make([]connectors.Tally, len(m.asks))
		for j, q := range m.asks {
			key := q.likeness()
			found := false
			for _, g := range by[key] {
				if g.of[len(g.of)-1].m != i && g.takes(q, m.person) { // two questions of one person are two
					g.of, found = append(g.of, part{i, j}), true
					break
				}
			}
			if !found {
				g := &merged{question: q, of: []part{{i, j}}}
				g.sel.Any = nil
				g.takes(q, m.person)
				by[key], all = append(by[key], g), append(all, g)
			}
		}
	}
	counts := map[string][]*merged{}
	var order []string
	for _, g := range all {
		if !g.count {
			c.read(g, ms, out)
			continue
		}
		if counts[g.system] == nil {
			order = append(order, g.system)
		}
		counts[g.system] = append(counts[g.system], g)
	}
	for _, system := range order {
		c.tally(system, counts[system], ms, out)
	}
	return out
}

// likeness is what alike questions have in common, told cheaply; [merged.takes] looks closer.
func (q question) likeness() string {
	kind := "read"
	if q.count {
		kind = "count"
	}
	return strings.Join(append([]string{kind, q.system, q.sel.Collection.Name, q.sel.Collection.At}, q.sel.Fields...), "\x00")
}

// takes adds one person's question, where it asks the same of other tuples. What has no tuples is the same for everybody.
func (g *merged) takes(q question, person int) bool {
	if g.count && (len(g.whose) > len(g.of) || persons(q.sel) > 1) && len(g.of) > 0 && !g.sel.All {
		return false // a row of several in one planning is to be counted once there
	}
	if g.sel.All != q.sel.All || g.sel.Enough != q.sel.Enough || !reflect.DeepEqual(g.sel.Where, q.sel.Where) || !reflect.DeepEqual(g.sel.Collection, q.sel.Collection) {
		return false
	}
	for _, m := range q.sel.Any {
		g.sel.Any = addMatch(g.sel.Any, m, func(p int) int { return g.number(asker{person, p}) })
	}
	return true
}

// addMatch adds the tuples of m, with their persons numbered anew, to those of the same fields over the same way.
func addMatch(to []connectors.Match, m connectors.Match, person func(int) int) []connectors.Match {
	at := -1
	for i := range to {
		if to[i].Folded == m.Folded && sameStrings(to[i].Fields, m.Fields) && reflect.DeepEqual(to[i].Via, m.Via) {
			at = i
			break
		}
	}
	if at < 0 {
		at = len(to)
		to = append(to, connectors.Match{Via: m.Via, Fields: m.Fields, Folded: m.Folded})
	}
	for _, t := range m.Values {
		t.Person = person(t.Person)
		to[at].Values = append(to[at].Values, t)
	}
	return to
}

func sameStrings(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// read runs one merged selection and hands each person their rows.
func (c *choir) read(g *merged, ms []message, out []answer) {
	to := map[int][]part{}
	for _, p := range g.of {
		to[ms[p.m].person] = append(to[ms[p.m].person], p)
	}
	give := func(ps []part, x located) {
		for _, p := range ps {
			out[p.m].rows[p.q] = append(out[p.m].rows[p.q], x)
		}
	}
	sel, asked := g.ofMembers()
	err := c.try(g.system, func(open *System) error {
		return open.Each(c.ctx, sel, func(person int, row []any) error {
			if g.sel.All {
				give(g.of, located{person, row})
			} else {
				who := asked(person)
				give(to[who.member], located{who.person, row})
			}
			return nil
		})
	})
	for _, p := range g.of {
		out[p.m].err = errors.Join(out[p.m].err, err)
	}
}

// tally counts merged selections of one system in one call.
func (c *choir) tally(system string, gs []*merged, ms []message, out []answer) {
	sels, askers := make([]connectors.Selection, len(gs)), make([]func(int) asker, len(gs))
	for i, g := range gs {
		sels[i], askers[i] = g.ofMembers()
	}
	var tallies []connectors.Tally
	err := c.try(system, func(open *System) (err error) {
		tallies, err = open.Tallies(c.ctx, sels...)
		return err
	})
	for i, g := range gs {
		by := map[asker]int64{}
		if err == nil {
			for person, n := range tallies[i].ByPerson {
				by[askers[i](person)] = n
			}
		}
		of := map[int]asker{} // the one number of each planning
		for a := range g.at {
			of[a.member] = a
		}
		for _, p := range g.of {
			switch {
			case err != nil:
				out[p.m].err = err
			case g.sel.All:
				out[p.m].n[p.q] = tallies[i]
			case len(g.of) == 1:
				own := connectors.Tally{Total: tallies[i].Total, ByPerson: map[int]int64{}}
				for a, n := range by {
					own.ByPerson[a.person] = n
				}
				out[p.m].n[p.q] = own
			default:
				if a, ok := of[ms[p.m].person]; ok {
					out[p.m].n[p.q] = connectors.Tally{Total: by[a], ByPerson: map[int]int64{a.person: by[a]}}
				}
			}
		}
	}
}

// ofMembers is the merged selection with its persons named by their index in the batch, as everybody judged together is asked about, and
// whose question a person's rows answer. Where one planning gave several numbers, and where nobody is named, it stays as it is.
func (g *merged) ofMembers() (connectors.Selection, func(int) asker) {
	of := map[int]asker{}
	for _, a := range g.whose {
		of[a.member] = a
	}
	if len(of) < len(g.whose) {
		return g.sel, func(code int) asker { return g.whose[code] }
	}
	sel := g.sel
	sel.Any = numbered(sel.Any, func(code int) int { return g.whose[code].member })
	return sel, func(member int) asker { return of[member] }
}

// numbered are matches with other numbers for their persons.
func numbered(ms []connectors.Match, number func(int) int) []connectors.Match {
	out := slices.Clone(ms)
	for i := range out {
		out[i].Values = slices.Clone(out[i].Values)
		for k := range out[i].Values {
			out[i].Values[k].Person = number(out[i].Values[k].Person)
		}
	}
	return out
}

// try asks a system unless it has stopped answering.
func (c *choir) try(system string, f func(*System) error) error {
	if err := c.down[system]; err != nil {
		return err
	}
	err := f(c.systems[system])
	if errors.Is(err, connectors.ErrTryLater) {
		c.down[system] = err
	}
	return err
}

// voice is one planning's way to the choir.
type voice struct {
	*choir
	person int
	rank   int // among those planned, from 0
	hears  chan answer
	pace   pace
}

func (c *choir) voice(person int) *voice {
	return &voice{choir: c, person: person, hears: make(chan answer, 1)}
}

// systemsOf are the systems as this planning sees them.
func (v *voice) systemsOf() map[string]*System {
	out := map[string]*System{}
	for name, y := range v.systems {
		one := *y
		one.heard = nil // the choir's has
		if one.Store != nil {
			one.Store = &choirStore{v, name}
		}
		out[name] = &one
	}
	return out
}

func (v *voice) ask(qs []question) answer {
	v.said <- message{person: v.person, pace: v.pace, asks: qs, answer: v.hears}
	return <-v.hears
}

// meet waits for the others and gives what they are judged by together.
func (v *voice) meet(s *survey) (*joint, error) {
	v.said <- message{person: v.person, meets: s, answer: v.hears}
	a := <-v.hears
	return a.joint, a.err
}

// end says that this planning asks no more.
func (v *voice) end() { v.said <- message{person: v.person} }

// choirStore is a store as one planning of several sees it. It finds, counts and inspects; nothing else is asked while planning.
type choirStore struct {
	*voice
	system string
}

func (s *choirStore) Close() error { return nil }

func (s *choirStore) Locate(_ context.Context, sel connectors.Selection, out *connectors.Rows) error {
	a := s.ask([]question{{system: s.system, sel: sel}})
	if a.err != nil {
		return a.err
	}
	for _, x := range a.rows[0] {
		if err := out.Add(x.person, x.row...); err != nil {
			return err
		}
	}
	return nil
}

// Count implements [connectors.Counter] for one person.
func (s *choirStore) Count(_ context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	qs := make([]question, len(sels))
	for i, sel := range sels {
		qs[i] = question{system: s.system, sel: sel, count: true}
	}
	a := s.ask(qs)
	if a.err != nil {
		return nil, a.err
	}
	return a.n, nil
}

// Inspect implements [connectors.Inspector]; a schema is read once for all. nil where the connector cannot tell.
func (s *choirStore) Inspect(ctx context.Context) (*connectors.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if got, ok := s.schemas[s.system]; ok {
		return got, nil
	}
	inspector, ok := connectors.As[connectors.Inspector](s.systems[s.system].Store)
	if !ok {
		return nil, nil
	}
	got, err := inspector.Inspect(ctx)
	if err == nil {
		s.schemas[s.system] = got
	}
	return got, err
}
