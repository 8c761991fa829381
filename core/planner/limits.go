package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// InForce is a restriction of this person's data that stands (art. 18). While it does, what it covers may be stored and nothing else.
type InForce struct {
	ID     string
	Ground string // art18_1_a … d
	Scope  request.Scope
	Since  time.Time
	// GivenUp: this request names it, or the person was asked and gives it up; then it stands in the way of nothing.
	GivenUp bool
}

// reachOf says how far a scope reaches into a collection.
type reachOf int

const (
	beyond reachOf = iota // not at all
	partly                // some fields of it: their category or their own purpose is named
	wholly
)

// reachInto says how far a scope reaches into c. A purpose reaches what is held for it, also for another beside it; a category alone
// reaches fields.
func reachInto(scope request.Scope, c *datamap.Collection) reachOf {
	switch {
	case len(scope.Systems) > 0 && !slices.Contains(scope.Systems, c.System.Name):
		return beyond
	case len(scope.Categories) > 0:
		named := func(k *datamap.Category) bool {
			return k != nil && slices.ContainsFunc(scope.Categories, func(n string) bool { return k.Name == n || strings.HasPrefix(k.Name, n+".") })
		}
		if named(c.Document) || len(c.Fields) > 0 && !slices.ContainsFunc(c.Fields, func(f *datamap.Field) bool { return f.Category != nil && !named(f.Category) }) {
			return wholly
		}
		if slices.ContainsFunc(c.Fields, func(f *datamap.Field) bool { return named(f.Category) }) {
			return partly
		}
		return beyond
	case len(scope.Purposes) > 0:
		for _, r := range holdingRules(c) {
			if slices.Contains(scope.Purposes, r.Purpose.Name) {
				return wholly
			}
		}
		for _, f := range c.Fields {
			for _, r := range f.Rules {
				if slices.Contains(scope.Purposes, r.Purpose.Name) {
					return partly
				}
			}
		}
		return beyond
	}
	return wholly
}

// holdingRules are the rules that hold rows of c: its own, its owner's, or, of a copy, those of what it was made from.
func holdingRules(c *datamap.Collection) []*datamap.Rule {
	for hops := 0; hops < MaxRounds; hops++ {
		if rules := rulesOf(c); len(rules) > 0 || c.DerivedFrom == nil {
			return rules
		}
		c = c.DerivedFrom
	}
	return nil
}

// askLimits finds the restrictions in force on the data of whoever was found.
func (s *survey) askLimits() error {
	if s.in.Restrictions == nil {
		return nil
	}
	var err error
	s.limits, err = s.in.Restrictions(s.personMarks())
	return err
}

// limited is the restriction that covers c, the one in force longest; nil where none does, or the person gives it up.
func (s *survey) limited(c *datamap.Collection) *InForce {
	var first *InForce
	for i := range s.limits {
		l := &s.limits[i]
		if !l.GivenUp && reachInto(l.Scope, c) != beyond && (first == nil || l.Since.Before(first.Since)) {
			first = l
		}
	}
	return first
}

// limitedReason is why a restricted row stays as it is.
func (s *survey) limitedReason(l *InForce) plan.Reason {
	return plan.Reason{Code: plan.HeldElsewhere, Law: "art. 18(1)(" + strings.TrimPrefix(l.Ground, "art18_1_") + ")",
		Explain: "restricted since " + l.Since.In(s.terms.Zone).Format("2 Jan 2006") + " (" + l.ID + ")"}
}

// holdLimited keeps what a restriction of the same person covers, rows and fields: an erasure resumes when it is lifted, or when the
// person gives it up (domain: when requests meet).
func (s *survey) holdLimited(f *fate) error {
	l := s.limited(f.c)
	open := s.system(f.c)
	if l == nil || open == nil || len(s.matches(f.c, false)) == 0 {
		return nil
	}
	asks := []connectors.Selection{s.reach(f.c, but(f.held, f.shared)...)}
	for _, field := range f.c.Fields {
		if len(field.Rules) > 0 {
			filled := connectors.NotThat(connectors.NullField(field.Name))
			asks = append(asks, s.reach(f.c, append(but(f.fields[field], f.shared), filled)...))
			f.fields[field] = filled
		}
	}
	f.limit, f.held = l, connectors.AllOf()
	n, err := open.Count(s.ctx, asks...)
	if err != nil {
		return s.unreached(f.c, err)
	}
	if slices.Max(n) > 0 && s.in.Request.Right == request.Erasure {
		text := fmt.Sprintf("restriction %s of the same person is in force, and nothing of what it covers is erased. It goes on when the restriction is lifted", l.ID)
		if s.in.Due == nil {
			text += fmt.Sprintf(", or when the person, asked, gives it up: restriction: {\"of\": %q} in the request, or dossier request note %s restriction_given_up", l.ID, s.in.Request.ID)
		}
		s.attend(plan.Attention{Code: plan.HeldElsewhere, Blocks: true, Text: text})
	}
	return nil
}

// limitedUntil is the end of what a restriction keeps.
var limitedUntil = plan.Until{Criterion: "until the restriction is lifted"}

// exportReason is why rows leave: they are asked for, and of restricted ones the copy says that they are.
func (s *survey) exportReason(l *InForce) plan.Reason {
	if l == nil {
		return plan.Reason{Code: plan.Requested}
	}
	r := s.limitedReason(l)
	r.Explain = "asked for; " + r.Explain
	return r
}
