package parquet

import "sort"

// slot is one value of a row in a column, with its levels; val is nil where it is NULL.
type slot struct {
	rep, def byte
	val      []byte
}

// cursor goes forwards through the rows of a chunk. Pages no row of which is asked for are not decoded, and not read where the file says
// where pages begin.
type cursor struct {
	*pages
	col   *Column
	index []pageAt
	page  *page
	slot  int   // the next one of page
	val   int   // the next value of page
	begun int64 // rows that begin before slot
	out   []slot
}

// pageAt is where a page begins, as the page index says.
type pageAt struct{ at, size, row int64 }

func (f *File) cursor(g *group, c *chunk) *cursor {
	return &cursor{pages: f.pages(c), col: c.col, index: f.offsets(g, c)}
}

// seek stands on the first slot of a row; rows ascend.
func (c *cursor) seek(row int64) error {
	for {
		if c.page != nil {
			if c.forward(row) {
				return nil
			}
			c.page = nil
		}
		if err := c.turn(row); err != nil {
			return err
		}
	}
}

// forward goes on within the page; false where the row does not begin in what is left of it.
func (c *cursor) forward(row int64) bool {
	p := c.page
	if p.rep == nil && p.def == nil {
		n := int(min(row-c.begun, int64(p.slots-c.slot)))
		c.slot, c.val, c.begun = c.slot+n, c.val+n, c.begun+int64(n)
		return c.slot < p.slots
	}
	for ; c.slot < p.slots; c.step() {
		if c.begun == row && c.starts() {
			return true
		}
	}
	return false
}

func (c *cursor) starts() bool { return c.page.rep == nil || c.page.rep[c.slot] == 0 }

// step goes over a slot.
func (c *cursor) step() {
	if c.starts() {
		c.begun++
	}
	if c.page.def == nil || c.page.def[c.slot] == c.col.maxDef {
		c.val++
	}
	c.slot++
}

// turn reads the next page in which the row can begin.
func (c *cursor) turn(row int64) error {
	if n := len(c.index); n > 0 {
		i := sort.Search(n, func(i int) bool { return c.index[i].row > row }) - 1
		if i > 0 && c.index[i].at > c.at {
			if err := c.leap(c.index[i].at); err != nil {
				return err
			}
			c.begun = c.index[i].row
		}
	}
	for {
		h, err := c.next()
		if err != nil {
			return err
		}
		if h == nil {
			return bad("a column ends before the last row")
		}
		if h.rows >= 0 && c.begun+h.rows <= row {
			c.begun += h.rows
			continue
		}
		c.slot, c.val = 0, 0
		c.page, err = c.body(h)
		return err
	}
}

// flat gives the value of a row in a column of which it has at most one; there is false for NULL.
func (c *cursor) flat(row int64) (val []byte, there bool, err error) {
	if err := c.seek(row); err != nil {
		return nil, false, err
	}
	if p := c.page; p.def != nil && p.def[c.slot] < c.col.maxDef {
		return nil, false, nil
	}
	return c.page.get(c.dict, c.val), true, nil
}

// slots gives all of a row; they are valid until the next call.
func (c *cursor) slots(row int64) ([]slot, error) {
	if err := c.seek(row); err != nil {
		return nil, err
	}
	c.out = c.out[:0]
	for first := true; ; first = false {
		if c.slot == c.page.slots {
			if c.page.head.kind == dataPageV2 || c.col.maxRep == 0 || c.seen == c.c.values && !c.leapt {
				return c.out, nil
			}
			h, err := c.next()
			if err != nil {
				return nil, err
			}
			if h == nil {
				return c.out, nil
			}
			c.slot, c.val = 0, 0
			if c.page, err = c.body(h); err != nil {
				return nil, err
			}
			continue
		}
		if !first && c.starts() {
			return c.out, nil
		}
		c.out = append(c.out, c.here())
		c.step()
	}
}

// here is the slot it stands on.
func (c *cursor) here() slot {
	s := slot{def: c.col.maxDef}
	if c.page.rep != nil {
		s.rep = c.page.rep[c.slot]
	}
	if c.page.def != nil {
		s.def = c.page.def[c.slot]
	}
	if s.def == c.col.maxDef {
		s.val = c.page.get(c.dict, c.val)
	}
	return s
}
