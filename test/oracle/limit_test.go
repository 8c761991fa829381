package oracle

import (
	"context"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// limit is a restriction of one person's data: what the rules say of it, and what it is found to hold.
type limit struct {
	id   string
	v    *verdict
	work *planner.Work
	kept map[string][]connectors.Tuple // keys of what it blocked, by address
}

// reaches says whether rows of c come under the restriction: the request is about their system, and they are held for ourselves.
func (l *limit) reaches(c *coll) bool { return l.v.inScope(c) && !l.v.e.foreign(c) }

// alone says whether a row is the person's and nobody else's: it is to be out of reach.
func (l *limit) alone(a at) bool { return l.reaches(a.c) && l.v.mine[a] && !l.v.shared[a] }

// covers says whether a row is the person's, maybe with others.
func (l *limit) covers(a at) bool { return l.reaches(a.c) && l.v.mine[a] }

// foreign says whether every purpose that holds rows of c is another controller's.
func (e *estate) foreign(c *coll) bool {
	if c.derived != nil {
		c = c.derived
	}
	for len(c.rules) == 0 {
		own := e.owners(c, false)
		if len(own) == 0 {
			return false
		}
		c = own[0].parent()
	}
	return !slices.ContainsFunc(c.rules, func(r *rule) bool { return !r.purpose.processor })
}

// numbers the rules come to, of rows out of reach, rows that are marked only, and rows of another controller.
func (l *limit) numbers() map[string]int64 {
	out := map[string]int64{}
	l.v.e.each(func(a at) {
		switch {
		case !l.v.mine[a] || !l.v.inScope(a.c):
		case !l.reaches(a.c):
			out[a.c.address()+" referred"]++
		case l.v.shared[a]:
			out[a.c.address()+" shared"]++
		default:
			out[a.c.address()+" out of reach"]++
		}
	})
	return out
}

func limited(p *plan.Plan) map[string]int64 {
	out := map[string]int64{}
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				switch {
				case a.Rows == 0:
				case a.Action == plan.Move, a.Action == plan.Block, a.Action == plan.Manual:
					out[s.Name+"/"+c.Name+" out of reach"] += a.Rows
				case a.Action == plan.Mark && a.Reason.Code == plan.Shared:
					out[s.Name+"/"+c.Name+" shared"] += a.Rows
				case a.Action == plan.Refer:
					out[s.Name+"/"+c.Name+" referred"] += a.Rows
				}
			}
		}
	}
	return out
}

// restrict plans a restriction, compares its numbers with the rules' and carries it out. l.work stays nil where it may not be carried out.
func (h *house) restrict(ctx context.Context, l *limit) string {
	r := l.v.e.request(request.Restriction)
	r.ID, r.Ground = l.id, "art18_1_c"
	made, err := h.planner.Make(ctx, planner.Input{Request: r, AsOf: asOf})
	if err != nil {
		return err.Error()
	}
	switch {
	case l.v.alien != "" && made.Plan.Applicable:
		return l.id + " may be carried out, but " + l.v.alien
	case l.v.alien != "":
		return ""
	case !made.Plan.Applicable:
		return fmt.Sprintf("%s may not be carried out: %v", l.id, made.Plan.Blockers)
	}
	if d := differ(limited(made.Plan), l.numbers()); d != "" {
		return l.id + ": " + d
	}
	h.kept = map[string][]connectors.Tuple{}
	if err := h.carry(ctx, made); err != nil {
		return l.id + ": " + err.Error()
	}
	l.work, l.kept = made.Work, h.kept
	return ""
}

// lift ends a restriction by what its record says it holds; others are those that stand on.
func (h *house) lift(ctx context.Context, l *limit, others []*limit) string {
	r := l.v.e.request(request.Lift)
	r.ID, r.Restriction = "L-"+l.id, &request.RestrictionTerms{Of: l.id}
	lifted := &planner.Lifted{Of: l.id}
	for _, x := range l.work.Restricts {
		place := x.System + "/" + x.Collection
		p := planner.LiftedPart{Restricted: x, Keys: l.kept[place], Texts: []any{planner.MarkText(asOf, h.m.System(x.System))}}
		for _, o := range others {
			p.Beside = append(p.Beside, o.kept[place]...)
			for _, y := range o.work.Restricts {
				if y.System == x.System && y.Collection == x.Collection {
					p.Beside = append(p.Beside, y.Marked...)
				}
			}
		}
		lifted.Parts = append(lifted.Parts, p)
	}
	made, err := h.planner.Make(ctx, planner.Input{Request: r, AsOf: asOf, Lift: lifted})
	if err != nil {
		return err.Error()
	}
	if !made.Plan.Applicable {
		return fmt.Sprintf("%s may not be carried out: %v", r.ID, made.Plan.Blockers)
	}
	if err := h.carry(ctx, made); err != nil {
		return r.ID + ": " + err.Error()
	}
	return ""
}
