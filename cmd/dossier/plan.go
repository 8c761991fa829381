package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

type planCmd struct {
	Make planMakeCmd `cmd:"" default:"withargs" help:"Plan a request: a file, - for standard input, or the id of a registered one."`
	Show planShowCmd `cmd:"" help:"Show the current plan of a request, or a plan file."`
	Diff planDiffCmd `cmd:"" help:"What differs between two plans."`
}

type planMakeCmd struct {
	Request []string `arg:"" help:"A request file, - for standard input, or an id; several, or a file with one request a line, are planned together. The name of a batch plans it again."`
	Batch   string   `help:"The name of a batch; one is given where it is not said." placeholder:"NAME"`
	rehearseFlags
	Without []string `help:"Leave a system for a plan of its own." placeholder:"SYSTEM"`
	Output  string   `short:"o" help:"Write the plan as JSON to a file too." placeholder:"FILE"`
}

// rehearseFlags are how a plan is rehearsed.
type rehearseFlags struct {
	Rehearse    bool          `help:"Run the statements and roll them back, where the store can."`
	RehearseFor time.Duration `default:"30s" help:"How long the rehearsal of one system may take, and keep its rows locked." placeholder:"TIME"`
}

func (r rehearseFlags) options(without []string) engine.PlanOptions {
	return engine.PlanOptions{Without: without, Rehearse: r.Rehearse, RehearseFor: r.RehearseFor}
}

// Run plans one request, or several together.
func (c planMakeCmd) Run(ctx context.Context, a *app) error {
	if err := absent(c.Output); err != nil {
		return err
	}
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	asked, err := a.asked(ctx, e, c.Request, c.Batch, c.Without)
	if err != nil {
		return err
	}
	opt := c.options(c.Without)
	if asked.together {
		return a.planBatch(ctx, e, asked, opt, c.Output)
	}
	opt.Supplement = true
	p, err := a.plan(ctx, e, asked, opt)
	if err != nil || p == nil {
		return err
	}
	if c.Output != "" {
		if err := writeNew(c.Output, p); err != nil {
			return err
		}
	}
	if err := a.showPlan(ctx, e, p, true); err != nil {
		return err
	}
	return a.planWaits(ctx, e, p)
}

// planWaits says by an exit code what a plan waits for before it can be carried out, an approval excepted.
func (a *app) planWaits(ctx context.Context, e *engine.Engine, p *plan.Plan) error {
	if !p.Complete {
		return waits{"store"}
	}
	if open, err := e.Questions(ctx, p.Request); err != nil || len(open) == 0 {
		return err
	}
	return waits{"person"}
}

// mayLeave refuses names of systems the map does not have.
func mayLeave(e *engine.Engine, without []string) error {
	var names []string
	for _, s := range e.Planner.Graph.Map.Systems {
		names = append(names, s.Name)
	}
	for _, w := range without {
		if !slices.Contains(names, w) {
			hint := "it has " + strings.Join(names, ", ")
			if near := datamap.Near(w, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			return usagef(hint, "the map has no system %s", w)
		}
	}
	return nil
}

// plan registers a request, where it is not yet, opens the systems and plans it. The plan is nil where it was said where it stands instead.
func (a *app) plan(ctx context.Context, e *engine.Engine, asked *asked, opt engine.PlanOptions) (*plan.Plan, error) {
	if err := a.enter(ctx, e, asked.given); err != nil {
		return nil, err
	}
	if err := a.openPlanning(ctx, e, opt.Without); err != nil {
		return nil, err
	}
	id := asked.ids[0]
	p, err := e.Plan(ctx, id, opt)
	a.quieten()
	if err != nil {
		if x, rerr := e.Request(ctx, id); rerr == nil && request.State(x.State) == request.Waiting && x.WaitingFor != string(request.ForStore) {
			if a.JSON { // one value on standard output all the same: where it stands
				return nil, a.showRequest(ctx, e, id)
			}
			err = waitsBecause{err}
		}
		return nil, err
	}
	return p, nil
}

// absent refuses a file to be written that is there already.
func absent(file string) error {
	if file != "" && exists(file) {
		return usagef("choose another name, or remove it first", "%s is there already", file)
	}
	return nil
}

// writeNew writes a value as JSON into a file of its own, readable by its owner.
func writeNew(file string, v any) error {
	var b bytes.Buffer
	if err := view.JSON(&b, v); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return absent(file)
	}
	if err == nil {
		_, err = f.Write(b.Bytes())
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return usagef("", "%s cannot be written", file)
	}
	return nil
}

// showPlan prints a plan as JSON or for a person; open says that the command that carries it out is worth naming.
func (a *app) showPlan(ctx context.Context, e *engine.Engine, p *plan.Plan, open bool) error {
	if a.JSON {
		return view.JSON(a.out, p)
	}
	m := e.Planner.Graph.Map
	c := view.PlanContext{Now: a.now(), Zone: m.Zone, Kinds: kindWords(m), Approval: e.Approval(p)}
	asked := e.Asked(ctx, p.Request)
	if c.Scope = view.Scope(asked.Scope); c.Scope == "" {
		c.Scope = view.Categories(asked.Categories)
	}
	if x, err := e.Request(ctx, p.Request); err == nil {
		c.DueStrict, c.DueCode = x.DueStrict, x.DueCode
		c.Open = open && (request.State(x.State) == request.Planned || p.Supplements != "" && request.State(x.State) == request.Running)
	}
	if open {
		var err error
		if c.Asked, err = e.Questions(ctx, p.Request); err != nil {
			return err
		}
	}
	if p.Right == string(request.Lift) {
		var err error
		if c.Told, c.From, err = e.LiftFrom(ctx, p.Request); err != nil && !errors.Is(err, state.ErrNotFound) {
			return err
		}
	}
	view.Plan(a.out, p, c)
	return nil
}

// kindWords are the map's identifier kinds as an operator calls them; of a shared one it is said that it was verified.
func kindWords(m *datamap.Map) map[string]string {
	short := map[string]string{"pesel": "PESEL", "email": "e-mail", "phone": "telephone number", "nip": "NIP", "regon": "REGON", "iban": "IBAN"}
	out := map[string]string{}
	for name, k := range m.Identifiers {
		w := short[name]
		if w == "" {
			label := k.Label.In("en")
			w = strings.ToLower(label[:min(1, len(label))]) + label[min(1, len(label)):]
		}
		if w == "" {
			w = name
		}
		if !k.Unique {
			w = "a verified " + w
		}
		out[name] = w
	}
	return out
}

type planShowCmd struct {
	Plan string `arg:"" help:"An id, the name of a batch, or a plan file."`
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
	if p.all != nil {
		return a.showBatch(ctx, e, p.all, true)
	}
	return a.showPlan(ctx, e, p.one, true)
}

type planDiffCmd struct {
	Old string `arg:"" help:"An id, the name of a batch, or a plan file."`
	New string `arg:"" help:"An id, the name of a batch, or a plan file."`
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
	switch {
	case from.all != nil && to.all != nil:
		changes, gone, joined := plan.BatchDiff(from.all, to.all)
		return view.BatchDiff(a.out, changes, gone, joined, a.JSON)
	case from.all != nil || to.all != nil:
		return usagef("dossier plan diff OLD NEW, both of a batch or both of one request", "a batch plan and the plan of one request are not compared")
	}
	return view.PlanDiff(a.out, plan.Diff(from.one, to.one), a.JSON)
}
