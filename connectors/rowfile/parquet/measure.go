package parquet

import (
	"cmp"
	"encoding/binary"
	"math"
)

// maxBound is the length beyond which a value is not written into statistics.
const maxBound = 4 << 10

// measure finds the smallest and the largest value of a page; min is nil where there is no order, or it does not hold for a value.
func (p *draft) measure(c *Column, dict *dictionary) bounds {
	n := p.filled()
	if n == 0 {
		return bounds{nulls: true}
	}
	order := c.order()
	if order == nil {
		return bounds{}
	}
	var out bounds
	look := func(b []byte) bool {
		if !c.ordered(b) {
			out = bounds{}
			return false
		}
		if out.min == nil || order(b, out.min) < 0 {
			out.min = b
		}
		if out.max == nil || order(b, out.max) > 0 {
			out.max = b
		}
		return true
	}
	if !p.indexed {
		for i := range n {
			if !look(p.vals.get(i)) {
				return out
			}
		}
		return out
	}
	seen := make([]bool, dict.vals.n())
	for _, i := range p.idx {
		if seen[i] {
			continue
		}
		if seen[i] = true; !look(dict.vals.get(int(i))) {
			return out
		}
	}
	return out
}

// order is [Column.compare], and that of floats, which holds where there is no NaN.
func (c *Column) order() func(a, b []byte) int {
	if c.mean == plain && (c.phys == floats || c.phys == doubles) {
		return func(a, b []byte) int {
			x, y := float(a), float(b)
			return cmp.Or(cmp.Compare(x, y), cmp.Compare(signOf(y), signOf(x))) // -0 before 0
		}
	}
	return c.compare()
}

func float(b []byte) float64 {
	if len(b) == 4 {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

func signOf(f float64) int {
	if math.Signbit(f) {
		return 1
	}
	return 0
}

func (c *Column) ordered(b []byte) bool {
	return len(b) <= maxBound && (c.phys != floats && c.phys != doubles || !math.IsNaN(float(b)))
}

// over are the bounds of all pages together; min is nil where those of one are not known.
func over(c *Column, all []bounds) bounds {
	out := bounds{nulls: true}
	order := c.order()
	for _, b := range all {
		if b.nulls {
			continue
		}
		if order == nil || b.min == nil || b.max == nil || c.width > 0 && (len(b.min) != c.width || len(b.max) != c.width) {
			return bounds{}
		}
		if out.nulls || order(b.min, out.min) < 0 {
			out.min = b.min
		}
		if out.nulls || order(b.max, out.max) > 0 {
			out.max = b.max
		}
		out.nulls = false
	}
	return out
}

// statisticsLike says of b what like said of what there was.
func statisticsLike(c *Column, like *node, b bounds, absent int64) node {
	out := like.clone()
	out.drop(4)
	out.put(3, absent)
	low, high := b.min, b.max
	if b.min == nil || b.max == nil {
		out.drop(1, 2, 5, 6, 7, 8)
		return out
	}
	older := c.mean != unsigned && (c.phys == int32s || c.phys == int64s || c.phys == boolean) || c.phys == floats || c.phys == doubles
	if !older {
		out.drop(1, 2)
	}
	for _, f := range []struct {
		id int16
		b  []byte
	}{{1, high}, {2, low}, {5, high}, {6, low}} {
		if out.has(f.id) {
			out.set(binaryOf(f.id, f.b))
		}
	}
	for _, id := range []int16{7, 8} {
		out.put(id, 1)
	}
	return out
}

// columnIndex is the column index of a chunk that had one; nil where the bounds of a page are not known.
func (d *editor) columnIndex(s *sum) []byte {
	c := d.c.col
	if d.c.at.int(6) <= 0 {
		return nil
	}
	var nulls, mins, maxs, absent []node
	for _, b := range s.all {
		if !b.nulls && (b.min == nil || b.max == nil) {
			return nil
		}
		nulls = append(nulls, truth(0, b.nulls))
		mins = append(mins, binaryOf(0, b.min))
		maxs = append(maxs, binaryOf(0, b.max))
		absent = append(absent, i64(0, b.absent))
	}
	index := structOf(0, listOf(1, isTrue, nulls), listOf(2, isBinary, mins), listOf(3, isBinary, maxs), i32(4, ascends(c, s.all)), listOf(5, isI64, absent))
	return index.write(nil)
}

// ascends says how the bounds of pages follow each other: 1 where they ascend, 2 where they descend, 0 otherwise.
func ascends(c *Column, all []bounds) int64 {
	order := c.order()
	if order == nil {
		return 0
	}
	up, down := true, true
	var last *bounds
	for i := range all {
		b := &all[i]
		if b.nulls {
			continue
		}
		if last != nil {
			x, y := order(last.min, b.min), order(last.max, b.max)
			up, down = up && x <= 0 && y <= 0, down && x >= 0 && y >= 0
		}
		last = b
	}
	switch {
	case up:
		return 1
	case down:
		return 2
	}
	return 0
}
