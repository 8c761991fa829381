package oracle

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
)

// request is the drawn one as the case system states it.
func (e *estate) request(right request.Right) *request.Request {
	verified := time.Date(2026, 11, 1, 10, 0, 0, 0, warsaw)
	r := &request.Request{ID: "2026-1", Right: right, ReceivedAt: verified, Identity: &request.Identity{VerifiedAt: &verified, Method: "document_seen"},
		Scope: &request.Scope{All: len(e.ask.purposes)+len(e.ask.systems) == 0, Purposes: e.ask.purposes, Systems: e.ask.systems}}
	for _, id := range e.ask.ids {
		r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: id.kind, Value: subject.Seal(id.value), Verified: id.verified})
	}
	if right == request.Erasure {
		r.Ground = e.ask.ground
		if e.ask.keep != "" {
			r.Keep = []request.Keep{{Purpose: e.ask.keep, Ground: "art17_3_e", Until: "2027-01-31"}}
		}
	}
	return r
}

func (h *house) plan(ctx context.Context, right request.Right) (*planner.Result, error) {
	return h.planner.Make(ctx, planner.Input{Request: h.e.request(right), AsOf: asOf})
}

// carry does what a plan stands for, system by system, and then asks its checks: none may find anything undone, and
// no witness may have changed.
func (h *house) carry(ctx context.Context, r *planner.Result) error {
	before, err := h.witnesses(ctx, r.Work)
	if err != nil {
		return err
	}
	for _, w := range r.Work.Systems {
		if err := h.apply(ctx, w); err != nil {
			return fmt.Errorf("%s: %w", w.System, err)
		}
	}
	for _, w := range r.Work.Systems {
		for _, c := range w.Checks {
			if err := h.check(ctx, w.System, c); err != nil {
				return err
			}
		}
	}
	after, err := h.witnesses(ctx, r.Work)
	if err == nil && before != after {
		err = fmt.Errorf("a witness changed:\n%s\n%s", before, after)
	}
	return err
}

func (h *house) apply(ctx context.Context, w planner.SystemWork) error {
	if err := h.call(ctx, planner.SystemWork{System: w.System, Treatments: w.Ahead(false)}); err != nil {
		return err
	}
	return h.call(ctx, w)
}

func (h *house) call(ctx context.Context, w planner.SystemWork) error {
	sys := h.planner.Systems[w.System]
	var do []connectors.Treatment
	of := map[string]int{}
	for i, t := range w.Treatments {
		if t.Verb == connectors.Ensure {
			do = append(do, t)
			of[t.ID] = i
			continue
		}
		parts, err := sys.Flatten(ctx, t.On)
		if err != nil {
			return fmt.Errorf("%s: %w", t.ID, err)
		}
		for n, on := range parts {
			one := t
			one.On, one.ID = on, fmt.Sprintf("%s#%d", t.ID, n)
			do = append(do, one)
			of[one.ID] = i
		}
	}
	if len(do) == 0 {
		return nil
	}
	outcomes, err := sys.Store.(strict).Apply(ctx, do, connectors.ApplyOptions{Lock: "x/" + w.System, Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
	if err != nil {
		return err
	}
	changed := map[int]int64{}
	for _, o := range outcomes {
		changed[of[o.ID]] += o.Changed
		if t := w.Treatments[of[o.ID]]; h.kept != nil && t.Verb == connectors.Block && o.LinkKeys != nil {
			place := w.System + "/" + t.On.Collection.Name
			h.kept[place] = append(h.kept[place], o.LinkKeys.Tuples...)
		}
	}
	for i, n := range changed {
		t := w.Treatments[i]
		if t.Verb == connectors.Ensure || t.Verb == connectors.Recount {
			continue
		}
		if planned := w.Purposes[i].Planned; n > planned {
			return fmt.Errorf("%s changed %d rows, planned were %d", t.ID, n, planned)
		} else if t.Verb == connectors.Delete && n != planned {
			return fmt.Errorf("%s deleted %d rows, planned were %d", t.ID, n, planned)
		}
	}
	return nil
}

func (h *house) check(ctx context.Context, system string, c planner.Check) error {
	found := 0
	err := h.planner.Systems[system].Each(ctx, c.Selection, func(_ int, vs []any) error {
		row := connectors.Row{}
		for i, f := range c.Selection.Fields {
			row[f] = vs[i]
		}
		if c.Assigned == nil || c.Assigned.Standing(row) != connectors.Done {
			found++
		}
		return nil
	})
	if err == nil && found > 0 {
		err = fmt.Errorf("check %s by %s finds %d rows undone", c.ID, c.By, found)
	}
	return err
}

func (h *house) witnesses(ctx context.Context, w *planner.Work) (string, error) {
	var out []string
	for _, s := range w.Systems {
		for _, sel := range s.Witnesses {
			err := h.planner.Systems[s.System].Each(ctx, sel, func(_ int, vs []any) error {
				out = append(out, fmt.Sprintf("%s %v", sel.Collection.Name, vs))
				return nil
			})
			if err != nil {
				return "", err
			}
		}
	}
	slices.Sort(out) // a store gives rows in the order it likes
	return strings.Join(out, "\n"), nil
}
