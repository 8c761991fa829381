package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// sayMentions tells of other persons' rows that name this one beside theirs: an emergency contact's telephone is data of the
// contact too (third_person with identifier). Such a row is never this person's, so nothing of it leaves or changes by itself;
// a person decides what of it is answered.
func (s *survey) sayMentions() error {
	if s.in.Request.Right == request.Portability { // not the person's own input
		return nil
	}
	for _, c := range s.Graph.Collections() {
		open := s.system(c)
		if open == nil || c.DerivedFrom != nil || !s.terms.SystemInScope(c.System) {
			continue
		}
		var fields []string
		sel := connectors.Selection{Collection: graph.Place(c), Where: but(s.ours(c))}
		for _, f := range c.Fields {
			if texts := s.namedBy(f); len(texts) > 0 {
				fields = append(fields, f.Name)
				sel.Any = append(sel.Any, connectors.Match{Fields: []string{f.Name}, Values: tuplesOf(texts), Folded: f.Identifier.FoldsCase() && open.Card.Folds})
			}
		}
		if len(fields) == 0 {
			continue
		}
		if s.voice != nil { // most are mentioned nowhere, and to ask who is not takes no condition of one's own
			n, err := s.countIn(c, connectors.Selection{Collection: sel.Collection, Any: sel.Any})
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
		}
		n, err := open.Count(s.ctx, sel)
		if err := s.unreached(c, err); err != nil {
			return err
		}
		if len(n) > 0 && n[0] > 0 {
			s.attend(plan.Attention{Code: "mentioned", System: c.System.Name, Collection: c.Name, Rows: n[0],
				Text: fmt.Sprintf("another person's row names this one in %s; nothing is done with it, a person decides what of it is answered", strings.Join(fields, " and "))})
		}
	}
	return nil
}

// namedBy are the spellings under which a field that names another than the row's person may name this one.
func (s *survey) namedBy(f *datamap.Field) []string {
	if f.Identifier == nil || f.ThirdPerson == "" {
		return nil
	}
	var out []string
	if known := s.known[f.Identifier.Name]; known != nil {
		out = append(out, known.texts()...)
	}
	if given := s.given[f.Identifier.Name]; given != nil {
		for _, n := range given.order {
			if given.verified[n] {
				out = append(out, given.raw[n]...)
			}
		}
	}
	return slices.Compact(out)
}
