package oracle

import (
	"context"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// access compares what the person is shown: how many rows of each collection the plan says, and, read from the stores, which, and each value.
func (h *house) access(ctx context.Context, v *verdict) string {
	made, err := h.planner.Make(ctx, planner.Input{Request: v.e.request(request.Access), AsOf: asOf})
	if err != nil {
		return "access: " + err.Error()
	}
	if v.alien != "" {
		if made.Plan.Applicable {
			return "access may be given, but " + v.alien
		}
		return ""
	}
	have, want := map[string]int64{}, map[string]int64{}
	for _, s := range made.Plan.Systems {
		for _, c := range s.Collections {
			if c.Total > 0 {
				have[s.Name+"/"+c.Name+" shown"] = c.Total
			}
		}
	}
	shown := content{}
	v.e.each(func(a at) {
		if v.mine[a] && v.inScope(a.c) && a.c.derived == nil && v.spokenOf(a) {
			want[a.c.address()+" shown"]++
			if shown[a.c] == nil {
				shown[a.c] = map[string]map[string]any{}
			}
			shown[a.c][a.c.keyOf(a.row())] = a.row().v
		}
	})
	if trouble := differ(have, want); trouble != "" {
		return "access: " + trouble
	}
	return h.values(ctx, made.Work.Exports, v, shown)
}

// values reads the tables of a package, the person's own, and compares them with the rows that are to be in it: each is there once, as it stands,
// and no other. Where every purpose is asked for, every field of a row leaves, or is said to be withheld.
func (h *house) values(ctx context.Context, tables []planner.Export, v *verdict, want content) string {
	seen, trouble := content{}, ""
	for _, x := range tables {
		if x.Only != nil {
			continue // rows of others, of which the person sees some fields
		}
		c := v.e.collection(x.System, x.Collection)
		sel := x.Selection
		sel.Fields = slices.Clone(sel.Fields)
		for _, k := range c.key {
			if !slices.Contains(sel.Fields, k) {
				sel.Fields = append(sel.Fields, k)
			}
		}
		for _, f := range c.fields {
			if len(v.e.ask.purposes) == 0 && !slices.Contains(x.Selection.Fields, f.name) && !slices.Contains(x.Withheld, f.name) {
				return fmt.Sprintf("access: nothing is said of %s.%s", c.address(), f.name)
			}
		}
		if seen[c] == nil {
			seen[c] = map[string]map[string]any{}
		}
		err := h.planner.Systems[x.System].Each(ctx, sel, func(_ int, vs []any) error {
			r := connectors.Row{}
			for i, f := range sel.Fields {
				r[f] = vs[i]
			}
			k := c.keyOf(row{v: r})
			is := want[c][k]
			switch {
			case is == nil:
				trouble = c.address() + " " + k + " is shown, and is not the person's"
			case seen[c][k] != nil:
				trouble = c.address() + " " + k + " is shown twice"
			}
			for _, f := range sel.Fields {
				if is != nil && !alike(r[f], is[f]) {
					trouble = fmt.Sprintf("%s %s: %s is shown as %s, and is %s", c.address(), k, f, show(r[f]), show(is[f]))
				}
			}
			seen[c][k] = r
			return nil
		})
		if err != nil {
			return "access: " + err.Error()
		}
		if trouble != "" {
			return "access: " + trouble
		}
	}
	for c, rows := range seen { // a collection whose fields are all withheld has no table
		for k := range want[c] {
			if rows[k] == nil {
				return "access: " + c.address() + " " + k + " is not shown"
			}
		}
	}
	return ""
}

// spokenOf says whether the purposes asked for speak of a row: one is of a field, or of the row; where none is of the collection at all
// its rows are counted, and all their fields left out.
func (v *verdict) spokenOf(a at) bool {
	asked := func(r *rule) bool { return slices.Contains(v.e.ask.purposes, r.purpose.name) }
	every := len(v.e.ask.purposes) == 0 || !slices.ContainsFunc(a.c.rules, asked)
	for _, f := range a.c.fields {
		every = every || slices.ContainsFunc(f.rules, asked)
	}
	return every || slices.ContainsFunc(a.c.rules, func(r *rule) bool { return asked(r) && r.when.holds(a.row()) })
}

func (e *estate) collection(system, name string) *coll {
	i := slices.IndexFunc(e.colls, func(c *coll) bool { return c.sys.name == system && c.name == name })
	return e.colls[i]
}
