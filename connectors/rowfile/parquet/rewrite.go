package parquet

import (
	"encoding/binary"
	"io"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Change is what becomes of a row; the zero change keeps it.
type Change struct {
	Drop bool
	Set  connectors.Row
}

// Insert puts rows, as [Row.Bytes] wrote them, before the one that has a number in the file; behind the last where there is none of that number.
type Insert struct {
	Before int64
	Rows   [][]byte
}

// edits is what becomes of the rows of a row group.
type edits struct {
	drop   map[int64]bool
	set    map[int64]map[int][]slot // by row and leaf
	insert map[int64][][][]slot     // before a row; of each the slots by leaf
	leaves map[int]bool             // that are set
	come   int64
}

// Rewrite writes the file anew to w: it asks what becomes of each row, puts rows back that were taken out, and adds others behind the last. See the package's
// description for what is preserved.
func (f *File) Rewrite(w io.Writer, ask func(*Row) (Change, error), back []Insert, added []connectors.Row) error {
	return f.guard.run(func() error {
		o := &output{f: f, w: w}
		if err := o.write([]byte("PAR1")); err != nil {
			return err
		}
		back = slices.Clone(back)
		for i, g := range f.groups {
			e, err := f.asked(g, ask)
			if err != nil {
				return err
			}
			last := i == len(f.groups)-1
			for len(back) > 0 && (back[0].Before-1 <= g.first+g.rows || last) {
				if err := e.put(f, g, back[0]); err != nil {
					return err
				}
				back = back[1:]
			}
			if err := o.group(g, e); err != nil {
				return err
			}
		}
		var rows [][][]slot
		for _, in := range back { // no row group is left
			for _, raw := range in.Rows {
				s, err := slotsIn(raw, f.leaves)
				if err != nil {
					return err
				}
				rows = append(rows, s)
			}
		}
		for _, row := range added {
			s, err := f.fresh(row)
			if err != nil {
				return err
			}
			rows = append(rows, s)
		}
		if len(rows) > 0 {
			if err := o.fresh(rows); err != nil {
				return err
			}
		}
		return o.close()
	})
}

// put adds rows to what comes into a group.
func (e *edits) put(f *File, g *group, in Insert) error {
	at := min(max(in.Before-1-g.first, 0), g.rows)
	for _, raw := range in.Rows {
		s, err := slotsIn(raw, f.leaves)
		if err != nil {
			return err
		}
		e.insert[at] = append(e.insert[at], s)
		e.come++
	}
	return nil
}

// asked asks what becomes of the rows of a group.
func (f *File) asked(g *group, ask func(*Row) (Change, error)) (*edits, error) {
	e := &edits{drop: map[int64]bool{}, set: map[int64]map[int][]slot{}, insert: map[int64][][][]slot{}, leaves: map[int]bool{}}
	if ask == nil {
		return e, nil
	}
	r := f.row(g)
	for i := range g.rows {
		err := f.visit(r, i, func(row *Row) error {
			what, err := ask(row)
			if err != nil || !what.Drop && len(what.Set) == 0 {
				return err
			}
			if what.Drop {
				e.drop[i] = true
				return nil
			}
			fresh := map[int][]slot{}
			for name, v := range what.Set {
				s, err := row.set(name, v)
				if err != nil {
					return err
				}
				for leaf, x := range s {
					fresh[leaf] = x
					e.leaves[leaf] = true
				}
			}
			e.set[i] = fresh
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// output is a file being written.
type output struct {
	f      *File
	w      io.Writer
	at     int64
	groups []node
	rows   int64
	tails  []tail // what belongs to the columns and stands behind all of them
}

// tail is what stands behind the row groups of a column: parts of which the place is not known before.
type tail struct {
	group, col             int
	bloom, columns, places []byte
}

func (o *output) write(b []byte) error {
	n, err := o.w.Write(b)
	o.at += int64(n)
	return err
}

// group writes a row group as it is to be.
func (o *output) group(g *group, e *edits) error {
	rows := g.rows - int64(len(e.drop)) + e.come
	if rows == 0 && g.rows > 0 {
		return nil
	}
	at := g.at.clone()
	columns := at.get(1)
	start := o.at
	var plainSize, size int64
	for i, c := range g.chunks {
		var chunk node
		var t tail
		var err error
		if len(e.drop)+len(e.insert) == 0 && !e.leaves[i] {
			chunk, t, err = o.copy(c)
		} else {
			chunk, t, err = o.edit(g, c, e)
		}
		if err != nil {
			return err
		}
		t.group, t.col = len(o.groups), i
		o.tails = append(o.tails, t)
		chunk.kind = isStruct
		columns.kids[i] = chunk
		plainSize += chunk.get(3).int(6)
		size += chunk.get(3).int(7)
	}
	at.put(2, plainSize)
	at.put(3, rows)
	if len(e.insert) > 0 || o.sorted(g, e) {
		at.drop(4)
	}
	at.put(5, start)
	at.put(6, size)
	at.put(7, int64(len(o.groups)))
	o.groups = append(o.groups, at)
	o.rows += rows
	return nil
}

// sorted says whether a column by which the group is sorted gets new values.
func (o *output) sorted(g *group, e *edits) bool {
	return slices.ContainsFunc(g.at.list(4), func(s node) bool { return e.leaves[int(s.int(1))] })
}

// copy copies a chunk byte for byte.
func (o *output) copy(c *chunk) (node, tail, error) {
	at := c.at.clone()
	meta := at.get(3)
	by := o.at - c.from
	for w := newWindow(o.f.r, c.from, c.to); o.at-by < c.to; {
		b, err := w.bytes(o.at-by, maxStep)
		if err != nil {
			return node{}, tail{}, err
		}
		if err := o.write(b); err != nil {
			return node{}, tail{}, err
		}
	}
	moved(&at, meta, by)
	var t tail
	if n := o.f.indexed(c.at.int(6), c.at.int(7)); n != nil {
		t.columns = n.write(nil)
	}
	if n := o.f.indexed(c.at.int(4), c.at.int(5)); n != nil {
		for i := range n.list(1) {
			n.get(1).kids[i].put(1, n.get(1).kids[i].int(1)+by)
		}
		t.places = n.write(nil)
	}
	if head, filter := o.f.filter(c); filter != nil {
		t.bloom = slices.Concat(head, filter.Bytes())
	}
	at.drop(4, 5, 6, 7)
	meta.drop(14, 15)
	return at, t, nil
}

// moved says that the pages of a chunk stand elsewhere.
func moved(at, meta *node, by int64) {
	if v := at.int(2); v != 0 {
		at.put(2, v+by)
	}
	for _, id := range []int16{9, 10, 11} {
		if v := meta.int(id); v != 0 {
			meta.put(id, v+by)
		}
	}
}

// close writes what stands behind the row groups.
func (o *output) close() error {
	for _, t := range o.tails {
		if t.bloom == nil {
			continue
		}
		meta := o.column(t).get(3)
		meta.set(i64(14, o.at))
		meta.set(i32(15, int64(len(t.bloom))))
		if err := o.write(t.bloom); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		at, size int16
		of       func(tail) []byte
	}{{6, 7, func(t tail) []byte { return t.columns }}, {4, 5, func(t tail) []byte { return t.places }}} {
		for _, t := range o.tails {
			b := part.of(t)
			if b == nil {
				continue
			}
			c := o.column(t)
			c.set(i64(part.at, o.at))
			c.set(i32(part.size, int64(len(b))))
			if err := o.write(b); err != nil {
				return err
			}
		}
	}
	foot := o.f.foot.clone()
	foot.put(3, o.rows)
	foot.get(4).kids = o.groups
	b := foot.write(nil)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)))
	return o.write(append(b, "PAR1"...))
}

func (o *output) column(t tail) *node { return &o.groups[t.group].get(1).kids[t.col] }
