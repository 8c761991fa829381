package planner

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

var templateFields = regexp.MustCompile(`\{([^{}]+)\}`)

// planCopies makes anew what was made from values that change: it is computed, not compared.
func (r *rectification) planCopies(c *datamap.Collection) error {
	if r.collection(c).Total == 0 {
		return nil
	}
	if c.DerivedFrom != nil {
		return r.planDerived(c)
	}
	for _, f := range c.Fields {
		if f.CopyOf == nil || f.ThirdPerson != "" || !r.changesIn(f.CopyOf, f.As) {
			continue
		}
		if err := r.planCopy(f); err != nil {
			return err
		}
	}
	return nil
}

// changesIn says whether a template over rows of c uses a field that is corrected there.
func (r *rectification) changesIn(c *datamap.Collection, as string) bool {
	return slices.ContainsFunc(r.spots[c], func(sp *spot) bool {
		return slices.ContainsFunc(sp.fields, func(f *datamap.Field) bool { return strings.Contains(as, "{"+f.Name+"}") })
	})
}

// planCopy gives one denormalised field the value that its template makes of the corrected row. Where the person has several rows it
// could be made from, a person decides.
func (r *rectification) planCopy(f *datamap.Field) error {
	c := f.Collection
	values, err := r.madeFrom(f.CopyOf, f.As)
	if err != nil || len(values) == 0 {
		return err
	}
	category := ""
	if f.Category != nil {
		category = f.Category.Name + ": "
	}
	why := category + "copy of " + f.CopyOf.Address() + ", in " + f.Name
	where := but(r.fates[c].shared, r.foreign(c), r.goneSoon(c))
	if len(values) > 1 || c.Rectify.Mode != "replace" {
		if !r.source[f.CopyOf].pending {
			return nil
		}
		return r.copyByHand(c, f.Name, where, why)
	}
	t := connectors.Treatment{ID: c.Name + "/" + f.Name + "/copy", Verb: connectors.Set, On: r.reach(c, where...), Assign: []connectors.Assign{{Field: f.Name, To: values[0]}}}
	stale, err := r.system(c).Count(r.ctx, r.reach(c, append(slices.Clone(where), connectors.NotThat(connectors.InValues(f.Name, values[0])))...))
	if err != nil {
		return err
	}
	r.copies(c, t, stale[0], f.Name, why)
	return nil
}

// copies adds the treatment of a copy.
func (r *rectification) copies(c *datamap.Collection, t connectors.Treatment, n int64, field, why string) {
	t.AtMost = r.ceiling(c, n)
	r.work.Treatments = append(r.work.Treatments, t)
	r.work.Purposes = append(r.work.Purposes, Class{Collection: c.Name, Action: string(plan.Correct), Reason: plan.CopyOf, Planned: n})
	if n > 0 {
		r.act(c, plan.Action{Action: plan.Correct, Rows: n, Ceiling: t.AtMost, Fields: []string{field}, Reason: plan.Reason{Code: plan.CopyOf, Explain: why}})
		r.tell(c, n)
	}
}

// copyByHand leaves a copy that cannot be computed to the department.
func (r *rectification) copyByHand(c *datamap.Collection, ref string, where []connectors.Cond, why string) error {
	n, err := r.system(c).Count(r.ctx, r.reach(c, where...))
	if err != nil || n[0] == 0 {
		return err
	}
	r.act(c, plan.Action{Action: plan.Manual, Rows: n[0], Reason: plan.Reason{Code: plan.CopyOf, Explain: why}})
	var do []string
	for _, ch := range r.changes {
		do = append(do, ch.words()...)
	}
	r.hand(Hand{Kind: "by_hand", System: c.System.Name, Collection: c.Name, Ref: "copy/" + ref, Title: c.Label.In(r.lang) + ": made from what was corrected", Rows: n[0],
		Do: append(do, "these rows were made from what was corrected: make them anew, or look that the application did")})
	return nil
}

// madeFrom renders a template over the person's rows of c as they stand when the corrections are made: each different text once. Rows
// whose value does not change make none.
func (r *rectification) madeFrom(c *datamap.Collection, as string) ([]string, error) {
	src, err := r.sourceOf(c)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range src.rows {
		whole := true
		text := templateFields.ReplaceAllStringFunc(as, func(name string) string {
			v, ok := row[strings.Trim(name, "{}")]
			whole = whole && ok
			return textOf(v)
		})
		if text = strings.Join(strings.Fields(text), " "); whole && text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	if !src.changed {
		return nil, nil
	}
	return out, nil
}

// sourceRows are the person's rows of a collection with the corrections made.
type sourceRows struct {
	rows    []connectors.Row
	changed bool // one of them holds a new value, or is about to
	pending bool // one of them is about to
}

// sourceLimit is up to how many rows copies are made from by the executor itself.
const sourceLimit = 20

func (r *rectification) sourceOf(c *datamap.Collection) (*sourceRows, error) {
	if got := r.source[c]; got != nil {
		return got, nil
	}
	src := &sourceRows{}
	r.source[c] = src
	open := r.system(c)
	if open == nil || len(r.matches(c, false)) == 0 {
		return src, nil
	}
	sel := r.reach(c)
	for _, f := range c.Fields {
		sel.Fields = union(sel.Fields, []string{f.Name})
	}
	err := open.Each(r.ctx, sel, func(_ int, vs []any) error {
		if len(src.rows) > sourceLimit {
			return nil
		}
		row := connectors.Row{}
		for i, name := range sel.Fields {
			row[name] = vs[i]
		}
		renewed, pending := r.correct(c, row)
		src.changed, src.pending = src.changed || renewed, src.pending || pending
		src.rows = append(src.rows, row)
		return nil
	})
	return src, r.unreached(c, err)
}

// correct makes the corrections in a row as the treatments will; it says whether a new value stands in it, and whether that is to be written.
func (r *rectification) correct(c *datamap.Collection, row connectors.Row) (renewed, pending bool) {
	if c.Rectify.Mode != "replace" {
		return false, false
	}
	for _, sp := range r.spots[c] {
		for _, f := range sp.fields {
			for _, p := range sp.change.pairs {
				if have := row[f.Name]; sp.change.is(f, have, p.to, p.exact) {
					renewed = true
				} else if !sp.link && sp.change.is(f, have, p.from, p.exact) {
					row[f.Name], renewed, pending = p.to, true, true
					break
				}
			}
		}
	}
	return renewed, pending
}

// planDerived follows a whole copy of a collection: a field it has in common with its source is set as there; a copy that shows no such
// field is made anew by those who make it.
func (r *rectification) planDerived(c *datamap.Collection) error {
	source := c.DerivedFrom
	where := but(r.fates[c].shared)
	opaque := false
	for _, sp := range r.spots[source] {
		src, err := r.sourceOf(source)
		if err != nil {
			return err
		}
		if !src.changed {
			continue
		}
		for _, f := range sp.fields {
			twin := c.Field(f.Name)
			if twin == nil || twin.ThirdPerson != "" || twin.CopyOf != nil {
				opaque = opaque || len(c.Fields) == 0 && src.pending
				continue
			}
			if err := r.planTwin(sp, f, twin, src, where); err != nil {
				return err
			}
		}
	}
	if opaque {
		return r.copyByHand(c, source.Name, where, "copy of "+source.Name+"; a person has it made anew")
	}
	return nil
}

// planTwin sets one field of a copy as in its source: without looking where the person has one row there, else by the old value.
func (r *rectification) planTwin(sp *spot, f, twin *datamap.Field, src *sourceRows, where []connectors.Cond) error {
	c := twin.Collection
	for i, p := range sp.change.pairs {
		t := connectors.Treatment{ID: fmt.Sprintf("%s/%s/%d/copy", c.Name, twin.Name, i), Verb: connectors.Set, On: r.reach(c, where...), Assign: []connectors.Assign{{Field: twin.Name, To: p.to}}}
		if len(src.rows) != 1 || !sp.change.is(f, src.rows[0][f.Name], p.to, p.exact) {
			t.Assign[0].From = sp.change.spelled(twin, p, nil)
			t.On.Where = append(slices.Clone(where), holdsOne(twin, t.Assign[0].From))
		}
		n, err := r.system(c).Count(r.ctx, connectors.Selection{Collection: t.On.Collection, Any: t.On.Any, Where: append(slices.Clone(t.On.Where), connectors.NotThat(connectors.InValues(twin.Name, p.to)))})
		if err != nil {
			return err
		}
		r.copies(c, t, n[0], twin.Name, sp.change.category+": copy of "+sp.c.Name+", in "+twin.Name)
	}
	return nil
}
