package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"filippo.io/age"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/policy"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// collect gathers the subject's package. What people have to look at first, or to copy from paper, is waited for; where a reply is
// wanted earlier, or the day it is owed is near, one is made without, which says what is still to come.
func (j *job) collect(ctx context.Context) error {
	if err := j.openReviews(ctx); err != nil {
		return err
	}
	tasks, err := j.awaitTasks(ctx)
	var wait later
	if err != nil && !errors.As(err, &wait) {
		return err
	}
	if err == nil {
		return j.packed(ctx, tasks, false)
	}
	wanted, at, err := j.early(ctx)
	if err != nil {
		return err
	}
	if !wanted {
		wait.at = at
		return wait
	}
	if err := j.packed(ctx, tasks, true); err != nil {
		return err
	}
	return wait
}

// packed writes the package, sealed at rest under a key of its own. A run that was interrupted leaves a file nobody can open; the next
// one replaces it.
func (j *job) packed(ctx context.Context, tasks []state.Task, early bool) error {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	path := j.archivePath(j.Step.Request)
	tmp := path + ".part"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("the folder for archives cannot be written: %w", errors.Unwrap(err))
	}
	made, err := j.pack(ctx, f, identity.Recipient(), tasks)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(tmp)
		return noRoom(err, j.Now())
	}
	made.Early, made.MadeAt = early, j.Now()
	made.Until = j.archiveEnds(made.MadeAt)
	sealed, err := j.sealArchiveKey(j.Step.Request, made.Until, identity.String())
	if err != nil {
		return err
	}
	j.failpoint("packed")
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	j.failpoint("placed")
	now := j.Now()
	defer j.failpoint("kept")
	return j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		var was Made
		if _, err := tx.Fact(j.Step.Request, archiveFact, &was); err != nil {
			return err
		}
		made.Handed = was.Handed
		if err := tx.PutPart(j.Step.Request, archiveKey, sealed, now); err != nil {
			return err
		}
		if err := tx.PutFact(j.Step.Request, archiveFact, made, now); err != nil {
			return err
		}
		err := note(tx, "archive.ready", j.Step.Request, map[string]string{"sha256": made.SHA256}, now)
		return err
	})
}

// noRoom waits for room where there is none.
func noRoom(err error, now time.Time) error {
	if errors.Is(err, archive.ErrNoSpace) {
		return later{code: "space", why: "no room for the archive", at: now.Add(firstRetry)}
	}
	return err
}

// pack writes the package to w, sealed to one recipient.
func (j *job) pack(ctx context.Context, w io.Writer, to age.Recipient, tasks []state.Task) (Made, error) {
	sealed, err := archive.Seal(w, to)
	if err != nil {
		return Made{}, err
	}
	p, err := j.plan(ctx)
	if err != nil {
		return Made{}, err
	}
	g := j.gathering(p)
	g.tasks = tasks
	info := archive.Info{Request: j.Step.Request, Right: g.right, Language: g.lang, AsOf: p.AsOf, Zone: g.m.Zone}
	g.b, err = archive.New(sealed, archive.Config{Spool: j.Archives, Clock: j.Now, Expect: expected(p, j.work.Exports)}, info)
	if err != nil {
		return Made{}, err
	}
	defer g.b.Abort()
	if g.records, err = j.recordsOf(ctx, j.open, j.work.Marks); err != nil {
		return Made{}, err
	}
	portions := j.portions(g)
	defer g.readAhead(ctx, portions)()
	for _, p := range portions {
		if err := j.read(ctx, g, p); err != nil {
			return Made{}, err
		}
	}
	if err := j.papers(ctx, g, p); err != nil {
		return Made{}, err
	}
	if j.open.Content.Right == request.Access {
		if err := g.records.write(ctx, g.b, g.teller); err != nil {
			return Made{}, err
		}
	}
	told := archive.Article15From(g.m, p, j.open.Content, archive.Findings{Language: g.lang, Tally: g.b.Tally(), Purposes: g.kept.list(),
		Disclosures: g.logs.list(), LeftOut: g.left, Restricted: g.limits, Own: g.own(p), Erased: g.records.erased(g.teller), NotYetBy: g.dueDay(),
		Register: archive.Register{Searched: g.right == request.Access, Found: g.records.beyond()}})
	r, err := g.b.Close(told)
	if err != nil {
		return Made{}, err
	}
	return Made{SHA256: r.SHA256, Bytes: r.Bytes, Collections: r.Collections, Rows: r.Rows, Files: r.Files}, sealed.Close()
}

// gathering prepares for the tables of a plan.
func (j *job) gathering(p *plan.Plan) *gathering {
	m := j.Planner.Graph.Map
	g := &gathering{teller: teller{m: m, lang: j.language(), right: j.open.Content.Right, due: j.open.DueStrict}, logs: &disclosures{m: m},
		kept: newKeeping(policy.TermsOf(j.open.Content, m, p.AsOf)), rows: held(m, p)}
	for _, s := range m.Systems {
		for _, c := range s.Collections {
			if g.rows[c] > 0 {
				g.kept.holds(c)
			}
		}
	}
	return g
}

// read reads one system's exports into the package, all in one snapshot where its store has them. What was not read ahead is read one system after the
// other, so that no snapshot waits for another store.
func (j *job) read(ctx context.Context, g *gathering, p *portion) error {
	if p.sys == nil || p.sys.Store == nil {
		return fmt.Errorf("%s: %w", p.system, connectors.ErrTryLater)
	}
	j.progress("reading " + g.in(p.sys.Map.Label))
	early, err := p.early(ctx)
	if err != nil {
		return err
	}
	if early {
		return j.enter(ctx, g, p, p.sys)
	}
	still, end, err := p.sys.Still(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", p.system, err)
	}
	if p.omitted, err = g.omissions(ctx, still, p.shown); err != nil {
		err = fmt.Errorf("%s: %w", p.system, err)
	} else {
		err = j.enter(ctx, g, p, still)
	}
	return cmp.Or(err, end())
}

// enter puts a system's exports into the package: from what was read ahead, and from sys.
func (j *job) enter(ctx context.Context, g *gathering, p *portion, sys *planner.System) (err error) {
	for i, x := range p.exports {
		if t := p.answered[i]; t != nil {
			err = j.reviewed(ctx, g, sys, x, p.shown[i], p.omitted[i], *t)
		} else {
			err = g.table(ctx, sys, x, p.omitted[i], p.each(ctx, sys, i))
		}
		if err != nil {
			return fmt.Errorf("%s/%s: %w", p.system, x.Collection, err)
		}
	}
	return nil
}

// plan is the plan being carried out.
func (j *job) plan(ctx context.Context) (*plan.Plan, error) {
	stored, err := read(ctx, j.Engine, func(tx *state.Tx) (state.Plan, error) { return tx.Plan(j.Step.Plan) })
	if err != nil {
		return nil, err
	}
	var p plan.Plan
	return &p, json.Unmarshal(stored.Document, &p)
}

func (j *job) language() string {
	if r := j.open.Content.Reply; r != nil && r.Language != "" {
		return r.Language
	}
	return j.Planner.Graph.Map.Languages[0]
}
