package planner

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
)

// searchRoots looks for rows that hold one of the values not yet searched, in every system, and judges each.
func (s *survey) searchRoots(in map[string]*values) (grew bool, err error) {
	texts := map[string]sought{}
	for kind, v := range in {
		texts[kind] = sought{as: v.fresh(), folded: v.unfolded()}
	}
	var asks []*asking
	for _, c := range s.Graph.Collections() { // in systems out of scope too: who somebody is may be known there only
		if a := s.askOf(c, texts); a != nil {
			asks = append(asks, a)
		}
	}
	for len(asks) > 0 {
		n := len(asks)
		if s.voice != nil { // of several planned together each asks one thing after the other
			n = 1
		}
		got, err := s.hearAll(asks[:n])
		if err != nil {
			return grew, err
		}
		grew = grew || got
		asks = asks[n:]
	}
	return grew, nil
}

// sought are values of a kind that were not looked for yet: as stores commonly write them, which an index finds, and to be found in whatever
// case they are written, where the store can.
type sought struct{ as, folded []string }

// askOf is what is asked of the rows of c; nil where nothing is.
func (s *survey) askOf(c *datamap.Collection, texts map[string]sought) *asking {
	fields := graph.Identifying(c)
	a := &asking{c: c, fields: fields, sel: connectors.Selection{Collection: graph.Place(c), Fields: rowFields(c, fields)}}
	sys := s.Systems[c.System.Name]
	for _, f := range fields {
		vs := texts[f.Identifier.Name]
		if len(vs.as) > 0 {
			a.sel.Any = append(a.sel.Any, connectors.Match{Fields: []string{f.Name}, Values: tuplesOf(vs.as)})
		}
		if len(vs.folded) > 0 && sys != nil && sys.Card.Folds {
			a.sel.Any = append(a.sel.Any, connectors.Match{Fields: []string{f.Name}, Values: tuplesOf(vs.folded), Folded: true})
		}
	}
	if len(a.sel.Any) == 0 || s.in.Due != nil && c.Rows == nil { // what came due hangs on rows that were kept, not on who somebody is
		return nil
	}
	return a
}

// unreached notes a system that stopped answering and goes on without it; other errors end the planning.
func (s *survey) unreached(c *datamap.Collection, err error) error {
	if err == nil || !errors.Is(err, connectors.ErrTryLater) {
		if err != nil {
			return fmt.Errorf("%s: %w", c.Address(), err)
		}
		return nil
	}
	s.down[c.System.Name] = "it does not answer now"
	return nil
}

func rowFields(c *datamap.Collection, fields []*datamap.Field) []string {
	out := slices.Clone(c.Key)
	for _, f := range fields {
		if !slices.Contains(out, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

func tuplesOf(texts []string) []connectors.Tuple {
	out := make([]connectors.Tuple, len(texts))
	for i, t := range texts {
		out[i].Values = []any{t}
	}
	return out
}

// sighting is a row matched by shared identifiers alone, until it is settled whose it is.
type sighting struct {
	c     *datamap.Collection
	row   root
	kind  string            // what matched
	value string            // normalised
	ids   map[string]string // the unique identifiers it holds, normalised
	other bool              // it holds another person's
	heard bool              // it was looked whether a person said whose it is
	said  *Verdict          // what they said; nil nothing
}

// judge decides what a found row is: the person's by a unique identifier, somebody else's because it holds
// a different one, or a sighting by shared identifiers alone. It says whether something new was learnt.
func (s *survey) judge(c *datamap.Collection, fields []*datamap.Field, person int, row []any) bool {
	names := rowFields(c, fields)
	at := func(name string) any { return row[slices.Index(names, name)] }
	key := slices.Clone(row[:len(c.Key)])
	ids := map[string]string{}
	texts := map[string]string{}
	var by *datamap.Field
	contradicted := false
	for _, f := range fields {
		text := textOf(at(f.Name))
		n, err := f.Identifier.Normalise(text)
		if text == "" || f.Identifier.NamesNobody(text) {
			continue
		}
		if err != nil {
			n = text // a value that cannot be read as its kind is still a different one
		}
		if !f.Identifier.Unique {
			continue
		}
		ids[f.Identifier.Name], texts[f.Identifier.Name] = n, text
		known := s.known[f.Identifier.Name]
		switch {
		case known != nil && known.raw[n] != nil:
			if by == nil {
				by = f
			}
		case known.decides() && !s.awaited(f.Identifier, n):
			contradicted = true
		}
	}
	r := root{key: key, person: person}
	if by != nil && contradicted {
		s.witness(c, key)
		if s.mixed[c] == nil {
			s.mixed[c] = &tuples{fields: c.Key}
		}
		s.mixed[c].add(connectors.Tuple{Values: key})
		return false
	}
	if by != nil {
		s.findsIn(c).rows++
		grew := s.accept(c, r, by, at(by.Name), texts, by.Identifier.Name)
		if grew {
			s.findsIn(c).roots++
		}
		return grew
	}
	seen := false
	for _, f := range fields {
		given := s.given[f.Identifier.Name]
		if given == nil {
			continue
		}
		n, err := f.Identifier.Normalise(textOf(at(f.Name)))
		if err != nil || given.raw[n] == nil {
			continue
		}
		one := r
		one.by, one.value = f.Name, at(f.Name)
		s.shared = append(s.shared, sighting{c: c, row: one, kind: f.Identifier.Name, value: n, ids: ids, other: contradicted})
		seen = true
	}
	if contradicted || !seen {
		s.witness(c, key)
	}
	return false
}

// accept takes a row as the person's and learns the unique identifiers it holds. How is what the plan says it was found by.
func (s *survey) accept(c *datamap.Collection, r root, by *datamap.Field, value any, texts map[string]string, how string) bool {
	id := connectors.Tuple{Values: r.key}.ID()
	if s.isRoot[c][id] {
		return false
	}
	if s.isRoot[c] == nil {
		s.isRoot[c] = map[string]bool{}
	}
	s.isRoot[c][id] = true
	if !slices.Contains(c.Key, by.Name) {
		r.by, r.value = by.Name, value
	} else {
		r.by, r.value = "", nil
	}
	s.roots[c] = append(s.roots[c], r)
	s.found(c.System.Name, how)
	for kind, text := range texts {
		s.valuesOf(s.known, s.Graph.Map.Identifiers[kind]).add(text, true)
	}
	return true
}

func (s *survey) found(system, kind string) {
	if !slices.Contains(s.foundBy[system], kind) {
		s.foundBy[system] = append(s.foundBy[system], kind)
	}
}

// witness remembers another person's row that came into view: it must look the same afterwards.
func (s *survey) witness(c *datamap.Collection, key []any) {
	if s.witnesses[c] == nil {
		s.witnesses[c] = &tuples{fields: c.Key}
	}
	if len(s.witnesses[c].list) < 100 {
		s.witnesses[c].add(connectors.Tuple{Values: key})
	}
}

func textOf(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case []byte:
		return string(x)
	}
	return fmt.Sprint(v)
}

func (s *survey) progress(system string) {
	if s.in.Progress != nil {
		s.in.Progress(system)
	}
}

// guardRoots stops where more rows name the person than the map expects of one person.
func (s *survey) guardRoots() {
	for _, c := range s.Graph.Collections() {
		if n := len(s.roots[c]); c.RootRows > 0 && n > c.RootRows {
			s.attend(plan.Attention{Code: "guard", System: c.System.Name, Collection: c.Name, Rows: int64(n), Blocks: true,
				Text: fmt.Sprintf("%d rows name this person, where the map expects at most %d; look, then raise guards: in the map with a reason", n, c.RootRows)})
		}
	}
}
