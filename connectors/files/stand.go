package files

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"os"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// stand is one path of a collection at one instant: the file that stands there, and what is held of it.
type stand struct {
	object            // of a document; of rows, of the file, whose info may be missing
	there  bool       // a file stands there
	f      *os.File   // a file of rows, open
	drawer *drawer    // nil: nothing is held
	docs   []heldFile // held documents
}

// heldFile is a document in the vault, as an object of its collection.
type heldFile struct {
	object
	heldDoc
}

func (st *stand) close() {
	if st.f != nil {
		_ = st.f.Close()
	}
}

// stand looks at one path; o.in is nil where its folder is not there.
func (s *store) stand(ctx context.Context, from *objects.Source, o object) (*stand, error) {
	room, err := s.vault.share(ctx)
	if err != nil {
		return nil, err
	}
	defer room.close()
	st := &stand{object: o}
	if o.in != nil {
		if from.Codec != nil {
			st.f, st.info, err = o.in.open(o.name, os.O_RDONLY)
		} else if st.info, err = o.in.look(o.name); err == nil && !st.info.Mode().IsRegular() {
			err = errAbsent
		}
		if err != nil && !errors.Is(err, errAbsent) {
			return nil, err
		}
		st.there = err == nil
	}
	if st.drawer, err = room.drawer(drawerName(formatName(from.Rows), o.path()), false); err == nil && st.drawer != nil {
		err = st.shelved(room)
	}
	if err != nil {
		st.close()
		return nil, err
	}
	return st, nil
}

// shelved finds the held documents.
func (st *stand) shelved(r *room) error {
	for _, d := range st.drawer.Docs {
		body := r.body(st.drawer, d)
		info, err := r.look(body)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		o := object{at: st.path(), name: st.name, values: st.values, info: info, body: body}
		st.docs = append(st.docs, heldFile{object: o, heldDoc: d})
	}
	return nil
}

// tour visits every path at which rows of a selection can be, each once: where files stand, and where something is held.
type tour struct {
	*store
	finder
	seen map[uint64]bool
	seed maphash.Seed
}

func (s *store) tour(f finder, visit func(*stand) error) error {
	t := &tour{store: s, finder: f, seen: map[uint64]bool{}, seed: maphash.MakeSeed()}
	t.visit = func(o object) error { return t.call(o, visit) }
	for range maxRounds {
		before, err := s.vault.changed(f.ctx)
		if err != nil {
			return err
		}
		if err := t.round(visit); err != nil {
			return err
		}
		after, err := s.vault.changed(f.ctx)
		if err != nil {
			return err
		}
		// Rows never leave their path; a document that went out, or in and out again, between two looks was perhaps in neither.
		if t.from.Codec != nil || after.Equal(before) {
			return nil
		}
	}
	return errBusy
}

// maxRounds is how often a folder is looked through while documents keep moving in and out of the vault.
const maxRounds = 100

// round visits what has not been visited.
func (t *tour) round(visit func(*stand) error) error {
	err := t.walk(t.tree)
	missing := errors.Is(err, connectors.ErrNoCollection)
	if err != nil && !missing {
		return err
	}
	held, restErr := t.rest(visit)
	if restErr != nil || missing && !held {
		return errors.Join(restErr, err)
	}
	return nil
}

func (t *tour) id(o object) uint64 { return maphash.String(t.seed, slash(o.path())) }

func (t *tour) call(o object, visit func(*stand) error) error {
	if t.seen[t.id(o)] {
		return nil
	}
	st, err := t.stand(t.ctx, t.from, o)
	if err != nil {
		return err
	}
	defer st.close()
	if !st.there && st.drawer == nil {
		return nil // gone since it was seen
	}
	t.seen[t.id(o)] = true
	return visit(st)
}

// rest visits the paths at which something is held that have not been visited; held says whether there are any at which something is.
func (t *tour) rest(visit func(*stand) error) (held bool, err error) {
	paths, err := t.heldPaths()
	if err != nil {
		return false, err
	}
	depth := len(t.from.Path.Segments) - 1
	for _, p := range paths {
		values, ok := t.from.Path.Read(p)
		if !ok {
			continue
		}
		held = true
		o := object{at: p, name: p[len(p)-1], values: values}
		if t.seen[t.id(o)] || t.match.Nothing() || !t.match.May(depth, values) {
			continue
		}
		in, err := t.tree.walk(p[:len(p)-1])
		if err == nil {
			o.in = in
		} else if !errors.Is(err, errAbsent) {
			return held, err
		}
		err = t.call(o, visit)
		if in != nil {
			_ = in.Close()
		}
		if err != nil {
			return held, err
		}
	}
	return held, nil
}

// heldPaths are the paths of the drawers in the format of the collection.
func (t *tour) heldPaths() ([][]string, error) {
	room, err := t.vault.share(t.ctx)
	if room == nil || err != nil {
		return nil, err
	}
	defer room.close()
	names, err := room.drawers()
	if err != nil {
		return nil, err
	}
	var out [][]string
	for _, n := range names {
		d, err := room.drawer(n, false)
		if err != nil {
			return nil, err
		}
		if d != nil && d.Format == formatName(t.from.Rows) {
			out = append(out, d.Path)
		}
	}
	return out, nil
}

// bodyOf opens a held document.
func (s *store) bodyOf(ctx context.Context, body string) (*os.File, fs.FileInfo, error) {
	room, err := s.vault.share(ctx)
	if err != nil {
		return nil, nil, err
	}
	if room == nil {
		return nil, nil, errAbsent
	}
	defer room.close()
	return room.open(body, os.O_RDONLY)
}

// scan calls visit for every row of the drawer that m selects.
func (d *drawer) scan(from *objects.Source, o object, m *objects.Matcher, visit func(*view, int, []int) error) error {
	if d == nil || len(d.Rows) == 0 {
		return nil
	}
	v := &view{from: from, object: o}
	return from.Said(d.Pass(from.Codec, d.Rows, io.Discard, func(i int, rec rowfile.Record) (rowfile.Change, error) {
		v.record = rec
		persons, err := v.persons(m)
		if err == nil && len(persons) > 0 {
			err = visit(v, i, persons)
		}
		return rowfile.Change{}, err
	}))
}
