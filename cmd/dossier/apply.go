package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
)

type applyCmd struct {
	Plan    string `arg:"" help:"A plan file, the id of a request, or the name of a batch."`
	Approve string `help:"Approve the plan of this digest first." placeholder:"DIGEST"`
}

// Run carries out a plan.
func (c applyCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openEngine(ctx)
	if err != nil {
		return err
	}
	id, digest := c.Plan, ""
	var batch bool
	if isFile(c.Plan) {
		var p anyPlan
		if p, err = a.loadPlan(ctx, e, c.Plan); err == nil {
			id, digest, batch = p.of()
		}
	} else {
		batch, err = e.IsBatch(ctx, id)
	}
	if err != nil {
		return err
	}
	if batch {
		return a.applyBatch(ctx, e, id, digest, c.Approve)
	}
	if _, err := e.Request(ctx, id); err != nil {
		return err
	}
	if c.Approve != "" {
		whole, err := wholeDigest(c.Approve, id, func() (string, error) {
			p, err := e.OpenPlan(ctx, id)
			if err != nil {
				return "", err
			}
			return p.Digest, nil
		})
		if err != nil {
			return err
		}
		if err := e.Approve(ctx, id, whole); err != nil {
			return err
		}
	}
	return a.carryOut(ctx, e, id, digest)
}

// shownDigits is how much of a digest must be given where it is abbreviated as the screens show it.
const shownDigits = 12

// wholeDigest is the digest of the current plan of an id where given abbreviates it (sha256:4e1a60c2…9b07), else what was given.
func wholeDigest(given, id string, current func() (string, error)) (string, error) {
	head, tail, _ := strings.Cut(strings.Replace(given, "...", "…", 1), "…")
	hex, ok := strings.CutPrefix(head, "sha256:")
	if !ok || len(hex)+len(tail) < shownDigits || strings.Trim(hex+tail, "0123456789abcdef") != "" {
		return "", usagef("as dossier plan show "+id+" shows it", "that is no digest")
	}
	digest, err := current()
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(digest, head) && strings.HasSuffix(digest, tail) {
		return digest, nil
	}
	return given, nil
}

// carryOut starts a request's plan and works until nothing is due, then shows where it stands.
func (a *app) carryOut(ctx context.Context, e *engine.Engine, id, digest string) error {
	if err := e.Start(ctx, id, digest); err != nil {
		if errors.Is(err, engine.ErrNotApproved) {
			if p, perr := e.OpenPlan(ctx, id); perr == nil {
				err = hinted(err, view.ApplyCommand(id, p.Digest, e.Approval(p)))
			}
		}
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
	Request []string `arg:"" help:"A request file, - for standard input, or an id; several are carried out together."`
	Batch   string   `help:"The name of a batch; one is given where it is not said." placeholder:"NAME"`
	Yes     bool     `help:"Do not ask."`
	Without []string `help:"Leave a system for a plan of its own." placeholder:"SYSTEM"`
}

// Run plans and applies in one; a request that runs already goes on, one that has ended is shown. A plan that takes data away asks
// first; where the map wants another person, it is refused.
func (c runCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	asked, err := a.asked(ctx, e, c.Request, c.Batch, c.Without)
	if err != nil {
		return err
	}
	if asked.together {
		return a.runBatch(ctx, e, asked, c.Without, c.Yes)
	}
	id := asked.ids[0]
	p, err := a.plan(ctx, e, asked, engine.PlanOptions{Without: c.Without})
	if errors.Is(err, engine.ErrState) {
		return a.drain(ctx, e, id) // the same request, sent again: it runs or has ended, and this is how it stands
	}
	if err != nil || p == nil {
		return err
	}
	need := e.Approval(p)
	mutates := request.Right(p.Right).Mutates()
	open, err := e.Questions(ctx, id)
	if err != nil {
		return err
	}
	if !a.JSON {
		if err := a.showPlan(ctx, e, p, len(open) > 0); err != nil {
			return err
		}
		if len(open) == 0 {
			_, _ = fmt.Fprintln(a.out)
		}
	} else if len(open) > 0 {
		return a.showRequest(ctx, e, id)
	}
	if len(open) > 0 {
		return waits{"person"}
	}
	if need == "another_person" {
		return hinted(fmt.Errorf("%w: the map wants another person to approve an %s", engine.ErrNotApproved, p.Right), view.ApplyCommand(id, p.Digest, need))
	}
	if p.Asks() {
		return hinted(fmt.Errorf("%w: a person has to decide first, for the reasons shown", engine.ErrNotApproved), view.ApplyCommand(id, p.Digest, need))
	}
	if mutates && p.Applicable && !c.Yes {
		if err := a.ask(ctx, p.Right); err != nil {
			return err
		}
	}
	if need == "anybody" && p.Applicable {
		if err := e.Approve(ctx, id, p.Digest); err != nil {
			return err
		}
	}
	return a.carryOut(ctx, e, id, p.Digest)
}

// ask wants the word of the right, typed.
func (a *app) ask(ctx context.Context, right string) error {
	if f, ok := a.in.(*os.File); !ok || !view.Terminal(f) {
		return usagef("dossier run … --yes, or dossier plan and dossier apply", "this would change data, and nobody is there to ask")
	}
	_, _ = fmt.Fprintf(a.err, "Type %s to go on: ", right)
	line, err := a.readLine(ctx)
	if ctx.Err() != nil {
		return err
	}
	if strings.TrimSpace(line) != right {
		return usagef("", "not confirmed, nothing was changed")
	}
	return nil
}
