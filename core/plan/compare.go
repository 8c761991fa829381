package plan

import (
	"fmt"
	"math"
)

// Compare says by class how the world at apply differs from what was planned: what forbids carrying the
// old plan out. Fewer rows are always fine; roots must be the same; a class found empty stays empty; others stay within
// their ceilings. Empty means that the plan holds.
func Compare(old, now *Plan) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if old.Map != now.Map {
		say("the data map has changed")
	}
	if old.Commitment != now.Commitment {
		say("the request has changed")
	}
	if fmt.Sprint(old.Connectors) != fmt.Sprint(now.Connectors) {
		say("a connector has changed")
	}
	was := map[string]*System{}
	for i := range old.Systems {
		was[old.Systems[i].Name] = &old.Systems[i]
	}
	for _, sys := range now.Systems {
		before := was[sys.Name]
		switch {
		case before == nil:
			say("%s is new", sys.Name)
			continue
		case before.Reached && !sys.Reached:
			say("%s does not answer now", sys.Name)
			continue
		case before.Roots != sys.Roots || before.RootsDigest != sys.RootsDigest:
			say("%s: other rows name the person than when it was planned (%d then, %d now)", sys.Name, before.Roots, sys.Roots)
		}
		for _, c := range sys.Collections {
			compareCollection(before, sys.Name, c, say)
		}
	}
	if len(now.Candidates) > len(old.Candidates) {
		say("there are candidates now that were not there")
	}
	for _, a := range now.Attention {
		if a.Blocks {
			say("%s", a.Text)
		}
	}
	return out
}

func compareCollection(before *System, system string, c Collection, say func(string, ...any)) {
	ceilings := map[string]int64{}
	planned := map[string]int64{}
	for _, b := range before.Collections {
		if b.Name != c.Name {
			continue
		}
		for _, a := range b.Actions {
			if c := ceilings[class(a)] + a.Ceiling; c >= a.Ceiling { // growth: any has none to add to
				ceilings[class(a)] = c
			} else {
				ceilings[class(a)] = math.MaxInt64
			}
			planned[class(a)] += a.Rows
		}
	}
	for _, a := range c.Actions {
		if !a.Action.Changes() {
			continue
		}
		if k := class(a); a.Rows > ceilings[k] {
			say("%s/%s: %d rows to %s, planned %d, at most %d", system, c.Name, a.Rows, a.Action, planned[k], ceilings[k])
		}
	}
}

// class is what makes two actions the same class: what is done, to which fields, and why.
func class(a Action) string {
	return fmt.Sprint(a.Action, "\x00", a.Reason.Code, "\x00", a.Reason.Purpose, "\x00", a.Shell, "\x00", a.Fields)
}

// Only is the plan of one system alone, to be compared.
func (p *Plan) Only(system string) *Plan {
	out := *p
	out.Systems, out.Connectors = nil, nil
	for _, s := range p.Systems {
		if s.Name == system {
			out.Systems = append(out.Systems, s)
		}
	}
	for _, c := range p.Connectors {
		if c.System == system {
			out.Connectors = append(out.Connectors, c)
		}
	}
	return &out
}

// Before is the plan of one system alone as it was before a part of it may have been done: rows that name the person may have gone since,
// but none may have come.
func (p *Plan) Before(now *Plan, system string) *Plan {
	out := p.Only(system)
	for i := range out.Systems {
		for _, s := range now.Systems {
			if s.Name == system && s.Roots < out.Systems[i].Roots {
				out.Systems[i].Roots, out.Systems[i].RootsDigest = s.Roots, s.RootsDigest
			}
		}
	}
	return out
}
