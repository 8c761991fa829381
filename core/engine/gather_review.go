package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// review is the answered review of an export; nil where there is none, or nobody has answered yet.
func (g *gathering) review(x planner.Export) *state.Task {
	if len(asksReview(x)) == 0 {
		return nil
	}
	i := slices.IndexFunc(g.tasks, func(t state.Task) bool {
		return t.Kind == string(TaskReview) && t.System == x.System && t.Collection == x.Collection && t.State != state.TaskOpen
	})
	if i < 0 {
		return nil
	}
	return &g.tasks[i]
}

// reviewed puts a collection somebody looked at into the package, as it was looked at: what was released, what leaves instead, and in
// place of what was held back that it is (art. 15(4)). y is x with what a person looked at.
func (j *job) reviewed(ctx context.Context, g *gathering, sys *planner.System, x, y planner.Export, omitted []int64, t state.Task) error {
	c := sys.Map.Collection(x.Collection)
	g.omit(c, y, omitted)
	r, err := j.openSpool(ctx, j.open, taskDetailOf(t).Spool)
	if err != nil {
		return err
	}
	defer r.close()
	sel, see := g.reading(c, y)
	if !slices.Equal(sel.Fields, r.Fields) {
		return errors.New("the data map has changed since this was reviewed")
	}
	table, err := g.b.Table(g.info(c, y))
	if err != nil {
		return err
	}
	v := &verdicts{job: j, task: t, said: saidOf(t), asked: asksReview(x), held: map[string]int64{}, part: map[string]int64{}}
	shown := len(y.Selection.Fields)
	err = r.each(func(values []any, open func(int) (io.Reader, error)) error {
		see(values)
		out := make([]any, shown)
		for i, name := range y.Selection.Fields {
			var err error
			if out[i], err = v.leaves(ctx, name, values[i], func() (io.Reader, error) { return open(i) }); err != nil {
				return err
			}
		}
		return table.Row(ctx, out...)
	})
	if err != nil {
		return err
	}
	g.heldBack(c, v)
	return table.Close()
}

// verdicts are the answers of a review, item by item.
type verdicts struct {
	*job
	task       state.Task
	said       said
	asked      []string
	n          int
	held, part map[string]int64 // by field: held back; given in part
}

// leaves is what leaves in place of a value.
func (v *verdicts) leaves(ctx context.Context, name string, value any, open func() (io.Reader, error)) (any, error) {
	if slices.Contains(v.asked, name) && isItem(value) {
		v.n++
		if v.task.State == state.TaskRefused || slices.Contains(v.said.Except, v.n) {
			v.held[name]++
			return archive.Withheld{}, nil
		}
		if _, ok := v.said.Redacted[v.n]; ok {
			v.part[name]++
			x, err := read(ctx, v.Engine, func(tx *state.Tx) (Attachment, error) {
				return v.open.attachment(tx, redactedPart(v.task.ID, v.n))
			})
			if _, document := value.(connectors.Blob); !document || err != nil {
				return string(x.Content), err
			}
			return blobOf(x), nil
		}
	}
	b, ok := value.(connectors.Blob)
	if !ok {
		return archived(value, nil), nil
	}
	return archive.Blob{Name: ending(b.Name), MediaType: b.MediaType, Size: b.Size, Open: func(context.Context) (io.ReadCloser, error) {
		in, err := open()
		return io.NopCloser(in), err
	}}, nil
}

func blobOf(x Attachment) archive.Blob {
	return archive.Blob{Name: ending(x.Name), Size: int64(len(x.Content)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(x.Content)), nil
	}}
}

// heldBack says what a review held back, and what it gave in part.
func (g *gathering) heldBack(c *datamap.Collection, v *verdicts) {
	for _, name := range v.asked {
		if n := v.held[name]; n > 0 {
			g.left = append(g.left, g.leftOut(c, name, plan.ThirdPerson, n))
		}
		if n := v.part[name]; n > 0 {
			l := g.leftOut(c, name, plan.ThirdPerson, n)
			l.What += g.word(" (in part)", " (w części)")
			g.left = append(g.left, l)
		}
	}
}

// papers puts the copies people made of paper into the package, and says what was not copied, or not yet.
func (j *job) papers(ctx context.Context, g *gathering, p *plan.Plan) error {
	for _, t := range g.tasks {
		sys := g.m.System(t.System)
		if t.Kind != string(TaskManual) || sys == nil || sys.Collection(t.Collection) == nil {
			continue
		}
		c := sys.Collection(t.Collection)
		what := g.in(sys.Label) + ": " + g.in(c.Label)
		switch t.State {
		case state.TaskOpen:
			l := archive.Omission(g.lang, g.right, plan.NotSearchable, what, 0)
			l.Later = g.due
			g.left = append(g.left, l)
		case state.TaskRefused:
			g.left = append(g.left, archive.Omission(g.lang, g.right, "other", what, 0))
		case state.TaskDone:
			files, err := j.filesOf(ctx, j.open, t)
			if err != nil {
				return err
			}
			if err := g.copies(ctx, c, files); err != nil {
				return err
			}
			paperFound(p, t, int64(len(files)))
		}
	}
	return nil
}

// copies is a table of files.
func (g *gathering) copies(ctx context.Context, c *datamap.Collection, files []Attachment) error {
	if len(files) == 0 {
		return nil
	}
	f := archive.Field{Name: "document", Title: g.word("Copy", "Kopia"), Type: archive.Document}
	g.from(&f, c.System.Portable)
	table, err := g.b.Table(archive.TableInfo{System: g.in(c.System.Label), Label: g.in(c.Label), Fields: []archive.Field{g.categorised(f, c.Document)}})
	if err != nil {
		return err
	}
	for _, x := range files {
		if err := table.Row(ctx, blobOf(x)); err != nil {
			return err
		}
	}
	return table.Close()
}

// paperFound notes in the plan, as it is read for the reply, that the shelf held something.
func paperFound(p *plan.Plan, t state.Task, files int64) {
	for i := range p.Systems {
		for k := range p.Systems[i].Collections {
			if c := &p.Systems[i].Collections[k]; p.Systems[i].Name == t.System && c.Name == t.Collection {
				c.Total = files
			}
		}
	}
}
