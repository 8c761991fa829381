package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// collect reads every row once and writes the subject's package, sealed at rest under a key of its own. A run
// that was interrupted leaves a file nobody can open; the next one replaces it.
func (j *job) collect(ctx context.Context) error {
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
	made, err := j.pack(ctx, f, identity.Recipient())
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(tmp)
		if errors.Is(err, archive.ErrNoSpace) {
			return later{code: "space", why: "no room for the archive", at: j.Now().Add(firstRetry)}
		}
		return err
	}
	made.MadeAt = j.Now()
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

// pack writes the package to w, sealed to one recipient.
func (j *job) pack(ctx context.Context, w io.Writer, to age.Recipient) (Made, error) {
	sealed, err := archive.Seal(w, to)
	if err != nil {
		return Made{}, err
	}
	p, err := j.plan(ctx)
	if err != nil {
		return Made{}, err
	}
	t := teller{m: j.Planner.Graph.Map, lang: j.language(), right: j.open.Content.Right, due: j.open.DueStrict}
	info := archive.Info{Request: j.Step.Request, Right: t.right, Language: t.lang, AsOf: p.AsOf, Zone: t.m.Zone}
	b, err := archive.New(sealed, archive.Config{Spool: j.Archives, Clock: j.Now, Expect: expected(p, j.work.Exports)}, info)
	if err != nil {
		return Made{}, err
	}
	defer b.Abort()
	g := &gathering{b: b, teller: t, logs: &disclosures{m: t.m}, kept: newKeeping(policy.TermsOf(j.open.Content, t.m, p.AsOf))}
	g.rows = held(t.m, p)
	if g.records, err = j.recordsOf(ctx, j.open, j.work.Marks); err != nil {
		return Made{}, err
	}
	for _, s := range t.m.Systems {
		for _, c := range s.Collections {
			if g.rows[c] > 0 {
				g.kept.holds(c)
			}
		}
	}
	for _, x := range j.work.Exports {
		sys := j.Planner.Systems[x.System]
		if sys == nil || sys.Store == nil {
			return Made{}, fmt.Errorf("%s: %w", x.System, connectors.ErrTryLater)
		}
		j.progress("reading " + t.in(sys.Map.Label))
		if err := g.table(ctx, sys, x); err != nil {
			return Made{}, fmt.Errorf("%s/%s: %w", x.System, x.Collection, err)
		}
	}
	if j.open.Content.Right == request.Access {
		if err := g.records.write(ctx, b, t); err != nil {
			return Made{}, err
		}
	}
	told := archive.Article15From(t.m, p, j.open.Content, archive.Findings{Language: t.lang, Tally: b.Tally(), Purposes: g.kept.list(),
		Disclosures: g.logs.list(), LeftOut: g.left, Restricted: g.limits, Own: g.own(p), Erased: g.records.erased(t), NotYetBy: t.dueDay(),
		Register: archive.Register{Searched: t.right == request.Access, Found: g.records.beyond()}})
	r, err := b.Close(told)
	if err != nil {
		return Made{}, err
	}
	return Made{SHA256: r.SHA256, Bytes: r.Bytes, Collections: r.Collections, Rows: r.Rows, Files: r.Files}, sealed.Close()
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
