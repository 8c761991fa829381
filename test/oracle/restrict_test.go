package oracle

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestRestrictionAndLift draws maps, rows and two persons who may own rows together. Each is restricted and lifted again. In between nobody reads
// what is a restricted person's alone, what others own too is there and marked, and nothing else has changed; in the end every value is
// stored as it was.
func TestRestrictionAndLift(t *testing.T) {
	often(t, 60)
	n := 200_000
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		n++
		c := drawLimits(rt, func(*estate) {})
		for _, kind := range c.kinds {
			if trouble := c.try(t, kind, n); trouble != "" {
				rt.Fatalf("on %s:\n%s\n%s", kind, trouble, c.explain())
			}
		}
		c.tell(seen)
	})
	t.Logf("%v", seen)
	for _, what := range []string{"alone", "shared", "of both, alone", "of both, shared", "referred", "marked", "second", "in files"} {
		if !t.Failed() && seen[what] == 0 {
			t.Errorf("nothing was drawn that is %s: the cases say nothing of it", what)
		}
	}
}

// limits is one case.
type limits struct {
	e             *estate
	first, second *limit
	kinds         []string
	backwards     bool // the second is lifted before the first
}

// drawLimits draws one; lay is told of the estate before anything is judged.
func drawLimits(t *rapid.T, lay func(*estate)) *limits {
	d := dice{t}
	e := drawEstate(t)
	e.ask.purposes = nil // a restriction blocks rows, whatever they are held for
	for _, c := range e.colls {
		if d.chance(40, "mark") {
			c.mark = "restricted_at"
		}
	}
	lay(e)
	c := &limits{e: e, first: &limit{id: "R-1", v: judge(e)}, second: &limit{id: "R-2", v: judge(d.second(e))}, kinds: []string{"memory", "narrow"}, backwards: d.chance(50, "backwards")}
	if d.chance(30, "in files") { // each waits for the disk
		c.kinds = append(c.kinds, "sqlite")
	}
	return c
}

// second is the same estate, of which another person asks.
func (d dice) second(e *estate) *estate {
	other := *e
	other.ask = ask{ids: []given{{"pid", people[1]["pid"], true}}}
	if d.chance(40, "uno") {
		other.ask.ids = append(other.ask.ids, given{"uno", people[1]["uno"], true})
	}
	if d.chance(40, "email") {
		other.ask.ids = append(other.ask.ids, given{"email", people[1]["email"], true})
	}
	if d.chance(15, "scope of systems") {
		other.ask.systems = []string{pick(d, e.systems, "in scope").name}
	}
	return &other
}

// try restricts both, lifts both, in the order they came or the other way round, and looks at everything in between.
func (c *limits) try(t *testing.T, kind string, n int) string {
	w := ways[kind]
	if kind != "sqlite" {
		return c.on(t, w, n, nil)
	}
	d := doors{}
	defer d.close()
	return c.on(t, d.way(c.e), n, d)
}

// on is try on one way; application is how applications see the stores of it, nil where there are none.
func (c *limits) on(t *testing.T, w way, n int, application eyes) string {
	ctx := context.Background()
	h, err := w.lay(t, n, c.e)
	if err != nil {
		return err.Error()
	}
	defer h.close()
	look := &looking{house: h, eyes: application}
	if application != nil {
		if look.before, err = application.read(ctx, c.e); err != nil {
			return err.Error()
		}
	}
	var standing []*limit
	for _, l := range []*limit{c.first, c.second} {
		l.work = nil
		if trouble := h.restrict(ctx, l); trouble != "" {
			return trouble
		}
		if l.work != nil {
			standing = append(standing, l)
		}
		if trouble := look.at(ctx, standing); trouble != "" {
			return "after " + l.id + ":\n" + trouble
		}
	}
	if c.backwards {
		slices.Reverse(standing)
	}
	for len(standing) > 0 {
		l := standing[0]
		standing = standing[1:]
		if trouble := h.lift(ctx, l, standing); trouble != "" {
			return trouble
		}
		if trouble := look.at(ctx, standing); trouble != "" {
			return "after " + l.id + " was lifted:\n" + trouble
		}
	}
	return ""
}

func (c *limits) explain() string {
	return c.first.v.explain() + "\n--- and the second person\n" + c.second.v.explain()
}

func (c *limits) tell(seen map[string]int) {
	seen["cases"]++
	seen["in files"] += len(c.kinds) - 2
	if c.first.v.alien != "" {
		seen["alien"]++
		return
	}
	if c.second.v.alien == "" {
		seen["second"]++
	}
	c.e.each(func(a at) {
		l, o := c.first, c.second
		count := func(is bool, what string) {
			if is {
				seen[what]++
			}
		}
		count(l.alone(a), "alone")
		count(l.covers(a) && l.v.shared[a], "shared")
		count(l.covers(a) && a.c.mark != "", "marked")
		count(l.v.mine[a] && l.v.inScope(a.c) && !l.reaches(a.c), "referred")
		if o.v.alien == "" {
			count(l.alone(a) && o.alone(a), "of both, alone")
			count(l.covers(a) && o.covers(a) && l.v.shared[a], "of both, shared")
		}
	})
}

// looking compares what can be read with what could be before.
type looking struct {
	*house
	eyes   eyes
	before map[*coll]map[string]map[string]string // nil: nobody else can look
}

// at says what is not as these restrictions would have it.
func (l *looking) at(ctx context.Context, standing []*limit) string {
	all, err := l.dump(ctx) // with the executor's eyes nothing is ever gone
	if err != nil {
		return err.Error()
	}
	var files map[*coll]map[string]map[string]string
	if l.before != nil {
		if files, err = l.eyes.read(ctx, l.e); err != nil {
			return err.Error()
		}
	}
	var out []string
	say := func(a at, format string, args ...any) {
		out = append(out, a.c.address()+" "+a.c.keyOf(a.row())+": "+fmt.Sprintf(format, args...))
	}
	closed := func(a at) bool { return slices.ContainsFunc(standing, func(x *limit) bool { return x.alone(a) }) }
	l.probeAll(ctx, closed, say)
	rows := 0
	l.e.each(func(a at) {
		rows++
		blocked := closed(a)
		marked := a.c.mark != "" && slices.ContainsFunc(standing, func(x *limit) bool { return x.covers(a) })
		now := all[a.c][a.c.keyOf(a.row())]
		for _, name := range a.c.columns() {
			switch {
			case name != a.c.mark && !alike(now[name], a.row().v[name]):
				say(a, "%s is %s, and was %s", name, show(now[name]), show(a.row().v[name]))
			case name == a.c.mark && (now[name] != nil) != marked:
				say(a, "the mark is %s; covered: %v", show(now[name]), marked)
			}
		}
		if files == nil {
			return
		}
		was, is := l.before[a.c][a.c.keyOf(a.row())], files[a.c][a.c.keyOf(a.row())]
		for _, name := range a.c.columns() {
			switch {
			case blocked && (is == nil || is[name] == nothing || slices.Contains(a.c.key, name)):
			case blocked:
				say(a, "an application still reads %s: %s", name, is[name])
			case name == a.c.mark && marked:
			case is[name] != was[name]:
				say(a, "an application reads %s: %s, and read %s", name, is[name], was[name])
			}
		}
	})
	for c, have := range files {
		if len(have) > len(l.before[c]) {
			out = append(out, c.address()+" has rows that were not there")
		}
	}
	if l.eyes != nil {
		if n, err := l.eyes.own(ctx); err != nil || len(standing) == 0 && n > 0 {
			out = append(out, fmt.Sprintf("the executor's own tables hold %d rows (%v)", n, err))
		}
	}
	have := 0
	for _, c := range all {
		have += len(c)
	}
	if have != rows {
		out = append(out, fmt.Sprintf("%d rows, and there were %d", have, rows))
	}
	return strings.Join(out, "\n")
}
