package s3

import (
	"context"
	"errors"
	"mime"
	"path"
	"reflect"
	"slices"
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
	return s.eachOf(ctx, []connectors.Selection{sel}, func(_ int, r *row) error { return visit(r) })
}

// eachOf does so for several selections of one collection, in one tour; of each row it says which selects it.
func (s *store) eachOf(ctx context.Context, sels []connectors.Selection, visit func(int, *row) error) error {
	some := func(sel connectors.Selection) bool { return len(sel.Any) > 0 || sel.All }
	if !slices.ContainsFunc(sels, some) {
		return nil
	}
	from, err := s.limits.Understand(sels[0].Collection)
	if err != nil {
		return err
	}
	k, err := lookFor(from, sels...)
	if err != nil {
		return err
	}
	var one sync.Mutex
	return s.tour(ctx, from, k.any, true, func(ctx context.Context, st *stand) error {
		for range rounds {
			err := s.rowsAt(ctx, k, st, func(i int, r *row) error {
				one.Lock()
				defer one.Unlock()
				if err := ctx.Err(); err != nil {
					return err
				}
				return visit(i, r)
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

// looked are selections of one collection whose rows are looked for together, so that an object is read once for all.
type looked struct {
	from *objects.Source
	any  *objects.Matcher   // of which objects, and what of them
	each []*objects.Matcher // of which rows
}

func lookFor(from *objects.Source, sels ...connectors.Selection) (*looked, error) {
	k := &looked{from: from}
	for _, sel := range sels {
		m, err := objects.NewMatcher(from, sel)
		if err != nil {
			return nil, err
		}
		k.each = append(k.each, m)
	}
	k.any = objects.AnyOf(k.each...)
	return k, nil
}

// sighted is a row of one of the selections, by what it is called.
type sighted struct {
	by   int
	name string
}

// rowsAt calls visit for the rows of one key that are looked for, for each selection that has them: those of what applications see, those that are held,
// and those that stand in an older version only. tainted is told of every older version that holds such a row; it may be nil.
func (s *store) rowsAt(ctx context.Context, k *looked, st *stand, visit func(int, *row) error, tainted func(int, version)) error {
	from := k.from
	if from.Codec == nil {
		return s.documentsAt(ctx, k, st, visit)
	}
	seen := map[sighted]bool{}
	scratch := connectors.Row{}
	var notes *index.Notes
	sought := func() *rowfile.Sought {
		if notes != nil { // they are of all rows
			return nil
		}
		return k.any.Wanted()
	}
	ask := func(r *row, found func(int) error) error {
		if err := r.fields(s, k.any.Asks, true, scratch); err != nil {
			return err
		}
		notes.Row(scratch)
		return k.selects(r, scratch, found)
	}
	current, there := st.current()
	if there && !st.known.Without(current.indexed(), st.values) {
		notes = st.known.Note(current.indexed())
		r := &row{}
		err := s.rows(ctx, from, st.key, current, st.again, sought(), func(rec rowfile.Record) error {
			*r = row{st: st, from: from, record: rec, version: current}
			return ask(r, func(i int) error {
				st.again.found()
				if len(st.versions) > 1 {
					seen[sighted{i, s.name(r)}] = true
				}
				return visit(i, r)
			})
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
			return rowfile.Change{}, ask(r, func(i int) error { return visit(i, r) })
		})
		if err != nil {
			return from.Said(err)
		}
	}
	for _, v := range st.versions {
		if v.marker || there && v.id == current.id || st.drawer.replaces(v, current) || st.known.Without(v.indexed(), st.values) {
			continue
		}
		found := map[int]bool{}
		notes = st.known.Note(v.indexed())
		err := s.rows(ctx, from, st.key, v, nil, sought(), func(rec rowfile.Record) error {
			r := &row{st: st, from: from, record: rec, version: v}
			return ask(r, func(i int) error {
				found[i] = true
				name := sighted{i, s.name(r)}
				if seen[name] {
					return nil
				}
				seen[name] = true
				return visit(i, r)
			})
		})
		if err != nil && !errors.Is(err, errAbsent) {
			return from.Said(err)
		}
		if err == nil {
			notes.Done()
		}
		notes = nil
		for i := range found {
			if tainted != nil {
				tainted(i, v)
			}
		}
	}
	return nil
}

// selects calls found with each selection that has a row with these fields, the persons it is selected for in the row.
func (k *looked) selects(r *row, fields connectors.Row, found func(int) error) error {
	for i, m := range k.each {
		if r.persons = m.Persons(fields); len(r.persons) > 0 {
			if err := found(i); err != nil {
				return err
			}
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
func (s *store) documentsAt(ctx context.Context, k *looked, st *stand, visit func(int, *row) error) error {
	var all []*row
	v, there := st.newest()
	if there {
		all = append(all, &row{ctx: ctx, st: st, from: k.from, version: v})
	}
	for _, d := range st.drawer.heldDocs(there) {
		all = append(all, &row{ctx: ctx, st: st, from: k.from, held: d.ID})
	}
	for _, r := range all {
		asked := connectors.Row{}
		if err := r.fields(s, k.any.Asks, true, asked); err != nil {
			return err
		}
		if err := k.selects(r, asked, func(i int) error { return visit(i, r) }); err != nil {
			return err
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

// Count counts the rows of each selection; see [connectors.Counter]. Those of one collection are counted in one tour.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	done := make([]bool, len(sels))
	for i, sel := range sels {
		if done[i] {
			continue
		}
		var of []int
		var together []connectors.Selection
		for n := i; n < len(sels); n++ {
			if !done[n] && reflect.DeepEqual(sels[n].Collection, sel.Collection) {
				done[n], out[n].ByPerson = true, map[int]int64{}
				of, together = append(of, n), append(together, sels[n])
			}
		}
		err := s.eachOf(ctx, together, func(n int, r *row) error {
			out[of[n]].Total++
			for _, p := range r.persons {
				out[of[n]].ByPerson[p]++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
