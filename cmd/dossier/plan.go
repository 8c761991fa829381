package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

type planCmd struct {
	Make planMakeCmd `cmd:"" default:"withargs" help:"Plan a request: a file, - for standard input, or the id of a registered one."`
	Show planShowCmd `cmd:"" help:"Show the current plan of a request, or a plan file."`
	Diff planDiffCmd `cmd:"" help:"What differs between two plans."`
}

type planMakeCmd struct {
	Request  string   `arg:"" help:"A request file, - for standard input, or an id."`
	Rehearse bool     `help:"Run the statements and roll them back, where the store can."`
	Without  []string `help:"Leave a system for a plan of its own." placeholder:"SYSTEM"`
	Output   string   `short:"o" help:"Write the plan as JSON to a file too." placeholder:"FILE"`
}

// Run plans one request.
func (c planMakeCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openEngine(ctx)
	if err != nil {
		return err
	}
	for _, w := range c.Without {
		if _, ok := e.Planner.Systems[w]; !ok {
			return usagef("the systems are named in the map: dossier manifest graph", "the map has no system %s", w)
		}
	}
	id, err := a.register(ctx, e, c.Request)
	if err != nil {
		return err
	}
	p, err := e.Plan(ctx, id, engine.PlanOptions{Without: c.Without, Rehearse: c.Rehearse})
	if err != nil {
		return err
	}
	a.quieten()
	if c.Output != "" {
		if err := writePlan(c.Output, p); err != nil {
			return err
		}
	}
	if err := a.showPlan(ctx, e, p); err != nil {
		return err
	}
	if !p.Complete {
		return waits{"store"}
	}
	return nil
}

func writePlan(file string, p *plan.Plan) error {
	var b bytes.Buffer
	if err := view.JSON(&b, p); err != nil {
		return err
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		return usagef("", "the plan cannot be written to %s", file)
	}
	return nil
}

// showPlan prints a plan as JSON or for a person.
func (a *app) showPlan(ctx context.Context, e *engine.Engine, p *plan.Plan) error {
	if a.JSON {
		return view.JSON(a.out, p)
	}
	c := view.PlanContext{Now: a.now(), Zone: e.Planner.Graph.Map.Zone}
	if x, err := e.Request(ctx, p.Request); err == nil {
		c.DueStrict, c.DueCode = x.DueStrict, x.DueCode
	}
	view.Plan(a.out, p, c)
	return nil
}

// register reads a request and enters it; an id names one that is there. It returns the id.
func (a *app) register(ctx context.Context, e *engine.Engine, arg string) (string, error) {
	if arg != "-" && !strings.ContainsAny(arg, "./\\") || arg != "-" && !exists(arg) && !strings.HasSuffix(arg, ".json") {
		if _, err := e.Request(ctx, arg); err != nil {
			if errors.Is(err, state.ErrNotFound) {
				return "", usagef("dossier request list; a new one comes from a file: dossier plan request.json", "there is no request %s", arg)
			}
			return "", err
		}
		return arg, nil
	}
	r, err := a.readRequest(e, arg)
	if err != nil {
		return "", err
	}
	x, replaced, err := e.Register(ctx, r)
	if err != nil {
		return "", err
	}
	if replaced {
		_, _ = fmt.Fprintf(a.err, "Request %s was a draft; this version replaces it.\n", x.ID)
	}
	return x.ID, nil
}

func exists(file string) bool { _, err := os.Stat(file); return err == nil }

// readRequest reads a request strictly and checks it against the map.
func (a *app) readRequest(e *engine.Engine, arg string) (*request.Request, error) {
	var in io.Reader = a.in
	if arg != "-" {
		f, err := os.Open(arg)
		if err != nil {
			return nil, usagef("a request is a JSON file: dossier request new erasure > request.json", "the request file %s cannot be read", arg)
		}
		defer f.Close()
		in = f
	}
	r, problems := request.Parse(in)
	if r != nil {
		m := e.Planner.Graph.Map
		names := request.Names{Kinds: map[string]subject.Kind{}, Now: a.now()}
		for n, k := range m.Identifiers {
			names.Kinds[n] = k.Kind
		}
		for _, c := range m.Controllers {
			names.Controllers = append(names.Controllers, c.Name)
		}
		for _, s := range m.Systems {
			names.Systems = append(names.Systems, s.Name)
		}
		for n := range m.Purposes {
			names.Purposes = append(names.Purposes, n)
		}
		for n := range m.Categories {
			names.Categories = append(names.Categories, n)
		}
		problems = r.CheckAgainst(names)
	}
	if err := problems.Err(); err != nil {
		return nil, usage(fmt.Errorf("the request has %s\n%w", view.Plural(int64(len(problems)), "mistake"), err), "dossier request new RIGHT prints a template")
	}
	return r, nil
}

type planShowCmd struct {
	Plan string `arg:"" help:"An id, or a plan file."`
}

// Run shows a plan.
func (c planShowCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	p, err := a.loadPlan(ctx, e, c.Plan)
	if err != nil {
		return err
	}
	return a.showPlan(ctx, e, p)
}

// loadPlan reads a plan file, or the current plan of a request.
func (a *app) loadPlan(ctx context.Context, e *engine.Engine, arg string) (*plan.Plan, error) {
	if !exists(arg) {
		return e.CurrentPlan(ctx, arg)
	}
	b, err := os.ReadFile(arg)
	if err != nil {
		return nil, usagef("", "the plan file %s cannot be read", arg)
	}
	var p plan.Plan
	if err := json.Unmarshal(b, &p); err != nil || p.Format != plan.Format {
		return nil, usagef("dossier plan REQUEST -o FILE writes one", "%s is no plan (format %s)", arg, plan.Format)
	}
	if !p.Intact() {
		return nil, usagef("plan again; a plan that was edited is another plan", "%s does not fit its digest", arg)
	}
	return &p, nil
}

type planDiffCmd struct {
	Old string `arg:"" help:"An id, or a plan file."`
	New string `arg:"" help:"An id, or a plan file."`
}

// Run compares two plans by class.
func (c planDiffCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	from, err := a.loadPlan(ctx, e, c.Old)
	if err != nil {
		return err
	}
	to, err := a.loadPlan(ctx, e, c.New)
	if err != nil {
		return err
	}
	return view.PlanDiff(a.out, plan.Diff(from, to), a.JSON)
}
