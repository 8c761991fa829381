package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// share is a part of the person's rows of a collection, and the fields of it that stay with somebody else (hides:).
type share struct {
	where  []connectors.Cond
	hidden []string
}

// manyRoles is how many edges that hide something are told apart; where there are more, what one of them hides is hidden.
const manyRoles = 3

// shares are the parts by how this person comes to the rows: whoever comes to a row over several edges is shown what one of them shows, and over
// an edge that hides nothing, or by a row's own identifier, all of it.
func (s *survey) shares(c *datamap.Collection) []share {
	var keys []connectors.Tuple
	for _, r := range s.roots[c] {
		keys = append(keys, connectors.Tuple{Values: r.key})
	}
	openly := []connectors.Cond{among(c.Key, keys)}
	var roles []share
	for _, e := range s.Graph.Parents(c) {
		switch t := s.links[e]; {
		case t.empty():
		case len(e.Hides) > 0:
			roles = append(roles, share{[]connectors.Cond{overEdge(e, t.list)}, e.Hides})
		default:
			openly = append(openly, overEdge(e, t.list))
		}
	}
	if len(roles) == 0 {
		return []share{{}}
	}
	if len(roles) > manyRoles {
		var all share
		var some []connectors.Cond
		for _, r := range roles {
			some, all.hidden = append(some, r.where...), union(all.hidden, r.hidden)
		}
		roles = []share{{[]connectors.Cond{anyOf(some...)}, all.hidden}}
	}
	var by []connectors.Cond
	for _, r := range roles {
		by = append(by, r.where[0])
	}
	out := []share{{where: []connectors.Cond{anyOf(append(slices.Clone(openly), connectors.NotThat(anyOf(by...)))...)}}}
	for set := 1; set < 1<<len(roles); set++ {
		one := share{where: but(anyOf(openly...))}
		first := true
		for i, r := range roles {
			switch {
			case set&(1<<i) == 0:
				one.where = append(one.where, connectors.NotThat(r.where[0]))
				continue
			case first:
				one.hidden, first = slices.Clone(r.hidden), false
			default:
				one.hidden = slices.DeleteFunc(one.hidden, func(f string) bool { return !slices.Contains(r.hidden, f) })
			}
			one.where = append(one.where, r.where[0])
		}
		out = append(out, one)
	}
	return out
}

// exportShares exports each part that has rows.
func (s *survey) exportShares(out *Result, c *datamap.Collection, col *plan.Collection, portability bool) error {
	shares := s.shares(c)
	if len(shares) == 1 {
		s.export(out, c, col, portability, shares[0], col.Total)
		return nil
	}
	for _, part := range shares {
		n, err := s.countIn(c, s.reach(c, append(s.rowsAsked(c), part.where...)...))
		if err != nil {
			return err
		}
		if n > 0 {
			s.export(out, c, col, portability, part, n)
		}
	}
	return nil
}
