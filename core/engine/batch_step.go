package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// group is whom a step of several requests is for.
type group struct {
	members []state.BatchMember     // of the batch, by person
	persons []int                   // of those the work in hand is of, by the person of its tuples
	apart   map[string]map[int]bool // by system, who stands alone there, and whether that is done
}

// groupWork is work of several, as it is sealed.
type groupWork struct {
	Persons []int // of the batch, by the person of the work's tuples
	Work    planner.Work
}

// groupEdge is the name under which the frames of a batch's work stand: of all members, or of some of them in one system.
func groupEdge(system, part string) string {
	if part == "" {
		return workEdge
	}
	return fmt.Sprintf("%s/%s/%s", workEdge, system, part)
}

// openGroup reads whom a shared step is for. What a step needs of a request, it has of all: the right, and a key.
func (j *job) openGroup(ctx context.Context) error {
	b, doc, err := j.batchBegun(ctx, j.Batch)
	if err != nil {
		return err
	}
	j.group = &group{members: b.members}
	if j.group.apart, err = j.standApart(ctx, b.members); err != nil {
		return err
	}
	j.open = &open{Request: state.Request{ID: j.Batch, Right: doc.Right}, Content: &request.Request{ID: j.Batch, Right: request.Right(doc.Right)}}
	if b.DEK == nil {
		return nil // it has ended
	}
	if j.open.Key, err = j.Ring.Unwrap(b.DEK); err != nil {
		return fmt.Errorf("batch %s: %w", j.Batch, err)
	}
	return nil
}

// standApart reads who of a batch stands alone where.
func (j *job) standApart(ctx context.Context, members []state.BatchMember) (map[string]map[int]bool, error) {
	steps, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Step, error) { return tx.ApartSteps(j.Batch) })
	out, at := map[string]map[int]bool{}, map[string]int{}
	for _, m := range members {
		at[m.Request] = m.N
	}
	for _, s := range steps {
		if s.Phase != phaseVerify {
			continue
		}
		if out[s.System] == nil {
			out[s.System] = map[int]bool{}
		}
		done := s.State == state.StepVerified || s.State == state.StepDone
		if was, met := out[s.System][at[s.Request]]; met { // a plan of its own took over
			done = done && was
		}
		out[s.System][at[s.Request]] = done
	}
	return out, err
}

// recallShared gives the work of a shared step; nil where everything has ended, or it is still to be made.
func (j *job) recallShared(ctx context.Context) (*planner.Work, error) {
	edge := groupEdge(j.System, j.Part)
	if j.Phase == phaseClose {
		return nil, nil
	}
	if j.last.work != nil && j.last.plan == j.Step.Plan && j.last.edge == edge {
		j.group.persons = j.last.persons
		return j.last.work, nil
	}
	g, err := j.groupWork(ctx, j.open, edge)
	if err == nil && g == nil {
		j.group.persons = slices.DeleteFunc(allOf(len(j.group.members)), func(p int) bool { return !partHas(j.Part, p) })
	}
	if err != nil || g == nil {
		return nil, err
	}
	j.last.plan, j.last.edge, j.last.work, j.last.persons = j.Step.Plan, edge, &g.Work, g.Persons
	j.group.persons = g.Persons
	return &g.Work, nil
}

// groupWork reads work of a batch; nil where it was not made yet.
func (e *Engine) groupWork(ctx context.Context, batch *open, edge string) (*groupWork, error) {
	frames, err := read(ctx, e, func(tx *state.Tx) ([]state.Frame, error) { return tx.BatchFrames(batch.ID, "", edge) })
	if err != nil || len(frames) == 0 {
		return nil, err
	}
	return unpackWork[groupWork](batch.Key, batch.ID, frames)
}

// persons are those of the batch the step's work is of; nil for a step of one request.
func (j *job) persons() []int {
	if j.group == nil {
		return nil
	}
	return j.group.persons
}

// requests are those the step is of.
func (j *job) requests() []string {
	if j.group == nil {
		return []string{j.Step.Request}
	}
	var out []string
	for _, p := range j.group.persons {
		if _, apart := j.group.apart[j.System][p]; !apart {
			out = append(out, j.group.members[p].Request)
		}
	}
	return out
}

// closeBatch ends a batch when every request of it has ended: nothing needs what was captured any more, nor the key it is sealed under.
func (j *job) closeBatch(ctx context.Context) error {
	now := j.Now()
	defer j.failpoint("closed")
	return j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		return tx.EndBatch(j.Batch, now)
	})
}

// allOf are the numbers from 0 to n-1.
func allOf(n int) []int {
	return slices.Collect(func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})
}
