package s3

import (
	"context"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// still is errChanged where a document that was found by what stands beside its content, or is to be given other tags or metadata, is somebody else's by now, or holds what nobody
// expected: tags change without a new version or entity tag, so that no precondition tells.
func (a *application) still(ctx context.Context, w *work, t target) error {
	names := append(slices.Clone(w.match.Asks), w.fields()...)
	if t.spot.id != "" || t.spot.written || !slices.ContainsFunc(names, func(name string) bool { return isBeside(w.from, name) }) {
		return nil
	}
	v, there := t.in.newest()
	if !there {
		return nil
	}
	now := connectors.Row{}
	r := &row{ctx: ctx, st: t.in.stand, from: w.from, version: v}
	if err := r.fields(a.store, names, true, now); err != nil {
		return err
	}
	if !slices.Equal(w.match.Persons(now), t.persons) || w.Standing(now) == connectors.Conflict {
		return errChanged
	}
	return nil
}
