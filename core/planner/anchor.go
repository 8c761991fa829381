package planner

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Anchor is a row that an erasure left standing: one that names the person, or a shell. Print is how it looked when that was done: a
// row that looks otherwise may be another person's by now, whom a store gave the same key.
type Anchor struct {
	Root
	Person int
	Names  bool // it names the person
	Print  string
}

// FoundKept is the kind under which a plan says that rows were found by what an earlier erasure kept.
const FoundKept = "kept"

// anchor takes the rows an earlier erasure kept as the person's, where they stand as they did then. One that has changed is taken
// only where an identifier leads to it; else a person looks.
func (s *survey) anchor() error {
	var roots []Root
	var anchors []Anchor
	for _, a := range s.in.Anchors {
		sys := s.Graph.Map.System(a.System)
		if sys == nil || sys.Collection(a.Collection) == nil || a.Print == "" || s.reached(sys) == nil {
			continue // the map speaks of it no more, or it cannot be asked
		}
		roots, anchors = append(roots, a.Root), append(anchors, a)
	}
	prints, err := s.Prints(s.ctx, s.in.PrintKey, roots)
	if err != nil {
		return err
	}
	for i, a := range anchors {
		c := s.Graph.Map.System(a.System).Collection(a.Collection)
		r := root{key: a.Key, person: a.Person, anchored: true}
		same := hmac.Equal([]byte(prints[i]), []byte(a.Print))
		if same && a.Shell {
			if s.lapsed[c] == nil {
				s.lapsed[c] = &tuples{fields: c.Key}
			}
			s.lapsed[c].add(connectors.Tuple{Values: a.Key})
		}
		switch {
		case prints[i] == "" || !a.Names:
		case !same:
			s.changed = append(s.changed, a)
		case !s.isRoot[c][rowID(r)]:
			if s.isRoot[c] == nil {
				s.isRoot[c] = map[string]bool{}
			}
			s.isRoot[c][rowID(r)] = true
			s.roots[c] = append(s.roots[c], r)
			s.found(c.System.Name, FoundKept)
		}
	}
	return nil
}

// butLapsed is held, of c, but for the shells of an earlier erasure: their period was over then, and the dates that told it are gone.
func (s *survey) butLapsed(c *datamap.Collection, held connectors.Cond) connectors.Cond {
	if isNever(held) || s.lapsed[c].empty() {
		return held
	}
	return connectors.AllOf(held, connectors.NotThat(among(c.Key, s.lapsed[c].list)))
}

// unanchored says which anchors that changed no identifier has led to either. They are left alone whatever anybody says, for nothing is left that
// tells whose they are; approving the plan decides that the rest goes on without them.
func (s *survey) unanchored() {
	for _, a := range s.changed {
		c := s.Graph.Map.System(a.System).Collection(a.Collection)
		if s.isRoot[c][rowID(root{key: a.Key})] {
			continue
		}
		s.attend(plan.Attention{Code: "reused_key", System: a.System, Collection: a.Collection, Rows: 1, Asks: s.in.Due != nil,
			Text: fmt.Sprintf("a row of %s/%s that was kept for this person does not look as it did then; it may be somebody else's by now and is left alone", a.System, a.Collection)})
	}
}

// Prints are keyed hashes of how rows look now, in their order: of what nobody but their own person's requests change. "" where a row is
// not there, or has no key that lasts (a row of a file).
func (p *Planner) Prints(ctx context.Context, key []byte, roots []Root) ([]string, error) {
	out := make([]string, len(roots))
	in := map[*datamap.Collection][]int{}
	var order []*datamap.Collection
	for i, r := range roots {
		sys := p.Graph.Map.System(r.System)
		if sys == nil || sys.Collection(r.Collection) == nil {
			continue
		}
		c := sys.Collection(r.Collection)
		if c.Rows != nil || !slices.Equal(r.Fields, c.Key) {
			continue
		}
		if in[c] == nil {
			order = append(order, c)
		}
		in[c] = append(in[c], i)
	}
	for _, c := range order {
		open := p.Systems[c.System.Name]
		if open == nil || open.Store == nil {
			return nil, fmt.Errorf("%s is not open: %w", c.System.Name, connectors.ErrTryLater)
		}
		var keys []connectors.Tuple
		at := map[string][]int{}
		for _, i := range in[c] {
			t := connectors.Tuple{Values: roots[i].Key}
			keys = append(keys, t)
			at[t.ID()] = append(at[t.ID()], i)
		}
		sel := connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: c.Key, Values: keys}}, Fields: witnessed(c)}
		err := open.Each(ctx, sel, func(_ int, vs []any) error {
			mac := hmac.New(sha256.New, key)
			_, _ = fmt.Fprintf(mac, "dossier/kept/v1\x00%s\x00%s\x00%s\x00%s", c.System.Name, c.Name, strings.Join(sel.Fields, "\x00"), connectors.Tuple{Values: vs}.ID())
			for _, i := range at[connectors.Tuple{Values: vs[:len(c.Key)]}.ID()] {
				out[i] = fmt.Sprintf("%x", mac.Sum(nil)[:16])
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Address(), err)
		}
	}
	return out, nil
}
