package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// A batch is several requests of one right planned and carried out together: one set of steps for all, one handshake with each
// system, and of each request its own plan, outcome and receipt, as if it had been alone.

// BatchPlan reads the current plan of a batch.
func (e *Engine) BatchPlan(ctx context.Context, name string) (*plan.Batch, error) {
	stored, err := e.batchPlan(ctx, name)
	if err != nil {
		return nil, err
	}
	return batchDocument(stored)
}

func (e *Engine) batchPlan(ctx context.Context, name string) (state.Plan, error) {
	stored, err := read(ctx, e, func(tx *state.Tx) (state.Plan, error) { return tx.CurrentBatchPlan(name) })
	if errors.Is(err, state.ErrNotFound) {
		err = hint(fmt.Errorf("there is no batch %s: %w", name, state.ErrNotFound), "dossier plan REQUEST REQUEST …")
	}
	return stored, err
}

func batchDocument(stored state.Plan) (*plan.Batch, error) {
	var b plan.Batch
	if err := json.Unmarshal(stored.Document, &b); err != nil {
		return nil, fmt.Errorf("plan of batch %s: %w", stored.Batch, err)
	}
	return &b, nil
}

// BatchWith is the batch whose plan has that digest, or [state.ErrNotFound].
func (e *Engine) BatchWith(ctx context.Context, digest string) (string, error) {
	return read(ctx, e, func(tx *state.Tx) (string, error) {
		p, err := tx.PlanByDigest(digest)
		if err == nil && p.Request != "" {
			err = fmt.Errorf("plan %s is not of a batch: %w", digest, state.ErrNotFound)
		}
		return p.Batch, err
	})
}

// IsBatch says whether a name stands for a batch.
func (e *Engine) IsBatch(ctx context.Context, name string) (bool, error) {
	return read(ctx, e, func(tx *state.Tx) (bool, error) {
		_, err := tx.CurrentBatchPlan(name)
		if errors.Is(err, state.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	})
}

// BatchApproval is who may approve a batch's plan, as [Engine.Approval]: what one of its members' plans needs, all need.
func (e *Engine) BatchApproval(ctx context.Context, b *plan.Batch) (string, error) {
	if len(b.Requests) == 0 {
		return "nobody", nil
	}
	need := "nobody"
	rank := map[string]int{"": 0, "nobody": 0, "anybody": 1, "another_person": 2}
	return need, e.DB.Read(ctx, func(tx *state.Tx) error {
		for _, m := range b.Requests {
			stored, err := tx.PlanByDigest(m.Digest)
			if err != nil {
				return err
			}
			var p plan.Plan
			if err := json.Unmarshal(stored.Document, &p); err != nil {
				return fmt.Errorf("plan of %s: %w", m.Request, err)
			}
			if n := e.Approval(&p); rank[n] > rank[need] {
				need = n
			}
		}
		return nil
	})
}

// alone refuses to approve or to start by itself a plan that was made in a batch: rows its person owns with others of the batch go in it
// because the others leave too.
func alone(p state.Plan) error {
	if p.Batch == "" || p.State == state.PlanApplied {
		return nil
	}
	return hint(fmt.Errorf("request %s is planned together with others, in batch %s: %w by itself", p.Request, p.Batch, ErrState),
		"dossier apply %s, or, to take it out of the batch: dossier plan %s", p.Batch, p.Request)
}

var batchNames = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
var manyDigits = regexp.MustCompile(`[0-9]{11}`)

// batchName is the name a batch is planned under: the one given, or, without one, a new one of the day.
func (e *Engine) batchName(ctx context.Context, name string, now time.Time) (string, error) {
	return name, e.DB.Read(ctx, func(tx *state.Tx) error {
		if name == "" {
			for n := 1; ; n++ {
				name = fmt.Sprintf("batch-%s-%d", now.In(e.Planner.Graph.Map.Zone).Format(time.DateOnly), n)
				if free, err := noSuchName(tx, name); free || err != nil {
					return err
				}
			}
		}
		if !batchNames.MatchString(name) || manyDigits.MatchString(name) {
			return hint(errors.New("a batch has a name of letters, digits, . _ - and at most 64 of them, as a request"), "without one it is given one")
		}
		switch _, err := tx.Request(name); {
		case err == nil:
			return hint(fmt.Errorf("%s is a request, not a batch: %w", name, ErrConflict), "give the batch another name")
		case !errors.Is(err, state.ErrNotFound):
			return err
		}
		p, err := tx.CurrentBatchPlan(name)
		if err == nil && p.State == state.PlanApplied {
			return hint(fmt.Errorf("batch %s is carried out already: %w", name, ErrState), "give the new one another name")
		}
		if errors.Is(err, state.ErrNotFound) {
			err = nil
		}
		return err
	})
}

func noSuchName(tx *state.Tx, name string) (bool, error) {
	_, err := tx.CurrentBatchPlan(name)
	if errors.Is(err, state.ErrNotFound) {
		_, err = tx.Request(name)
	}
	if errors.Is(err, state.ErrNotFound) {
		return true, nil
	}
	return false, err
}

// member is a request of a batch, opened, with its place in it and its plan there.
type member struct {
	*open
	stored state.Plan
	plan   *plan.Plan
}

// members open the requests of a batch. Wipe their keys after use.
type members []*member

func (ms members) wipe() {
	for _, m := range ms {
		if m != nil && m.open != nil {
			m.Key.Wipe()
		}
	}
}

func (e *Engine) openMembers(ctx context.Context, ids []string) (ms members, err error) {
	for _, id := range ids {
		o, err := e.openRequest(ctx, id)
		if err != nil {
			ms.wipe()
			return nil, err
		}
		ms = append(ms, &member{open: o})
	}
	return ms, nil
}

// makeBatch plans members together; standIns is the key placeholders are made under.
func (e *Engine) makeBatch(ctx context.Context, ms members, standIns keys.DataKey, asOf time.Time, without []string) (*planner.Batch, []planner.Member, error) {
	var in []planner.Member
	for _, m := range ms {
		one, err := e.input(ctx, m.open, asOf, without)
		if err != nil {
			return nil, nil, err
		}
		root, err := m.Key.Derive("roots")
		if err != nil {
			return nil, nil, err
		}
		in = append(in, planner.Member{Input: one, RootKey: root})
	}
	p := *e.Planner
	var err error
	if p.StandInKey, err = standIns.Derive("stand-ins"); err != nil {
		return nil, nil, err
	}
	made, err := p.MakeBatch(ctx, in)
	if errors.Is(err, planner.ErrUnlike) {
		err = hint(err, "plan those that differ by themselves: dossier plan ID")
	}
	return made, in, err
}
