package connectors

import "slices"

// Standing is how a row stands to a treatment.
type Standing int

// The standings.
const (
	ToDo     Standing = iota // the treatment would change it
	Done                     // it is as the treatment wants it: counted as Already
	Conflict                 // it holds neither From nor the new value: reported, left as it is
)

func (s Standing) String() string { return [...]string{"to do", "done", "conflict"}[s] }

// Standing says how row stands to the treatment. A row that is there is always to do for Delete, and always
// done for Ensure; of Block, Release and Recount only the store knows more, and the answer is ToDo.
// For Set, one conflicting field makes the whole row a conflict.
func (t Treatment) Standing(row Row) Standing {
	switch t.Verb {
	case Ensure:
		return Done
	case Set:
	default:
		return ToDo
	}
	out, want := Done, t.ValuesFor(row)
	for _, a := range t.Assign {
		have := row[a.Field]
		switch {
		case Equal(have, want[a.Field]):
		case len(a.From) > 0 && !slices.ContainsFunc(a.From, func(f any) bool { return Equal(have, f) }):
			return Conflict
		default:
			out = ToDo
		}
	}
	return out
}

// Values are the assigned values that do not depend on the row: those of How [Value].
func (t Treatment) Values() Row {
	out := Row{}
	for _, a := range t.Assign {
		if a.How == Value {
			out[a.Field] = a.To
		}
	}
	return out
}

// ValuesFor are all assigned values for row, which holds at least the assigned fields and its key; How [Count] is left
// out, because it needs other rows.
func (t Treatment) ValuesFor(row Row) Row {
	out := t.Values()
	c := t.On.Collection
	for _, a := range t.Assign {
		switch a.How {
		case Year, Month:
			out[a.Field] = CutDate(row[a.Field], a.How, c.Location())
		case Derive:
			out[a.Field] = DeriveText(a.Derive, row.Pick(c.Key)...)
		}
	}
	return out
}
