package relational

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Lock writes a selection as statements that lock its rows, in the order of what names them, one for each place where they stand; each
// gives their number. What asks for other rows is left out, because it may be judged only when these are locked: more may be locked
// than is selected, never less.
func Lock(d Dialect, catalog Catalog, sel connectors.Selection) ([]Query, error) {
	sel = Alone(sel)
	var out []Query
	for n := 0; ; n++ {
		s := newStatement(d, catalog)
		sources, err := s.selected(sel)
		if err != nil || len(sources) == 0 {
			return nil, err
		}
		arms := sources[0].at.table.Arms
		if n == len(arms) {
			return out, nil
		}
		var parts, ids []string
		var here []source
		for _, src := range sources {
			if src.arm.Held == arms[n].Held {
				parts, here = append(parts, selectFrom(At{s, src}.Identity(), src, false)), append(here, src)
			}
		}
		if len(here) == 1 { // reached in one way, they are locked where they are found
			out = append(out, s.query("SELECT count(*) FROM ("+selectFrom([]string{"1"}, here[0], false)+" ORDER BY "+strings.Join(At{s, here[0]}.Identity(), ", ")+" FOR UPDATE OF "+here[0].at.alias+") AS locked"))
			continue
		}
		for _, c := range arms[n].Identity {
			ids = append(ids, s.col("l", c))
		}
		order := strings.Join(ids, ", ")
		out = append(out, s.query("SELECT count(*) FROM (SELECT 1 FROM "+arms[n].Table(d)+" AS l WHERE ("+order+") IN (\n"+
			strings.Join(parts, "\nUNION ALL ")+"\n) ORDER BY "+order+" FOR UPDATE OF l) AS locked"))
	}
}

// SelectEach writes a selection as [Select] does, but as one statement for each way its rows are reached, so that each is about one
// table and can lock it: lock writes what stands at a statement's end.
func SelectEach(d Dialect, catalog Catalog, sel connectors.Selection, output Output, lock func(At) string) ([]Query, error) {
	var out []Query
	for n := 0; ; n++ {
		s := newStatement(d, catalog)
		sources, err := s.selected(sel)
		if err != nil || n == len(sources) {
			return out, err
		}
		at := At{s, sources[n]}
		cols, err := output(at)
		if err != nil {
			return nil, err
		}
		out = append(out, s.query(selectFrom(append([]string{at.src.person}, cols...), at.src, false)+lock(at)))
	}
}

// AsksOthers says whether a selection has conditions that ask for other rows than those it leads over. Where it has none, whoever finds its
// rows may lock them as he does.
func AsksOthers(sel connectors.Selection) bool {
	if slices.ContainsFunc(sel.Where, connectors.Cond.HasExists) {
		return true
	}
	return slices.ContainsFunc(sel.Any, func(m connectors.Match) bool {
		return slices.ContainsFunc(m.Via, func(h connectors.Hop) bool {
			return slices.ContainsFunc(h.If, connectors.Cond.HasExists) || slices.ContainsFunc(h.Then, connectors.Cond.HasExists)
		})
	})
}

// Alone is a selection without the conditions that ask for other rows.
func Alone(sel connectors.Selection) connectors.Selection {
	plain := func(cs []connectors.Cond) []connectors.Cond {
		return slices.DeleteFunc(slices.Clone(cs), connectors.Cond.HasExists)
	}
	sel.Where = plain(sel.Where)
	sel.Any = slices.Clone(sel.Any)
	for i, m := range sel.Any {
		m.Via = slices.Clone(m.Via)
		for j := range m.Via {
			m.Via[j].If, m.Via[j].Then = plain(m.Via[j].If), plain(m.Via[j].Then)
		}
		sel.Any[i] = m
	}
	return sel
}
