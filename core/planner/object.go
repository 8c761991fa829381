package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
)

// planStop ends the purposes an objection or a withdrawal names (arts. 21, 7(3); Code B.IX): what is held for them alone goes as in an
// erasure; what other purposes hold stays with its reason; an objection to direct marketing leaves marks of the contact points.
func (s *survey) planStop(out *Result) error {
	if err := s.noteContacts(out); err != nil {
		return err
	}
	if err := s.planErasure(out); err != nil {
		return err
	}
	s.onlyStopped(out.Plan)
	for _, name := range s.terms.Scope.Purposes {
		if p := s.Graph.Map.Purposes[name]; p != nil && !s.terms.Foreign(p) {
			if _, ended := s.terms.Ended(p); !ended {
				s.warn(fmt.Sprintf("%s does not end by this right: it rests on %s. What is held for it stays.", name, bases(p)))
			}
		}
	}
	return nil
}

// bases writes art6_1_a as art. 6(1)(a).
func bases(p *datamap.Purpose) string {
	var out []string
	for _, b := range p.Bases {
		parts := strings.Split(strings.TrimPrefix(b, "art"), "_")
		out = append(out, "art. "+parts[0]+"("+strings.Join(parts[1:], ")(")+")")
	}
	return strings.Join(out, " and ")
}

// onlyStopped leaves out of the plan the collections that are not held for a purpose that stops.
func (s *survey) onlyStopped(p *plan.Plan) {
	for i := range p.Systems {
		sys := s.Graph.Map.System(p.Systems[i].Name)
		p.Systems[i].Collections = slices.DeleteFunc(p.Systems[i].Collections, func(pc plan.Collection) bool {
			c := sys.Collection(pc.Name)
			changes := slices.ContainsFunc(pc.Actions, func(a plan.Action) bool { return a.Action.Changes() })
			return c != nil && !changes && !s.heldForStopped(c)
		})
	}
}

func (s *survey) heldForStopped(c *datamap.Collection) bool {
	in := func(r *datamap.Rule) bool { return s.terms.InScope(r.Purpose) }
	return slices.ContainsFunc(rulesOf(c), in) || slices.ContainsFunc(c.Fields, func(f *datamap.Field) bool { return slices.ContainsFunc(f.Rules, in) })
}

// noteContacts reads the person's contact points while they are there: those of the request that were verified, and those on the person's rows.
func (s *survey) noteContacts(out *Result) error {
	if s.in.Request.Ground != "art21_2" {
		return nil
	}
	for _, name := range s.terms.Scope.Purposes {
		if s.Graph.Map.Purposes[name] != nil {
			out.Work.Stopped = append(out.Work.Stopped, name)
		}
	}
	add := func(kind *datamap.Identifier, text string) {
		n, err := kind.Normalise(text)
		if m := (Mark{Kind: kind.Name, Value: n}); err == nil && !slices.Contains(out.Work.Contacts, m) {
			out.Work.Contacts = append(out.Work.Contacts, m)
		}
	}
	for _, id := range s.in.Request.Subject.Identifiers {
		if kind := s.Graph.Map.Identifiers[id.Kind]; kind != nil && contactPoint(kind) && id.Verified {
			add(kind, id.Value.Reveal())
		}
	}
	for _, c := range s.Graph.Collections() {
		fields := slices.DeleteFunc(graph.Identifying(c), func(f *datamap.Field) bool { return !contactPoint(f.Identifier) })
		open := s.system(c)
		if open == nil || len(fields) == 0 || len(s.matches(c, false)) == 0 {
			continue
		}
		sel := s.reach(c)
		for _, f := range fields {
			sel.Fields = append(sel.Fields, f.Name)
		}
		err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
			for i, f := range fields {
				add(f.Identifier, textOf(vs[i]))
			}
			return nil
		})
		if err := s.unreached(c, err); err != nil {
			return err
		}
	}
	return nil
}

// contactPoint says whether somebody is reached under values of a kind.
func contactPoint(k *datamap.Identifier) bool {
	return k.Category != nil && (k.Category.Name == "contact" || strings.HasPrefix(k.Category.Name, "contact."))
}
