package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

type requestCmd struct {
	New    requestNewCmd    `cmd:"" help:"Print a template of a request."`
	List   requestListCmd   `cmd:"" help:"The register, by due date."`
	Show   requestShowCmd   `cmd:"" help:"Where a request stands."`
	Wait   requestWaitCmd   `cmd:"" help:"Work and wait until a request is done or waits for a person."`
	Note   requestNoteCmd   `cmd:"" help:"Append an event."`
	Reject requestRejectCmd `cmd:"" help:"Refuse a request."`
	Settle requestSettleCmd `cmd:"" help:"Answer for a system that cannot answer itself."`
	Resume requestResumeCmd `cmd:"" help:"Take up again what waits."`
	Cancel requestCancelCmd `cmd:"" help:"End a request before anything was taken away."`
}

type requestNewCmd struct {
	Right string `arg:"" enum:"access,portability,rectification,erasure,restriction,lift,objection,withdrawal" help:"Which right."`
}

// Run prints a template.
func (c requestNewCmd) Run(_ context.Context, a *app) error {
	text, err := request.Template(request.Right(c.Right), a.now().Format("2006")+"-000001", a.now())
	if err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

type requestListCmd struct {
	In        []string `help:"Only requests in these states." placeholder:"STATE" enum:"received,waiting,planned,approved,running,done,refused,cancelled"`
	Right     string   `help:"Only this right." placeholder:"RIGHT" default:"" enum:",access,portability,rectification,erasure,restriction,lift,objection,withdrawal"`
	Attention bool     `help:"Only those a person must look at."`
	Batch     string   `help:"Only those of this batch." placeholder:"NAME"`
}

// Run lists the register.
func (c requestListCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if c.Batch != "" {
		if batch, err := e.IsBatch(ctx, c.Batch); err != nil {
			return err
		} else if !batch {
			return usagef("dossier request list names them", "there is no batch %s", c.Batch)
		}
	}
	list, err := e.Requests(ctx, state.RequestFilter{States: c.In, Right: c.Right, Attention: c.Attention, Batch: c.Batch})
	if err != nil {
		return err
	}
	return view.Requests(a.out, list, a.now(), a.JSON)
}

type requestShowCmd struct {
	ID    string `arg:"" help:"A request, or a batch."`
	Watch bool   `help:"Show it again whenever it changes, until it is closed."`
}

// Run shows one request.
func (c requestShowCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	return either(ctx, e, c.ID, func() error {
		if c.Watch {
			return usagef("dossier request show "+c.ID, "a batch is not watched, each of its requests is")
		}
		return a.showBatchStanding(ctx, e, c.ID)
	}, func() error {
		if c.Watch {
			return a.watch(ctx, e, c.ID)
		}
		return a.showRequest(ctx, e, c.ID)
	})
}

// watch shows a request whenever it changes, until it is closed: on a terminal in place, elsewhere one after the other, as
// JSON one value a line.
func (a *app) watch(ctx context.Context, e *engine.Engine, id string) error {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for last := ""; ; {
		s, err := e.Standing(ctx, id)
		if err != nil {
			return err
		}
		b, err := json.Marshal(s)
		if err != nil {
			return err
		}
		if string(b) != last {
			if a.JSON {
				_, err = fmt.Fprintf(a.out, "%s\n", b)
			} else {
				view.Again(a.out, last == "")
				err = view.Standing(a.out, s, a.standing(ctx, e, s))
			}
			if err != nil {
				return err
			}
			last = string(b)
		}
		if request.State(s.State).Closed() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

func (a *app) zone(e *engine.Engine) *time.Location { return e.Planner.Graph.Map.Zone }

// standing is what a standing is read with.
func (a *app) standing(ctx context.Context, e *engine.Engine, s *engine.Standing) view.StandingContext {
	c := view.StandingContext{Now: a.now(), Zone: a.zone(e)}
	if p, err := e.CurrentPlan(ctx, s.ID); err == nil {
		c.Approval = e.Approval(p)
	}
	asked := e.Asked(ctx, s.ID)
	c.IdentifiedAt, c.IdentifiedBy = asked.IdentifiedAt, asked.IdentifiedBy
	return c
}

// showRequest prints where a request stands and answers with the exit code it means.
func (a *app) showRequest(ctx context.Context, e *engine.Engine, id string) error {
	s, err := e.Standing(ctx, id)
	if err != nil {
		return err
	}
	if a.JSON {
		err = view.JSON(a.out, s)
	} else {
		err = view.Standing(a.out, s, a.standing(ctx, e, s))
	}
	if err != nil {
		return err
	}
	if !request.State(s.State).Closed() && s.WaitsFor != "" && s.WaitsFor != string(request.ForApproval) {
		return waits{s.WaitsFor}
	}
	return nil
}
