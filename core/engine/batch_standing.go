package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// BatchStanding is where a batch stands: what the register says of its members, and of the systems over all of them.
type BatchStanding struct {
	Format     string           `json:"format"` // dossier.batch/v1
	Batch      string           `json:"batch"`
	Right      string           `json:"right"`
	Ground     string           `json:"ground,omitempty"`
	Digest     string           `json:"digest"`
	State      string           `json:"state"` // planned, approved, running, done: when every member has ended
	PlannedAt  *time.Time       `json:"planned_at,omitempty"`
	PlannedBy  string           `json:"planned_by,omitempty"`
	ApprovedAt *time.Time       `json:"approved_at,omitempty"`
	ApprovedBy string           `json:"approved_by,omitempty"`
	StartedAt  *time.Time       `json:"started_at,omitempty"`
	Requests   []BatchMember    `json:"requests"`
	Systems    []SystemStanding `json:"systems"` // rows over all, a row of two persons once; kept: the plans' numbers
}

// BatchMember is one request of a batch.
type BatchMember struct {
	Request   string   `json:"request"`
	State     string   `json:"state"`
	WaitsFor  string   `json:"waiting_for,omitempty"`
	Why       string   `json:"waiting_why,omitempty"`
	Outcome   string   `json:"outcome,omitempty"`
	Attention []string `json:"attention,omitempty"`
}

// BatchStanding reads where a batch stands.
func (e *Engine) BatchStanding(ctx context.Context, name string) (*BatchStanding, error) {
	stored, err := e.batchPlan(ctx, name)
	if err != nil {
		return nil, err
	}
	b, err := batchDocument(stored)
	if err != nil {
		return nil, err
	}
	return read(ctx, e, func(tx *state.Tx) (*BatchStanding, error) {
		s := &BatchStanding{Format: "dossier.batch/v1", Batch: name, Right: b.Right, Ground: b.Ground, Digest: b.Digest, State: string(request.Planned),
			PlannedAt: at(stored.CreatedAt), PlannedBy: stored.CreatedBy, StartedAt: at(stored.AppliedAt), Requests: []BatchMember{}}
		if len(stored.Approvals) > 0 {
			s.ApprovedAt, s.ApprovedBy, s.State = at(stored.Approvals[0].At), stored.Approvals[0].By, string(request.Approved)
		}
		open := false
		for _, m := range b.Requests {
			x, err := tx.Request(m.Request)
			if err != nil {
				return nil, err
			}
			open = open || !request.State(x.State).Closed()
			s.Requests = append(s.Requests, BatchMember{Request: x.ID, State: x.State, WaitsFor: x.WaitingFor, Why: x.WaitingWhy, Outcome: x.Outcome, Attention: x.Attention})
		}
		if stored.State == state.PlanApplied {
			s.State = string(request.Running)
			if !open {
				s.State = string(request.Done)
			}
		}
		s.Systems, err = batchSystems(tx, stored, b)
		return s, err
	})
}

// batchSystems is how far the systems of a batch are, over all members.
func batchSystems(tx *state.Tx, stored state.Plan, b *plan.Batch) ([]SystemStanding, error) {
	steps, err := tx.SharedSteps(b.Batch)
	if err != nil {
		return nil, err
	}
	counts, err := tx.SumCounts(stored.ID, state.Total)
	if err != nil {
		return nil, err
	}
	out := []SystemStanding{}
	for _, sys := range b.Systems {
		y := systemStanding(sys.Name, sys.LeftOut, stored, steps, counts)
		for _, c := range sys.Collections {
			for _, a := range c.Actions {
				y.stays(plan.Action{Action: a.Action, Rows: a.Rows, Reason: a.Reason})
			}
		}
		if sys.Manual {
			if err := y.confirm(tx, state.TaskFilter{Batch: b.Batch}); err != nil {
				return nil, err
			}
		}
		if slices.ContainsFunc(steps, func(s state.Step) bool {
			return s.System == sys.Name && slices.Contains(detailOf(s).Codes, answeredByPerson)
		}) { // of all of them, in the same words
			for _, m := range b.Requests {
				if err := y.answered(tx, m.Request); err != nil {
					return nil, err
				}
			}
		}
		out = append(out, y)
	}
	return out, pooled(tx, b.Batch, out)
}

// stepsOf are the steps by which a plan is carried out: of one made in a batch, those its request shares with the others come first.
func stepsOf(tx *state.Tx, stored state.Plan) ([]state.Step, error) {
	own, err := tx.PlanSteps(stored.ID)
	if err != nil || stored.Batch == "" || stored.State != state.PlanApplied {
		return own, err
	}
	m, err := tx.MemberOfPlan(stored.ID)
	if err != nil {
		return nil, err
	}
	shared, err := tx.SharedSteps(stored.Batch)
	if err != nil {
		return nil, err
	}
	return append(sharedBy(shared, m.N, own), own...), nil
}

// sharedBy are those of a batch's steps that are of one member too: not of a part it is not in, nor of a system in which it stands alone.
func sharedBy(shared []state.Step, n int, own []state.Step) []state.Step {
	var out []state.Step
	for _, s := range shared {
		d := detailOf(s)
		if d.Split || !partHas(s.Part, n) || s.Phase == phaseClose {
			continue
		}
		if s.System != "" && slices.ContainsFunc(own, func(o state.Step) bool { return o.System == s.System && o.Batch == "" }) {
			continue
		}
		if d.Late > 0 {
			d.Late = d.LateOf[n]
			s.Detail = d.raw()
		}
		out = append(out, s)
	}
	return out
}

// countsOf are the counts of a plan, by the treatments it has by itself: of one made in a batch, this request's among them.
func countsOf(tx *state.Tx, stored state.Plan) ([]state.SystemCount, error) {
	own, err := tx.SumCounts(stored.ID, state.Total)
	if err != nil || stored.Batch == "" || stored.State != state.PlanApplied {
		return own, err
	}
	m, err := tx.MemberOfPlan(stored.ID)
	if err != nil {
		return nil, err
	}
	all, err := tx.CurrentBatchPlanID(stored.Batch)
	if err != nil {
		return nil, err
	}
	shared, err := tx.SumCounts(all, m.N)
	if err != nil {
		return nil, err
	}
	for _, c := range shared {
		c.Treatment, c.Person = planner.Unnamed(c.Treatment), state.Total
		i := slices.IndexFunc(own, func(o state.SystemCount) bool {
			return o.System == c.System && o.Collection == c.Collection && o.Treatment == c.Treatment
		})
		if i < 0 {
			own = append(own, c)
			continue
		}
		own[i].Planned, own[i].Prepared, own[i].Committed, own[i].Inferred = own[i].Planned+c.Planned, own[i].Prepared+c.Prepared, own[i].Committed+c.Committed, own[i].Inferred+c.Inferred
	}
	slices.SortFunc(own, func(a, b state.SystemCount) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.Treatment, b.Treatment))
	})
	return own, nil
}
