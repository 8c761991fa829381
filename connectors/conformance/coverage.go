package conformance

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Declared names what a card and the interfaces of a store promise: "verb delete", "block move", "rows csv",
// "path", "counter" and so on. Each must be shown by a case that ran.
func Declared(d connectors.Description, s connectors.Store) []string {
	out := []string{"locate"}
	for _, v := range d.Verbs {
		out = append(out, "verb "+string(v))
	}
	for _, m := range d.Blocking {
		out = append(out, "block "+m)
	}
	for _, f := range d.RowFormats {
		out = append(out, "rows "+f)
	}
	for name, yes := range map[string]bool{
		"transactional": d.Transactional, "rehearsal": d.Rehearsal, "path": d.MaxPath > 0, "recursive": d.Recursive,
		"exists": d.Exists, "folds": d.Folds, "max values": d.MaxValues > 0,
		"prober": has[connectors.Prober](s), "counter": has[connectors.Counter](s), "inspector": has[connectors.Inspector](s), "blobs": has[connectors.BlobOpener](s),
		"snapshots": has[connectors.Snapshotter](s),
		"installer": has[connectors.Installer](s), "granter": has[connectors.Granter](s),
	} {
		if yes {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func has[T any](s connectors.Store) bool { _, ok := connectors.As[T](s); return ok }

// coverage keeps what is declared and not yet shown.
type coverage struct{ left map[string]bool }

func newCoverage(d connectors.Description, s connectors.Store) coverage {
	c := coverage{left: map[string]bool{}}
	for _, what := range Declared(d, s) {
		c.left[what] = true
	}
	return c
}

// ran notes what c has shown in shape.
func (c coverage) ran(x Case, shape Shape) {
	delete(c.left, "locate")
	for _, what := range x.Covers {
		delete(c.left, what)
	}
	for _, need := range x.Needs {
		name, _, _ := strings.Cut(need, ".")
		if p, ok := shape.place(name); ok && p.Rows != nil {
			delete(c.left, "rows "+p.Rows.Format)
		}
	}
}

// result fails where something is left.
func (c coverage) result() Result {
	r := Result{Case: Case{Group: "card", Name: "exercised", Anchor: "card", Rule: "every declared capability must be shown by a case"}}
	if left := sorted(c.left); len(left) > 0 {
		r.Failure = Fail("Either the card promises more than the store does, or the Shape holds too little for the cases to show it.").
			Came("declared, and shown by no case", "%s", strings.Join(left, ", ")).Want("none")
	}
	return r
}
