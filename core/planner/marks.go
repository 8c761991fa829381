package planner

import (
	"cmp"
	"slices"
)

// personMarks are the identifiers that name whoever was found: every unique one met, and the request's verified shared ones.
func (s *survey) personMarks() []Mark {
	var out []Mark
	for kind, v := range s.known {
		for _, n := range v.order {
			out = append(out, Mark{Kind: kind, Value: n, Unique: true})
		}
	}
	for kind, v := range s.given {
		for _, n := range v.order {
			if v.verified[n] {
				out = append(out, Mark{Kind: kind, Value: n})
			}
		}
	}
	slices.SortFunc(out, func(a, b Mark) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value)) })
	return out
}

// remember notes by which identifiers and rows the person of this work is known.
func (s *survey) remember(out *Result) {
	out.Work.Marks = s.personMarks()
	for _, c := range s.Graph.Collections() {
		for _, r := range s.roots[c] {
			root := Root{System: c.System.Name, Collection: c.Name, Fields: c.Key}
			for _, v := range r.key {
				root.Values = append(root.Values, textOf(v))
			}
			out.Work.Roots = append(out.Work.Roots, root)
		}
	}
}
