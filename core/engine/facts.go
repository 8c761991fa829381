package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// issue writes the receipt of a request that ends: what was done in each system and how that is known.
func (e *Engine) issue(tx *state.Tx, id string, p *plan.Plan, outcome request.Outcome, now time.Time) error {
	signer, err := e.Ring.Signer()
	if err != nil {
		return err
	}
	x, err := tx.Request(id)
	if err != nil {
		return err
	}
	stored, err := tx.CurrentPlan(id)
	if err != nil {
		return err
	}
	f := journal.Facts{Request: id, Number: x.Number, Controller: x.Controller, Right: x.Right, Ground: x.Ground, Outcome: string(outcome),
		ReceivedAt: x.ReceivedAt.UTC(), ClosedAt: now.UTC(), Map: p.Map, Plans: []journal.PlanFacts{{Digest: p.Digest, AsOf: p.AsOf.UTC()}}}
	for _, a := range stored.Approvals {
		f.Plans[0].ApprovedAt = append(f.Plans[0].ApprovedAt, a.At.UTC())
	}
	more, err := tx.Supplements(stored.ID)
	if err != nil {
		return err
	}
	plans := []*plan.Plan{p}
	for _, s := range more {
		var one plan.Plan
		if err := json.Unmarshal(s.Document, &one); err != nil {
			return err
		}
		plans = append(plans, &one)
		facts := journal.PlanFacts{Digest: s.Digest, AsOf: s.AsOf.UTC()}
		for _, a := range s.Approvals {
			facts.ApprovedAt = append(facts.ApprovedAt, a.At.UTC())
		}
		f.Plans = append(f.Plans, facts)
	}
	if f.Systems, err = systemFacts(tx, stored, p); err != nil {
		return err
	}
	of, states := id, []string(nil)
	if p.Due != nil { // what it took up is gone; what stays of it still has the first request's items
		of, states, f.Due = p.Due.Of, undone, &journal.DueFacts{Of: p.Due.Of, Items: p.Due.Items}
	}
	dues, err := tx.Dues(state.DueFilter{Request: of, States: states})
	if err != nil {
		return err
	}
	for _, d := range dues {
		f.Kept = append(f.Kept, journal.KeptFacts{System: d.System, Collection: d.Collection, Rule: d.Rule, Law: d.Law, Until: d.Until, Count: d.Count})
	}
	notices, err := tx.Notices(id)
	if err != nil {
		return err
	}
	for _, n := range notices {
		f.Recipients = append(f.Recipients, journal.NoticeFacts{Recipient: n.Recipient, Event: n.Event, State: n.State})
	}
	if f.Decisions, err = decisions(tx, id, plans); err != nil {
		return err
	}
	t, err := tx.TombstoneOf(id)
	if err == nil {
		f.Tombstone = t.State
	} else if !errors.Is(err, state.ErrNotFound) {
		return err
	}
	_, err = journal.Issue(tx, signer, f, now)
	return err
}

// decisions are what people answered where neither plan nor verification could decide, in the order they were asked; of what planning
// asked, what the plans carried out rest on. What somebody did on paper stands with its system, what was told with the recipients.
func decisions(tx *state.Tx, id string, plans []*plan.Plan) ([]journal.Decision, error) {
	tasks, err := tx.Tasks(state.TaskFilter{Request: id})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(tasks, func(a, b state.Task) int { return cmp.Compare(a.ID, b.ID) })
	var out []journal.Decision
	for _, t := range tasks {
		switch TaskKind(t.Kind) {
		case TaskManual, TaskReview, TaskNotify:
			continue
		}
		if t.State == state.TaskOpen || t.State == state.TaskCancelled || t.OfPlanning() && !restedOn(t, plans...) {
			continue
		}
		answer := saidOf(t)
		d := journal.Decision{Kind: t.Kind, System: t.System, Collection: t.Collection, Items: taskDetailOf(t).Items, Except: len(answer.Except), Evidence: len(answer.Files), Answer: t.State, By: t.AnsweredBy, At: t.AnsweredAt.UTC()}
		if because := answer.Because; because != "" {
			d.Because = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(because)))
		}
		out = append(out, d)
	}
	return out, nil
}

// systemFacts are the systems of the plan with their counts and the times they were checked.
func systemFacts(tx *state.Tx, stored state.Plan, p *plan.Plan) ([]journal.SystemFacts, error) {
	s := &Standing{ID: stored.Request}
	if err := systemStandings(tx, s, stored, p); err != nil {
		return nil, err
	}
	counts, err := countsOf(tx, stored)
	if err != nil {
		return nil, err
	}
	more, err := tx.Supplements(stored.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range more {
		of, err := countsOf(tx, x)
		if err != nil {
			return nil, err
		}
		counts = append(counts, of...)
	}
	var out []journal.SystemFacts
	for _, y := range s.Systems {
		f := journal.SystemFacts{Name: y.Name, State: y.State, Unproven: unprovenFacts(y.Unproven)}
		if y.AnsweredBy != "" || y.Answer == state.TaskRefused {
			f.Evidence = y.Evidence
			f.AnsweredFor = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(y.Why)))
		}
		if y.VerifiedAt != nil {
			f.VerifiedAt, f.VerifiedBy = y.VerifiedAt.UTC(), "machine"
		}
		if y.ConfirmedAt != nil {
			f.VerifiedAt, f.VerifiedBy, f.ConfirmedBy, f.Answer = y.ConfirmedAt.UTC(), "person", y.ConfirmedBy, y.Answer
		}
		if y.SettledAt != nil {
			f.SettledAt = y.SettledAt.UTC()
		}
		for _, c := range counts {
			if c.System == y.Name {
				f.Counts = append(f.Counts, journal.CountFacts{Collection: c.Collection, Treatment: c.Treatment, Committed: c.Committed, Inferred: c.Inferred})
			}
		}
		out = append(out, f)
	}
	return out, nil
}
