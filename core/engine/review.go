package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"
	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// reviewsFact is set once the reviews of a request stand.
const reviewsFact = "reviews"

// spools is the folder of what is to be reviewed for a request.
func (e *Engine) spools(id string) string { return filepath.Join(e.Archives, id+".review") }

func (e *Engine) spoolPath(id, name string) string { return filepath.Join(e.spools(id), name) }

// removeSpools takes away what was to be reviewed; what is gone is no error.
func (e *Engine) removeSpools(id string) error {
	if err := os.RemoveAll(e.spools(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("what was to be reviewed of %s cannot be removed", id)
	}
	return nil
}

// dropSpools forgets the keys of what was to be reviewed: nothing needs it any more.
func dropSpools(tx *state.Tx, id string) error {
	tasks, err := tx.Tasks(state.TaskFilter{Request: id, Kind: string(TaskReview)})
	for _, t := range tasks {
		if err == nil {
			err = tx.DeletePart(id, "spool/"+taskDetailOf(t).Spool)
		}
	}
	return err
}

// asksReview are the fields of an export that leave only after somebody looked (art. 15(4)).
func asksReview(x planner.Export) []string {
	if x.Only != nil {
		return nil
	}
	var out []string
	for _, name := range x.Withheld {
		if x.Why[name] == plan.NeedsReview {
			out = append(out, name)
		}
	}
	return out
}

// withReview is the export with the fields somebody looked at, in the order of the map.
func withReview(c *datamap.Collection, x planner.Export) planner.Export {
	asked := asksReview(x)
	y := x
	y.Selection.Fields, y.Withheld = nil, nil
	names := make([]string, 0, len(c.Fields)+1)
	for _, f := range c.Fields {
		names = append(names, f.Name)
	}
	for _, name := range append(names, connectors.DocumentField) {
		if slices.Contains(x.Selection.Fields, name) || slices.Contains(asked, name) {
			y.Selection.Fields = append(y.Selection.Fields, name)
		}
	}
	for _, name := range x.Withheld {
		if !slices.Contains(asked, name) {
			y.Withheld = append(y.Withheld, name)
		}
	}
	return y
}

// spooled is what somebody is to review of one collection.
type spooled struct {
	x     planner.Export
	name  string
	items int
	key   []byte // sealed
}

// openReviews reads what somebody has to look at before it leaves, seals it beside the archives and opens a task for each collection
// that holds any: once for a request. Where nothing stands in the fields nobody is asked.
func (j *job) openReviews(ctx context.Context) error {
	id := j.Step.Request
	var opened bool
	stands, err := read(ctx, j.Engine, func(tx *state.Tx) (bool, error) { return tx.Fact(id, reviewsFact, &opened) })
	if err != nil || stands {
		return err
	}
	if !slices.ContainsFunc(j.work.Exports, func(x planner.Export) bool { return len(asksReview(x)) > 0 }) {
		return nil
	}
	p, err := j.plan(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(j.spools(id), 0o700); err != nil {
		return errors.New("the folder for archives cannot be written")
	}
	j.sweepSpools(id)
	all, err := j.spoolAll(ctx, p)
	if err != nil {
		return err
	}
	j.failpoint("spooled")
	now := j.Now()
	defer j.failpoint("reviews")
	return j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		for _, s := range all {
			if err := tx.PutPart(id, "spool/"+s.name, s.key, now); err != nil {
				return err
			}
			if _, err := j.openTask(tx, j.open, j.reviewOf(s), now); err != nil {
				return err
			}
		}
		return tx.PutFact(id, reviewsFact, true, now)
	})
}

// spoolAll reads what is to be reviewed, several collections beside each other.
func (j *job) spoolAll(ctx context.Context, p *plan.Plan) ([]spooled, error) {
	all := make([]spooled, len(j.work.Exports))
	reads, ctx := errgroup.WithContext(ctx)
	reads.SetLimit(aheadAtOnce)
	for n, x := range j.work.Exports {
		if len(asksReview(x)) == 0 {
			continue
		}
		j.progress("reading " + x.System + " for a review")
		reads.Go(func() (err error) {
			if all[n], err = j.spool(ctx, p, x, fmt.Sprintf("%d-%d.age", j.Fence, n)); err != nil {
				err = noRoom(fmt.Errorf("%s/%s: %w", x.System, x.Collection, err), j.Now())
			}
			return err
		})
	}
	err := reads.Wait()
	return slices.DeleteFunc(all, func(s spooled) bool { return s.items == 0 }), err
}

func (j *job) reviewOf(s spooled) Ask {
	m := j.Planner.Graph.Map
	c := m.System(s.x.System).Collection(s.x.Collection)
	t := teller{m: m, lang: m.Languages[0]}
	var labels []string
	for _, name := range asksReview(s.x) {
		labels = append(labels, t.field(c, name).Title)
	}
	asked := "The person asked for a copy of their data. It must not harm others (art. 15(4) GDPR): "
	if j.open.Content.Right == request.Portability {
		asked = "The person asked for the data they provided. It must not harm others (art. 20(4) GDPR): "
	}
	return Ask{Kind: TaskReview, System: s.x.System, Collection: s.x.Collection, Step: j.ID, Items: s.items,
		Title: "look whether others are named: " + t.in(c.Label) + ", " + strings.Join(labels, ", "),
		Brief: Brief{Spool: s.name, Asked: asksReview(s.x), Do: []string{
			asked + "look at each item. What names nobody else, or harms nobody, is released.",
			"Hold back the numbers that may not leave, with the reason; or hand in a copy with the parts about others blacked out, which leaves instead."}}}
}

// sweepSpools takes away what runs before this one left.
func (j *job) sweepSpools(id string) {
	entries, _ := os.ReadDir(j.spools(id)) // an empty folder has none
	for _, x := range entries {
		fence, _, _ := strings.Cut(x.Name(), "-")
		if n, err := strconv.ParseInt(fence, 10, 64); err == nil && n < j.Fence {
			_ = os.Remove(j.spoolPath(id, x.Name()))
		}
	}
}

// spool reads one collection into a sealed file; where nothing is to be looked at, none is left.
func (j *job) spool(ctx context.Context, p *plan.Plan, x planner.Export, name string) (spooled, error) {
	out := spooled{x: x, name: name}
	sys := j.Planner.Systems[x.System]
	if sys == nil || sys.Store == nil {
		return out, connectors.ErrTryLater
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return out, err
	}
	if out.key, err = j.open.Key.Seal(spoolPart(j.Step.Request, name), []byte(identity.String())); err != nil {
		return out, err
	}
	c := sys.Map.Collection(x.Collection)
	sel, _ := j.gathering(p).reading(c, withReview(c, x))
	w, err := newSpool(j.spoolPath(j.Step.Request, name), identity.Recipient(), sel.Fields)
	if err != nil {
		return out, err
	}
	asked := fieldsAt(sel.Fields, asksReview(x))
	blobs, _ := connectors.As[connectors.BlobOpener](sys.Store)
	err = sys.Each(ctx, sel, func(_ int, vs []any) error {
		for _, i := range asked {
			if isItem(vs[i]) {
				out.items++
			}
		}
		return w.row(ctx, vs, blobs)
	})
	if err == nil && out.items > 0 {
		return out, w.close()
	}
	w.abandon()
	return out, err
}

// fieldsAt are the places of some among fields.
func fieldsAt(fields, some []string) []int {
	var out []int
	for i, name := range fields {
		if slices.Contains(some, name) {
			out = append(out, i)
		}
	}
	return out
}

// isItem says whether somebody has to look at a value: there is one.
func isItem(v any) bool { return !connectors.Empty(v) }
