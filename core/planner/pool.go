package planner

import (
	"math"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Cut is what of the work of several in one system is one person's: to count by and to look by. Carried out alone it would judge rows of several
// as if the others went too. Nothing in it bounds how many rows may change.
func Cut(all *SystemWork, person int) SystemWork {
	out := SystemWork{System: all.System, After: all.After}
	for i, t := range all.Treatments {
		if _, is := all.Purposes[i].Each[person]; !is {
			continue
		}
		class := all.Purposes[i].Of(person)
		t.On.Any, t.AtMost = ValuesOf(t.On.Any, person), math.MaxInt64
		out.Treatments, out.Purposes = append(out.Treatments, t), append(out.Purposes, class)
	}
	for _, c := range all.Checks {
		if c.Selection.Any = ValuesOf(c.Selection.Any, person); len(c.Selection.Any) == 0 {
			continue
		}
		if c.Parent != nil {
			parent := *c.Parent
			parent.Any = ValuesOf(parent.Any, person)
			c.Parent = &parent
		}
		out.Checks = append(out.Checks, c)
	}
	return out
}

// Portion is [Cut] under the names it has in that person's own work.
func Portion(all *SystemWork, person int) SystemWork {
	out := Cut(all, person)
	for i := range out.Treatments {
		out.Treatments[i].ID = Unnamed(out.Treatments[i].ID)
	}
	for i := range out.Checks {
		c := &out.Checks[i]
		c.ID = Unnamed(c.ID)
		if c.Assigned != nil {
			assigned := *c.Assigned
			assigned.ID = Unnamed(assigned.ID)
			c.Assigned = &assigned
		}
	}
	return out
}

// ValuesOf are the matches by one person's values, as if there were nobody else.
func ValuesOf(ms []connectors.Match, person int) []connectors.Match {
	var out []connectors.Match
	for _, m := range ms {
		var mine []connectors.Tuple
		for _, t := range m.Values {
			if t.Person == person {
				t.Person = 0
				mine = append(mine, t)
			}
		}
		if m.Values = mine; len(mine) > 0 {
			out = append(out, m)
		}
	}
	return out
}

// Over lays what was found when the work began anew over what was found when it was first looked at: of the treatments it has, and of what is
// asked about them, the later stands; where nothing was found any more, the first look still says what to ask. What may lead on to other
// systems is what the first look took along there.
func (w SystemWork) Over(first *SystemWork) SystemWork {
	out := SystemWork{System: w.System, After: first.After, Witnesses: w.Witnesses, Treatments: slices.Clone(w.Treatments), Purposes: slices.Clone(w.Purposes), Checks: slices.Clone(w.Checks)}
	has := func(id string) bool {
		return slices.ContainsFunc(w.Treatments, func(t connectors.Treatment) bool { return t.ID == id })
	}
	for i, t := range first.Treatments {
		at := slices.IndexFunc(out.Treatments, func(x connectors.Treatment) bool { return x.ID == t.ID })
		if at < 0 {
			out.Treatments, out.Purposes = append(out.Treatments, t), append(out.Purposes, first.Purposes[i])
		} else {
			out.Purposes[at].Links = first.Purposes[i].Links
		}
	}
	for _, c := range first.Checks {
		if !has(c.ID) {
			out.Checks = append(out.Checks, c)
		}
	}
	return out
}

// Staying is what a work leaves standing in one system, and no more of it.
func (w *Work) Staying(system string) Work {
	out := Work{AsOf: w.AsOf, Roots: slices.Clone(w.Roots), Shells: slices.Clone(w.Shells), Stay: slices.Clone(w.Stay), Dues: slices.Clone(w.Dues)}
	out.without(func(s string) bool { return s != system })
	return out
}

// Restay is w with what a later look found to stay in one system in place of what it says itself.
func (w Work) Restay(system string, now *Work) Work {
	w.Roots, w.Shells, w.Stay, w.Dues = slices.Clone(w.Roots), slices.Clone(w.Shells), slices.Clone(w.Stay), slices.Clone(w.Dues)
	w.without(func(s string) bool { return s == system })
	w.Roots, w.Shells, w.Stay, w.Dues = append(w.Roots, now.Roots...), append(w.Shells, now.Shells...), append(w.Stay, now.Stay...), append(w.Dues, now.Dues...)
	return w
}

func (w *Work) without(system func(string) bool) {
	w.Roots = slices.DeleteFunc(w.Roots, func(r Root) bool { return system(r.System) })
	w.Shells = slices.DeleteFunc(w.Shells, func(r Root) bool { return system(r.System) })
	w.Stay = slices.DeleteFunc(w.Stay, func(s Stay) bool { return system(s.System) })
	w.Dues = slices.DeleteFunc(w.Dues, func(k Kept) bool { return system(k.System) })
}
