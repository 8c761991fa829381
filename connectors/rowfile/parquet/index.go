package parquet

// offsets are the places of the pages of a chunk, as its offset index has them; none where there is none, or it contradicts itself.
func (f *File) offsets(g *group, c *chunk) []pageAt {
	n := f.indexed(c.at.int(4), c.at.int(5))
	if n == nil {
		return nil
	}
	var out []pageAt
	at, row := c.from, int64(0)
	for _, loc := range n.list(1) {
		p := pageAt{loc.int(1), loc.int(2), loc.int(3)}
		if p.at < at || p.size <= 0 || p.size > c.to-p.at || p.row < row || p.row >= g.rows || len(out) == 0 && p.row != 0 {
			return nil
		}
		at, row = p.at+p.size, p.row
		out = append(out, p)
	}
	return out
}

const maxIndex = 16 << 20

// indexed reads an index that stands somewhere in the file; nil where there is none, or it cannot be read.
func (f *File) indexed(at, size int64) *node {
	if at < 4 || size <= 0 || size > maxIndex || size > f.size-at {
		return nil
	}
	b := make([]byte, size)
	if n, _ := f.r.ReadAt(b, at); n < len(b) {
		return nil
	}
	n, _, _, err := parseStruct(b)
	if err != nil {
		return nil
	}
	return &n
}

// bounds are the smallest and the largest value of something; nothing is known where ok is false.
type bounds struct {
	min, max []byte
	nulls    bool  // there is nothing but NULL
	absent   int64 // how many NULLs there are, -1 where that is not known
}

// pageBounds are those of the pages of a chunk, as the column index has them; nil where there is none, or none that fits. There are writers that
// write zeros there where they were told not to look: bounds that do not meet those of the chunk are not believed.
func (f *File) pageBounds(c *chunk, pages int) []bounds {
	n := f.indexed(c.at.int(6), c.at.int(7))
	whole, known := f.statistics(c)
	order := c.col.order()
	if n == nil || !known || order == nil {
		return nil
	}
	nulls, mins, maxs := n.list(1), n.list(2), n.list(3)
	if len(nulls) != pages || len(mins) != pages || len(maxs) != pages {
		return nil
	}
	out := make([]bounds, pages)
	for i := range out {
		out[i] = bounds{min: mins[i].raw, max: maxs[i].raw, nulls: nulls[i].num == 1, absent: -1}
		if counts := n.list(5); len(counts) == pages {
			out[i].absent = counts[i].num
		}
		b := &out[i]
		if b.nulls {
			continue
		}
		for _, x := range [][]byte{b.min, b.max, whole.min, whole.max} {
			if c.col.width > 0 && len(x) != c.col.width {
				return nil
			}
		}
		if order(b.min, b.max) > 0 || order(b.min, whole.max) > 0 || order(b.max, whole.min) < 0 {
			return nil
		}
	}
	return out
}

// statistics are the bounds of a chunk.
func (f *File) statistics(c *chunk) (bounds, bool) {
	s := c.meta.get(12)
	low, high := s.get(6), s.get(5)
	if !f.orders || low == nil || high == nil {
		return bounds{}, false
	}
	return bounds{min: low.raw, max: high.raw}, true
}
