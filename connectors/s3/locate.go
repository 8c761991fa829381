package s3

import (
	"context"
	"errors"
	"mime"
	"path"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/objects/index"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// row is one row of a collection: an object, a record inside one, or a held one.
type row struct {
	st      *stand
	from    *objects.Source
	record  rowfile.Record // nil: the object is the row
	version version        // of the object it stands in
	held    string         // what it is called in the drawer
	persons []int

	ctx    context.Context
	beside map[string]string // what stands beside its content, where somebody asked for that
}

// field is one value; see [objects.Source.Field].
func (r *row) field(s *store, name string, needed bool) (any, error) {
	if name == connectors.DocumentField {
		return r.document(s), nil
	}
	if isBeside(r.from, name) {
		return r.value(s, name)
	}
	return r.from.Field(r.st.values, r.record, name, needed)
}

func (r *row) fields(s *store, names []string, needed bool, into connectors.Row) error {
	for _, n := range names {
		v, err := r.field(s, n, needed)
		if err != nil {
			return err
		}
		into[n] = v
	}
	return nil
}

func (r *row) document(s *store) connectors.Blob {
	name := r.st.path[len(r.st.path)-1]
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	b := connectors.Blob{ID: r.st.key, Name: name, MediaType: kind, Size: r.version.size}
	switch {
	case r.held != "":
		b.Size = -1
		b.ID = s.bodyOf(r.st.drawer, r.held)
	case r.version.id != "":
		b.ID = r.version.id + " " + b.ID
	default:
		b.ID = " " + b.ID
	}
	return b
}

// rounds is how often an object is looked at that changes each time before it is read.
const rounds = 20

// each calls visit for every row of sel, one after the other, with the persons it is selected for.
func (s *store) each(ctx context.Context, sel connectors.Selection, visit func(*row) error) error {
	if len(sel.Any) == 0 && !sel.All {
		return nil
	}
	from, err := s.limits.Understand(sel.Collection)
	if err != nil {
		return err
	}
	m, err := objects.NewMatcher(from, sel)
	if err != nil {
		return err
	}
	var one sync.Mutex
	return s.tour(ctx, from, m, true, func(ctx context.Context, st *stand) error {
		for range rounds {
			err := s.rowsAt(ctx, from, m, st, func(r *row) error {
				one.Lock()
				defer one.Unlock()
				if err := ctx.Err(); err != nil {
					return err
				}
				return visit(r)
			}, nil)
			if !errors.Is(err, errChanged) { // it is found out before the first row is read
				return err
			}
			if st.item, err = s.one(ctx, st.key); err != nil {
				return err
			}
		}
		return errChanged
	})
}

// rowsAt calls visit for the rows of one key that m selects: those of what applications see, those that are held, and those that stand in
// an older version only. tainted is told of every older version that holds such a row; it may be nil.
func (s *store) rowsAt(ctx context.Context, from *objects.Source, m *objects.Matcher, st *stand, visit func(*row) error, tainted func(version)) error {
	if from.Codec == nil {
		return s.documentsAt(ctx, from, m, st, visit)
	}
	seen := map[string]bool{}
	scratch := connectors.Row{}
	var notes *index.Notes
	sought := func() *rowfile.Sought {
		if notes != nil { // they are of all rows
			return nil
		}
		return m.Wanted()
	}
	ask := func(r *row) (bool, error) {
		if err := r.fields(s, m.Asks, true, scratch); err != nil {
			return false, err
		}
		notes.Row(scratch)
		r.persons = m.Persons(scratch)
		return len(r.persons) > 0, nil
	}
	current, there := st.current()
	if there && !st.known.Without(current.indexed(), st.values) {
		notes = st.known.Note(current.indexed())
		r := &row{}
		err := s.rows(ctx, from, st.key, current, st.again, sought(), func(rec rowfile.Record) error {
			*r = row{st: st, from: from, record: rec, version: current}
			if ok, err := ask(r); err != nil || !ok {
				return err
			}
			st.again.found()
			if len(st.versions) > 1 {
				seen[s.name(r)] = true
			}
			return visit(r)
		})
		err = current.outdated(err)
		if err != nil && !errors.Is(err, errAbsent) {
			return from.Said(err)
		}
		if err == nil {
			notes.Done()
		}
		notes = nil
	}
	if held := st.drawer.heldRows(st.etag()); len(held) > 0 {
		err := st.drawer.Pass(from.Codec, held, discard{}, func(i int, rec rowfile.Record) (rowfile.Change, error) {
			r := &row{st: st, from: from, record: rec, held: held[i].ID}
			if ok, err := ask(r); err != nil || !ok {
				return rowfile.Change{}, err
			}
			return rowfile.Change{}, visit(r)
		})
		if err != nil {
			return from.Said(err)
		}
	}
	for _, v := range st.versions {
		if v.marker || there && v.id == current.id || st.drawer.replaces(v, current) || st.known.Without(v.indexed(), st.values) {
			continue
		}
		found := false
		notes = st.known.Note(v.indexed())
		err := s.rows(ctx, from, st.key, v, nil, sought(), func(rec rowfile.Record) error {
			r := &row{st: st, from: from, record: rec, version: v}
			if ok, err := ask(r); err != nil || !ok {
				return err
			}
			found = true
			name := s.name(r)
			if seen[name] {
				return nil
			}
			seen[name] = true
			return visit(r)
		})
		if err != nil && !errors.Is(err, errAbsent) {
			return from.Said(err)
		}
		if err == nil {
			notes.Done()
		}
		notes = nil
		if found && tainted != nil {
			tainted(v)
		}
	}
	return nil
}

// name tells rows of one object apart, in whatever version they stand: by their key where it is not their place.
func (s *store) name(r *row) string {
	key := connectors.Row{}
	names := r.from.Key
	for _, k := range names {
		if k == r.from.Codec.Position() {
			return string(r.record.Bytes())
		}
	}
	if len(names) == 0 || r.fields(s, names, false, key) != nil {
		return string(r.record.Bytes())
	}
	out := ""
	for _, v := range key.Pick(names) {
		text, _ := rowfile.PlainText(v, r.from.Zone)
		out += text + "\x00"
	}
	return out
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// documentsAt calls visit for the document that stands at a key, and for those held of it.
func (s *store) documentsAt(ctx context.Context, from *objects.Source, m *objects.Matcher, st *stand, visit func(*row) error) error {
	var all []*row
	v, there := st.newest()
	if there {
		all = append(all, &row{ctx: ctx, st: st, from: from, version: v})
	}
	for _, d := range st.drawer.heldDocs(there) {
		all = append(all, &row{ctx: ctx, st: st, from: from, held: d.ID})
	}
	for _, r := range all {
		asked := connectors.Row{}
		if err := r.fields(s, m.Asks, true, asked); err != nil {
			return err
		}
		if r.persons = m.Persons(asked); len(r.persons) > 0 {
			if err := visit(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// Locate streams the rows of sel, object by object, several objects at a time; see [connectors.Store]. Each object is read as it is when it is
// reached: there is no snapshot over several.
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return s.each(ctx, sel, func(r *row) error {
		for _, p := range r.persons {
			values := make([]any, len(sel.Fields))
			for i, name := range sel.Fields {
				var err error
				if values[i], err = r.field(s, name, false); err != nil {
					return err
				}
			}
			if err := out.Add(p, values...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Count counts the rows of each selection; see [connectors.Counter].
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	for i, sel := range sels {
		out[i].ByPerson = map[int]int64{}
		err := s.each(ctx, sel, func(r *row) error {
			out[i].Total++
			for _, p := range r.persons {
				out[i].ByPerson[p]++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
