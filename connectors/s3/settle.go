package s3

import (
	"context"
	"errors"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// settle finishes what an earlier call, killed between two writes, had been told to do at a key; so it was confirmed then. The drawer says what was
// under way. Nobody is told that it did not happen: a call that was not killed but only sleeps then finds another object than it read, and
// changes nothing.
func (s *store) settle(ctx context.Context, from *objects.Source, st *stand) error {
	d := st.drawer
	if d == nil || d.Pending == nil && !slices.ContainsFunc(d.Docs, func(x heldDoc) bool { return x.Step != resting }) {
		return nil
	}
	var err error
	if d.Pending != nil {
		err = s.settleRows(ctx, from, st, d)
	}
	for i := 0; err == nil && i < len(d.Docs); {
		n := len(d.Docs)
		if d.Docs[i].Step != resting {
			err = s.settleDocument(ctx, st, d, i)
		}
		if len(d.Docs) == n {
			i++
		}
	}
	if err != nil {
		return err
	}
	if d.empty() {
		st.drawer = nil
	}
	st.item, err = s.one(ctx, st.key)
	return err
}

func (s *store) settleRows(ctx context.Context, from *objects.Source, st *stand, d *drawer) error {
	if v, there := st.current(); there && v.etag == d.Pending.Before {
		if d.Pending.Verb == connectors.Block {
			_, err := s.takenOut(ctx, from, st, d)
			return err
		}
		return s.putBack(ctx, from, st, d)
	}
	return s.compare(ctx, from, st, d)
}

// putBack writes the object with the rows that are pending.
func (s *store) putBack(ctx context.Context, from *objects.Source, st *stand, d *drawer) error {
	v := st.versions[0]
	l, err := s.layOut(ctx, from, st.key, v, d)
	if err != nil {
		return err
	}
	old := s.random(ctx, from, st.key, v)
	defer old.close()
	patches, err := l.PutBack(&d.Kept, old, func(r rowfile.HeldRow) bool { return slices.Contains(d.Pending.IDs, r.ID) })
	if err != nil {
		return from.Said(err)
	}
	return s.exchange(ctx, from, st, d, patched(from.Codec, patches))
}

// compare asks the object, which was written since, which of the rows that are pending stand in it: these are not held.
func (s *store) compare(ctx context.Context, from *objects.Source, st *stand, d *drawer) error {
	var mine []rowfile.HeldRow
	for _, r := range d.Rows {
		if slices.Contains(d.Pending.IDs, r.ID) {
			mine = append(mine, r)
		}
	}
	inside := map[string]bool{}
	if v, there := st.current(); there {
		err := s.rows(ctx, from, st.key, v, nil, nil, func(rec rowfile.Record) error {
			for _, r := range mine {
				if rowfile.SameRow(from.Codec, r.Raw, rec) {
					inside[r.ID] = true
				}
			}
			return nil
		})
		if err != nil {
			return from.Said(err)
		}
	}
	if err := s.replaced(ctx, st.key, d.Pending); err != nil {
		return err
	}
	d.Pending = nil
	d.Rows = slices.DeleteFunc(slices.Clone(d.Rows), func(r rowfile.HeldRow) bool { return inside[r.ID] }) // among its neighbours each is still, or again
	return s.save(ctx, d)
}

func (s *store) settleDocument(ctx context.Context, st *stand, d *drawer, i int) error {
	doc := d.Docs[i]
	switch doc.Step {
	case copying:
		if v, there := st.newest(); there && v.etag == doc.From[len(doc.From)-1].ETag {
			return s.shelve(ctx, st, d, i)
		}
		for n := range doc.From { // it was replaced before it was copied: what is there now is another
			if err := s.drop(ctx, s.bodyKey(doc, n)); err != nil {
				return err
			}
		}
		d.Docs = slices.Delete(slices.Clone(d.Docs), i, i+1)
		return s.save(ctx, d)
	case copied:
		return s.shelve(ctx, st, d, i)
	}
	err := s.unshelve(ctx, st, d, i)
	if errors.Is(err, errTaken) { // somebody has put another object there: it stays held
		d.Docs[i].Step = resting
		return s.save(ctx, d)
	}
	return err
}
