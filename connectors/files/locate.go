package files

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Locate streams the rows of sel, file by file; see [connectors.Store]. Each file is read as it is when it is
// reached: there is no snapshot over several.
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return s.each(ctx, sel, func(v *view, persons []int) error {
		for _, p := range persons {
			values := make([]any, len(sel.Fields))
			for i, name := range sel.Fields {
				var err error
				if values[i], err = v.field(name, false); err != nil {
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

// Count counts the rows of each selection; see [connectors.Counter]. There is no snapshot over several files.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	for i, sel := range sels {
		out[i].ByPerson = map[int]int64{}
		err := s.each(ctx, sel, func(_ *view, persons []int) error {
			out[i].Total++
			for _, p := range persons {
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

// each calls visit for every row of sel, once, with the persons it is selected for.
func (s *store) each(ctx context.Context, sel connectors.Selection, visit func(*view, []int) error) error {
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
	return s.tour(finder{ctx: ctx, from: from, match: m}, func(st *stand) error {
		if from.Codec == nil {
			return st.documents(from, m, visit)
		}
		if st.there {
			size, err := readable(ctx, from, st.f)
			if err != nil {
				return err
			}
			if _, err = scan(ctx, from, reading(ctx, st.f, size), st.f, st.object, m, visit); err != nil {
				return err
			}
		}
		return st.drawer.scan(from, st.object, m, func(v *view, _ int, persons []int) error { return visit(v, persons) })
	})
}

// documents calls visit for the document that stands at the path, and for those held of it.
func (st *stand) documents(from *objects.Source, m *objects.Matcher, visit func(*view, []int) error) error {
	var all []object
	if st.there {
		all = append(all, st.object)
	}
	for _, d := range st.docs {
		all = append(all, d.object)
	}
	for _, o := range all {
		v := &view{from: from, object: o}
		persons, err := v.persons(m)
		if err == nil && len(persons) > 0 {
			err = visit(v, persons)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scan calls visit for every row of the file f, read through r, that m selects, and counts them all.
func scan(ctx context.Context, from *objects.Source, r io.Reader, f *os.File, o object, m *objects.Matcher, visit func(*view, []int) error) (rows int64, err error) {
	v := &view{from: from, object: o}
	err = rowfile.Find(from.Codec, r, m.Wanted(), func(rec rowfile.Record) error {
		if rows++; rows%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		v.record = rec
		persons, err := v.persons(m)
		if err == nil && len(persons) > 0 {
			err = visit(v, persons)
		}
		return err
	})
	var bad *rowfile.Malformed
	if errors.As(err, &bad) {
		err = unsettled(f, from.Said(err))
	}
	return rows, clean(err)
}

// readable is the size up to which f can be read.
func readable(ctx context.Context, from *objects.Source, f *os.File) (int64, error) {
	if from.Codec.Grows() {
		return settled(ctx, f)
	}
	info, err := f.Stat()
	if err != nil {
		return 0, clean(err)
	}
	return info.Size(), nil
}

// persons are those for whom m selects the row.
func (v *view) persons(m *objects.Matcher) ([]int, error) {
	if v.scratch == nil {
		v.scratch = connectors.Row{}
	}
	if err := v.row(m.Asks, true, v.scratch); err != nil {
		return nil, err
	}
	return m.Persons(v.scratch), nil
}
