package planner

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// planDocuments leaves to people the person's documents whose own category is corrected: what is written inside one no store compares or
// changes. Where the map refuses corrections there, they stay, with its reason.
func (r *rectification) planDocuments(c *datamap.Collection) error {
	for _, ch := range r.changes {
		if c.Document == nil || c.Document.Name != ch.category {
			continue
		}
		ch.there = true
		shared, foreign, erased := r.fates[c].shared, r.foreign(c), r.goneSoon(c)
		own, joint, refer, gone := r.reach(c, but(shared, foreign, erased)...), r.reach(c, append(but(foreign), shared)...), r.reach(c, foreign), r.reach(c, append(but(foreign, shared), erased)...)
		n, err := r.system(c).Count(r.ctx, own, joint, refer, gone)
		if err != nil {
			return err
		}
		ch.met = ch.met || n[0]+n[1]+n[2]+n[3] > 0
		sp, text := &spot{change: ch, c: c}, c.Rectify.Text.In(r.lang)
		r.leave(sp, &seen{wrong: n[2]}, plan.Refer, r.elsewhere(rulesOf(c)))
		r.leave(sp, &seen{wrong: n[3]}, plan.Keep, plan.Reason{Code: plan.ToBeErased, Explain: "an erasure that is open takes it away"})
		if c.Rectify.Mode == "refuse" {
			if slices.ContainsFunc(r.spots[c], func(x *spot) bool { return x.change == ch }) {
				continue // what stands beside the document was said to stay already
			}
			r.leave(sp, &seen{wrong: n[0] + n[1]}, plan.Keep, plan.Reason{Code: plan.NotCorrected, Law: c.Rectify.Law, Explain: text})
			continue
		}
		r.documentsByHand(sp, n[0], n[1], text)
	}
	return nil
}

// documentsByHand asks the department to look into documents: the person's own, and those others own too.
func (r *rectification) documentsByHand(sp *spot, own, joint int64, text string) {
	if own+joint == 0 {
		return
	}
	why := plan.Reason{Code: plan.ByHand, Law: sp.c.Rectify.Law, Explain: text}
	if why.Explain == "" {
		why.Explain = "written in the document; a person looks, and corrects it"
	}
	r.leave(sp, &seen{wrong: own}, plan.Manual, why)
	r.leave(sp, &seen{wrong: joint}, plan.Manual, plan.Reason{Code: plan.Shared, Explain: "another person holds it too"})
	do := append(sp.change.words(), nonEmpty(text, sp.c.Rectify.Law)...)
	do = append(do, "documents are not read by machine: look whether the old value stands in them, and correct or annotate those where it does")
	if joint > 0 {
		do = append(do, fmt.Sprintf("%d of them are another person's too: decide whether it changes for all", joint))
	}
	r.hand(Hand{Kind: "by_hand", System: sp.c.System.Name, Collection: sp.c.Name, Ref: sp.change.category + "/document", Rows: own + joint,
		Title: fmt.Sprintf("%s: %s, in the documents", sp.c.Label.In(r.lang), sp.change.label(r.lang)), Do: do})
	r.tell(sp.c, own+joint)
}
