package planner

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// deathDate is the built-in category of the day a person died.
const deathDate = "identity.death_date"

// lookAtPerson stops for a person to decide where the subject is a minor who acts alone or has died: the dead have no rights
// under the GDPR (recital 27), and what survivors may learn is another law's. A person is asked by a task; approving the plan answers it too.
func (s *survey) lookAtPerson() error {
	if s.in.Due != nil || s.in.Supplement != nil {
		return nil // it was looked at before
	}
	codes := request.Attention(s.in.Request, s.terms.AsOf)
	dead, err := s.died()
	if err != nil {
		return err
	}
	if dead != nil && !slices.Contains(codes, request.AttentionDeceased) {
		codes = append(codes, request.AttentionDeceased)
	}
	for _, code := range codes {
		a := plan.Attention{Code: code, Asks: true}
		switch code {
		case request.AttentionMinor:
			a.Text = "the PESEL is a minor's, who acts alone; a person decides whether a parent or guardian has to act, and approves"
		case request.AttentionDeceased:
			a.Text = "the person has died: the GDPR gives the dead no rights (recital 27); a person decides under which law this is answered, and approves"
		case request.AttentionCheckDigit:
			a.Asks, a.Text = false, "the check digit of the PESEL does not fit: a slip of the pen, or one of the few issued so; look whether it was written down rightly"
		default:
			a.Asks, a.Text = false, "the request needs a look: "+strings.ReplaceAll(code, "_", " ")
		}
		if dead != nil && code == request.AttentionDeceased {
			a.System, a.Collection = dead.System.Name, dead.Name
		}
		if a.Asks {
			a = s.settle(a)
		}
		s.attend(a)
	}
	return nil
}

// died gives the collection one of whose rows that name the person says that they died; nil where none does.
func (s *survey) died() (*datamap.Collection, error) {
	for _, c := range s.Graph.Collections() {
		i := slices.IndexFunc(c.Fields, func(f *datamap.Field) bool {
			return f.Category != nil && f.Category.Name == deathDate && f.ThirdPerson == ""
		})
		open := s.system(c)
		if i < 0 || len(s.roots[c]) == 0 || open == nil {
			continue
		}
		n, err := open.Count(s.ctx, connectors.Selection{Collection: graph.Place(c), Any: s.rootMatches(c, 0, nil),
			Where: []connectors.Cond{connectors.NotThat(connectors.NullField(c.Fields[i].Name))}})
		if err := s.unreached(c, err); err != nil {
			return nil, err
		}
		if len(n) > 0 && n[0] > 0 {
			return c, nil
		}
	}
	return nil, nil
}
