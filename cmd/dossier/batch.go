package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/state"
)

// asked are the requests a command plans, and whether together.
type asked struct {
	*given
	together bool
	name     string // of the batch; "" one is given
}

var batchNames = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// free refuses a name no batch can be planned under, before anything is registered.
func free(ctx context.Context, e *engine.Engine, name string) error {
	if name == "" {
		return nil
	}
	if !batchNames.MatchString(name) {
		return usagef("--batch leaving-2026; without it a name is given", "the name of a batch is of letters, digits, . _ and -, at most 64")
	}
	switch _, err := e.Request(ctx, name); {
	case err == nil:
		return usagef("give the batch another name", "%s is a request, not a batch", name)
	case !errors.Is(err, state.ErrNotFound):
		return err
	}
	s, err := e.BatchStanding(ctx, name)
	switch {
	case errors.Is(err, state.ErrNotFound):
		return nil
	case err == nil && s.StartedAt != nil:
		return usagef("give the new one another name; dossier request show "+name+" shows that one", "batch %s is carried out already", name)
	}
	return err
}

// either does what is asked of a batch, or of a request.
func either(ctx context.Context, e *engine.Engine, id string, batch, one func() error) error {
	is, err := e.IsBatch(ctx, id)
	switch {
	case err != nil:
		return err
	case is:
		return batch()
	}
	return one()
}

// asked reads what is to be planned and refuses what cannot be, before anything is registered. The name of a batch stands for its requests.
func (a *app) asked(ctx context.Context, e *engine.Engine, args []string, name string, without []string) (*asked, error) {
	if err := mayLeave(e, without); err != nil {
		return nil, err
	}
	if err := free(ctx, e, name); err != nil {
		return nil, err
	}
	if len(args) == 1 && !isFile(args[0]) {
		if batch, err := e.IsBatch(ctx, args[0]); err != nil {
			return nil, err
		} else if batch {
			return a.askedAgain(ctx, e, args[0], name)
		}
	}
	g, err := a.givenBy(ctx, e, args)
	if err != nil {
		return nil, err
	}
	x := &asked{given: g, together: name != "" || g.several(), name: name}
	if !x.together {
		return x, nil
	}
	return x, e.MayGoTogether(ctx, g.read, g.known)
}

// askedAgain are the requests of a batch that is planned once more.
func (a *app) askedAgain(ctx context.Context, e *engine.Engine, batch, name string) (*asked, error) {
	if name != "" && name != batch {
		return nil, usagef("name its requests: dossier plan ID ID … --batch "+name, "%s is a batch already, and keeps its name", batch)
	}
	b, err := e.BatchPlan(ctx, batch)
	if err != nil {
		return nil, err
	}
	g := &given{}
	for _, m := range b.Requests {
		g.ids = append(g.ids, m.Request)
	}
	g.known = g.ids
	return &asked{given: g, together: true, name: batch}, nil
}

// planTogether registers what was read, opens the systems and makes a batch plan.
func (a *app) planTogether(ctx context.Context, e *engine.Engine, asked *asked, opt engine.PlanOptions) (*plan.Batch, error) {
	if len(asked.read) > 1 {
		a.tell("registering " + view.Plural(int64(len(asked.read)), "request"))
	}
	if err := a.enter(ctx, e, asked.given); err != nil {
		return nil, err
	}
	if err := a.openPlanning(ctx, e, opt.Without); err != nil {
		return nil, err
	}
	made, err := e.PlanBatch(ctx, asked.name, asked.ids, opt)
	a.quieten()
	var waiting engine.Waiting
	if errors.As(err, &waiting) {
		return nil, waitsBecause{err}
	}
	if err != nil {
		return nil, err
	}
	return made.Plan, nil
}

// planBatch plans several requests together and shows the plan.
func (a *app) planBatch(ctx context.Context, e *engine.Engine, asked *asked, opt engine.PlanOptions, output string) error {
	b, err := a.planTogether(ctx, e, asked, opt)
	if err != nil {
		return err
	}
	if output != "" {
		if err := writeNew(output, b); err != nil {
			return err
		}
	}
	if err := a.showBatch(ctx, e, b, true); err != nil {
		return err
	}
	switch {
	case len(b.Requests) == 0:
		return waits{"person"}
	case !b.Complete:
		return waits{"store"}
	}
	return nil
}

// showBatch prints a batch plan as JSON or for a person; open says that the command that carries it out is worth naming.
func (a *app) showBatch(ctx context.Context, e *engine.Engine, b *plan.Batch, open bool) error {
	if a.JSON {
		return view.JSON(a.out, b)
	}
	need, err := e.BatchApproval(ctx, b)
	if err != nil {
		return err
	}
	c := view.BatchContext{Now: a.now(), Zone: a.zone(e), Approval: need, Open: open}
	for i, m := range b.Requests {
		x, err := e.Request(ctx, m.Request)
		if err != nil {
			return err
		}
		if c.DueFirst == "" || x.DueStrict < c.DueFirst {
			c.DueFirst = x.DueStrict
		}
		if i == 0 {
			c.Scope = view.Scope(e.Asked(ctx, m.Request).Scope)
		}
	}
	if open && len(b.Requests) > 0 {
		if s, err := e.BatchStanding(ctx, b.Batch); err == nil {
			c.Open = s.StartedAt == nil && s.Digest == b.Digest
		}
	}
	view.Batch(a.out, b, c)
	return nil
}

// applyBatch approves a batch plan, where a digest is given for that, and carries it out.
func (a *app) applyBatch(ctx context.Context, e *engine.Engine, name, digest, approve string) error {
	b, err := e.BatchPlan(ctx, name)
	if err != nil {
		return err
	}
	if approve != "" {
		whole, err := wholeDigest(approve, name, func() (string, error) { return b.Digest, nil })
		if err != nil {
			return err
		}
		if err := e.ApproveBatch(ctx, name, whole); err != nil {
			return err
		}
	}
	return a.carryOutBatch(ctx, e, b, digest)
}

// carryOutBatch starts a batch plan and works until nothing is due, then shows how it stands.
func (a *app) carryOutBatch(ctx context.Context, e *engine.Engine, b *plan.Batch, digest string) error {
	if err := e.StartBatch(ctx, b.Batch, digest); err != nil {
		if errors.Is(err, engine.ErrNotApproved) {
			if need, nerr := e.BatchApproval(ctx, b); nerr == nil {
				err = hinted(err, view.ApplyCommand(b.Batch, b.Digest, need))
			}
		}
		return err
	}
	return a.drainBatch(ctx, e, b.Batch)
}

func (a *app) drainBatch(ctx context.Context, e *engine.Engine, name string) error {
	if err := e.DrainBatch(ctx, name); err != nil {
		return err
	}
	a.quieten()
	return a.showBatchStanding(ctx, e, name)
}

// showBatchStanding prints where a batch stands and answers with the exit code it means.
func (a *app) showBatchStanding(ctx context.Context, e *engine.Engine, name string) error {
	s, err := e.BatchStanding(ctx, name)
	if err != nil {
		return err
	}
	if a.JSON {
		err = view.JSON(a.out, s)
	} else {
		c := view.StandingContext{Now: a.now(), Zone: a.zone(e)}
		if b, perr := e.BatchPlan(ctx, name); perr == nil {
			c.Approval, _ = e.BatchApproval(ctx, b) // without it the command is named without one
		}
		err = view.BatchStanding(a.out, s, c)
	}
	if err != nil {
		return err
	}
	if w := view.BatchWaits(s); w != "" {
		return waits{w}
	}
	return nil
}

// runBatch plans several requests together and carries them out.
func (a *app) runBatch(ctx context.Context, e *engine.Engine, asked *asked, without []string, yes bool) error {
	b, err := a.planTogether(ctx, e, asked, engine.PlanOptions{Without: without})
	if err != nil {
		return err
	}
	if !a.JSON {
		if err := a.showBatch(ctx, e, b, false); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(a.out)
	}
	if len(b.Requests) == 0 {
		return waits{"person"}
	}
	need, err := e.BatchApproval(ctx, b)
	if err != nil {
		return err
	}
	if need == "another_person" {
		return hinted(fmt.Errorf("%w: the map wants another person to approve an %s", engine.ErrNotApproved, b.Right), view.ApplyCommand(b.Batch, b.Digest, need))
	}
	if b.Applicable && !yes {
		if err := a.ask(ctx, b.Right); err != nil {
			return err
		}
	}
	if need == "anybody" && b.Applicable {
		if err := e.ApproveBatch(ctx, b.Batch, b.Digest); err != nil {
			return err
		}
	}
	return a.carryOutBatch(ctx, e, b, b.Digest)
}

// cancelBatch ends every request of a batch: each by itself, as long as the batch has not begun.
func (a *app) cancelBatch(ctx context.Context, e *engine.Engine, name string) error {
	s, err := e.BatchStanding(ctx, name)
	if err != nil {
		return err
	}
	if s.StartedAt != nil {
		err = e.CancelBatch(ctx, name)
	}
	for _, m := range s.Requests {
		if err != nil || s.StartedAt != nil {
			break
		}
		err = e.Cancel(ctx, m.Request)
	}
	if err != nil {
		return err
	}
	return a.showBatchStanding(ctx, e, name)
}
