package main

import (
	"context"
	"encoding/json"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
)

// anyPlan is the plan of one request or of a batch.
type anyPlan struct {
	one *plan.Plan
	all *plan.Batch
}

// of says whose plan it is, with its digest.
func (p anyPlan) of() (name, digest string, batch bool) {
	if p.all != nil {
		return p.all.Batch, p.all.Digest, true
	}
	return p.one.Request, p.one.Digest, false
}

// loadPlan reads a plan file, or the current plan of a request or a batch.
func (a *app) loadPlan(ctx context.Context, e *engine.Engine, arg string) (p anyPlan, err error) {
	if isFile(arg) {
		return a.readPlan(ctx, arg)
	}
	batch, err := e.IsBatch(ctx, arg)
	if err != nil {
		return p, err
	}
	if batch {
		p.all, err = e.BatchPlan(ctx, arg)
		return p, err
	}
	if _, err := e.Request(ctx, arg); err != nil {
		return p, err
	}
	p.one, err = e.OpenPlan(ctx, arg)
	return p, err
}

// readPlan reads a plan file. One that was edited is no plan any more.
func (a *app) readPlan(ctx context.Context, file string) (p anyPlan, err error) {
	const write = "dossier plan REQUEST -o FILE writes one"
	b, err := a.read(ctx, file)
	if err != nil {
		if ctx.Err() != nil {
			return p, err
		}
		return p, usagef(write, "the plan file %s cannot be read", file)
	}
	var head struct{ Format string }
	_ = json.Unmarshal(b, &head) // what cannot be read has no format
	var intact bool
	switch head.Format {
	case plan.Format:
		p.one = new(plan.Plan)
		err = json.Unmarshal(b, p.one)
		intact = p.one.Intact()
	case plan.BatchFormat:
		p.all = new(plan.Batch)
		err = json.Unmarshal(b, p.all)
		intact = p.all.Intact()
	default:
		return p, usagef(write, "%s is no plan (format %s or %s)", file, plan.Format, plan.BatchFormat)
	}
	if err != nil {
		return p, usagef(write, "%s is no plan (format %s)", file, head.Format)
	}
	if !intact {
		return p, usagef("plan again; a plan that was edited is another plan", "%s does not fit its digest", file)
	}
	return p, nil
}
