package parquet

// Scan visits the rows that s can mean, in order; all where it is nil. It may visit others too.
func (f *File) Scan(s *Sought, visit func(*Row) error) error {
	return f.guard.run(func() error {
		seeker, err := f.seeker(s)
		if err != nil {
			return err
		}
		for _, g := range f.groups {
			spans, err := seeker.spans(g)
			if err != nil {
				return err
			}
			if len(spans) == 0 {
				continue
			}
			if err := f.scanGroup(g, seeker, spans, visit); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *File) scanGroup(g *group, seeker *seeker, spans []span, visit func(*Row) error) error {
	r := f.row(g)
	tests := seeker.open(r.cursor)
	for _, s := range spans {
		for i := s.from; i < s.to; i++ {
			ok, err := tests.may(i)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := f.visit(r, i, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// groupRow is a row of a row group, which goes on to others; the columns go on with it.
type groupRow struct {
	Row
	f       *File
	g       *group
	at      int64
	cursors []*cursor
	slots   [][]slot // of the row it is at, where they have been read: a cursor does not go back
}

func (f *File) row(g *group) *groupRow {
	r := &groupRow{f: f, g: g, at: -1, cursors: make([]*cursor, len(f.leaves)), slots: make([][]slot, len(f.leaves))}
	r.Row = Row{root: f.root, leaves: f.leaves, guard: &f.guard, read: r.readSlots, flat: r.readFlat}
	return r
}

func (r *groupRow) cursor(leaf int) *cursor {
	if r.cursors[leaf] == nil {
		r.cursors[leaf] = r.f.cursor(r.g, r.g.chunks[leaf])
	}
	return r.cursors[leaf]
}

func (r *groupRow) readFlat(leaf int) ([]byte, bool, error) { return r.cursor(leaf).flat(r.at) }

func (r *groupRow) readSlots(leaf int) ([]slot, error) {
	if r.slots[leaf] != nil {
		return r.slots[leaf], nil
	}
	c := r.cursor(leaf)
	if r.f.leaves[leaf].maxRep == 0 {
		if err := c.seek(r.at); err != nil {
			return nil, err
		}
		r.slots[leaf] = []slot{c.here()}
		return r.slots[leaf], nil
	}
	s, err := c.slots(r.at)
	r.slots[leaf] = s
	return s, err
}

// visit gives row i of its group away.
func (f *File) visit(r *groupRow, i int64, visit func(*Row) error) error {
	if r.at != i {
		r.at = i
		clear(r.slots)
	}
	r.number = r.g.first + i + 1
	err := f.guard.out(func() error { return visit(&r.Row) })
	if r.err != nil {
		return r.err
	}
	return err
}
