package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/policy"
)

// judgeErasing finds what an open erasure of the same person keeps: only that is corrected (domain: when requests meet).
func (r *rectification) judgeErasing() error {
	r.erased = map[*datamap.Collection]connectors.Cond{}
	if r.in.Erasing == nil {
		return nil
	}
	s := *r.survey
	s.terms = policy.TermsOf(r.in.Erasing, r.Graph.Map, r.in.AsOf)
	fates, err := s.judgeAll()
	if err != nil {
		return err
	}
	for c, f := range fates {
		if s.byCategory() && !slices.ContainsFunc(r.spots[c], func(sp *spot) bool { return slices.ContainsFunc(sp.fields, s.asked) }) {
			continue
		}
		r.erased[c] = connectors.NotThat(f.held)
	}
	return nil
}

// goneSoon holds of rows an open erasure will take away.
func (r *rectification) goneSoon(c *datamap.Collection) connectors.Cond {
	if cond, ok := r.erased[c]; ok {
		return cond
	}
	return never
}
