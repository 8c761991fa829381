package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
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
	for rest := j.work.Exports; len(rest) > 0; {
		n := slices.IndexFunc(rest, func(x planner.Export) bool { return x.System != rest[0].System })
		if n < 0 {
			n = len(rest)
		}
		if err := j.read(ctx, g, rest[:n]); err != nil {
			return Made{}, err
		}
		rest = rest[n:]
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

// read reads the exports of one system into the package, all in one snapshot where its store has them. Systems are read one
// after the other, so that no snapshot waits for another store.
func (j *job) read(ctx context.Context, g *gathering, exports []planner.Export) (err error) {
	name := exports[0].System
	sys := j.Planner.Systems[name]
	if sys == nil || sys.Store == nil {
		return fmt.Errorf("%s: %w", name, connectors.ErrTryLater)
	}
	j.progress("reading " + g.in(sys.Map.Label))
	still, end, err := sys.Still(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() {
		if e := end(); err == nil {
			err = e
		}
	}()
	shown, answered := make([]planner.Export, len(exports)), make([]*state.Task, len(exports))
	for i, x := range exports {
		if answered[i] = g.review(x); answered[i] != nil {
			shown[i] = withReview(still.Map.Collection(x.Collection), x)
		} else {
			shown[i] = x
		}
	}
	omitted, err := g.omissions(ctx, still, shown)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, x := range exports {
		if t := answered[i]; t != nil {
			err = j.reviewed(ctx, g, still, x, shown[i], omitted[i], *t)
		} else {
			err = g.table(ctx, still, x, omitted[i])
		}
		if err != nil {
			return fmt.Errorf("%s/%s: %w", name, x.Collection, err)
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
