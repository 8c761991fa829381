package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

type applyCmd struct {
	Plan    string `arg:"" help:"A plan file, or the id of a request."`
	Approve string `help:"Approve the plan of this digest first." placeholder:"DIGEST"`
}

// Run carries out a plan.
func (c applyCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openEngine(ctx)
	if err != nil {
		return err
	}
	id, digest := c.Plan, ""
	if exists(c.Plan) {
		p, err := a.loadPlan(ctx, e, c.Plan)
		if err != nil {
			return err
		}
		id, digest = p.Request, p.Digest
	}
	if c.Approve != "" {
		if err := e.Approve(ctx, id, c.Approve); err != nil {
			return err
		}
	}
	return a.carryOut(ctx, e, id, digest)
}

// carryOut starts a request's plan and works until nothing is due, then shows where it stands.
func (a *app) carryOut(ctx context.Context, e *engine.Engine, id, digest string) error {
	if err := e.Start(ctx, id, digest); err != nil {
		return err
	}
	return a.drain(ctx, e, id)
}

func (a *app) drain(ctx context.Context, e *engine.Engine, id string) error {
	if err := e.Drain(ctx, id); err != nil {
		return err
	}
	a.quieten()
	return a.showRequest(ctx, e, id)
}

type runCmd struct {
	Request string   `arg:"" help:"A request file, - for standard input, or an id."`
	Yes     bool     `help:"Do not ask."`
	Without []string `help:"Leave a system for a plan of its own." placeholder:"SYSTEM"`
}

// Run plans and applies in one. A plan that takes data away asks first; where the map wants another person, it is refused.
func (c runCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openEngine(ctx)
	if err != nil {
		return err
	}
	id, err := a.register(ctx, e, c.Request)
	if err != nil {
		return err
	}
	p, err := e.Plan(ctx, id, engine.PlanOptions{Without: c.Without})
	if err != nil {
		return err
	}
	a.quieten()
	if !a.JSON {
		if err := a.showPlan(ctx, e, p); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(a.out)
	}
	need := e.Planner.Graph.Map.Approval[p.Right]
	if request.Right(p.Right).Mutates() && need == "another_person" {
		return usagef(fmt.Sprintf("dossier --as SOMEBODY-ELSE apply %s --approve %s", id, p.Digest), "the map wants another person to approve an %s", p.Right)
	}
	if request.Right(p.Right).Mutates() && !c.Yes {
		if err := a.ask(p); err != nil {
			return err
		}
	}
	if need == "anybody" {
		if err := e.Approve(ctx, id, p.Digest); err != nil {
			return err
		}
	}
	return a.carryOut(ctx, e, id, p.Digest)
}

// ask wants the word of the right, typed.
func (a *app) ask(p *plan.Plan) error {
	if f, ok := a.in.(*os.File); !ok || !view.Terminal(f) {
		return usagef("dossier run … --yes, or dossier plan and dossier apply", "this would change data, and nobody is there to ask")
	}
	_, _ = fmt.Fprintf(a.err, "Type %s to go on: ", p.Right)
	line, _ := bufio.NewReader(a.in).ReadString('\n')
	if strings.TrimSpace(line) != p.Right {
		return usagef("", "not confirmed, nothing was changed")
	}
	return nil
}
