package planner

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// proves says whether a field shows that consent was given or withdrawn: it stays when the consent ends, until claims are barred (art. 7(1);
// Code A.III.9).
func (s *survey) proves(f *datamap.Field) bool {
	return s.terms.Stops && len(f.Rules) == 0 && f.Category != nil && f.Category.Name == "correspondence.consent"
}

// keepProof lets rows with such a field stay as shells that hold it.
func (s *survey) keepProof(f *fate) {
	for _, field := range f.c.Fields {
		if s.proves(field) {
			f.fields[field] = connectors.NotThat(connectors.NullField(field.Name))
		}
	}
}

// listProof says of the shells of c that hold such a proof why and until when they stay.
func (s *survey) listProof(f *fate) error {
	var some []connectors.Cond
	for _, field := range f.c.Fields {
		if s.proves(field) {
			some = append(some, f.fields[field])
		}
	}
	open := s.system(f.c)
	if len(some) == 0 || open == nil || f.shellRows == 0 {
		return nil
	}
	n, err := open.Count(s.ctx, s.reach(f.c, append(but(f.held, f.shared), anyOf(some...))...))
	if err != nil {
		return s.unreached(f.c, err)
	}
	if n[0] > 0 {
		r := keptReason{rows: n[0], last: s.Graph.Map.Tombstone.Proof.Add(s.terms.Today()),
			reason: plan.Reason{Code: plan.Consent, Law: s.Graph.Map.Tombstone.Because, Explain: "proof that consent was given and withdrawn"}}
		r.days = map[string]int64{r.end().Date: n[0]}
		f.reasons = append(f.reasons, r)
		if r.longer(f.lastKept) {
			f.lastKept = r
		}
	}
	return nil
}
