package parquet

import (
	"slices"

	"github.com/parquet-go/parquet-go/bloom"
)

// seeker finds out which rows a selection can mean.
type seeker struct {
	f    *File
	ways [][]*test // none: nothing is known
}

// span is rows of a row group, to excluded.
type span struct{ from, to int64 }

func (f *File) seeker(s *Sought) (*seeker, error) {
	if s == nil {
		return &seeker{f: f}, nil
	}
	for _, name := range s.Fields {
		if c := f.root.find(name); c != nil && !c.Single() {
			return nil, unsupported("a group or list, %s, by which rows are to be selected; name a field in it that has one value a row", name)
		}
	}
	return &seeker{f: f, ways: f.tests(s)}, nil
}

// spans are the rows of a row group that the selection can mean, as statistics, page index and Bloom filters have it.
func (s *seeker) spans(g *group) ([]span, error) {
	all := []span{{0, g.rows}}
	if g.rows == 0 {
		return nil, nil
	}
	if len(s.ways) == 0 {
		return all, nil
	}
	var out []span
	for _, way := range s.ways {
		mine := all
		for _, t := range way {
			if mine = meet(mine, s.test(g, t)); len(mine) == 0 {
				break
			}
		}
		out = append(out, mine...)
	}
	return join(out), nil
}

// test gives the rows for which a test may hold.
func (s *seeker) test(g *group, t *test) []span {
	all := []span{{0, g.rows}}
	c := g.chunks[t.col.leaf]
	if len(t.sorted) == 0 {
		return nil
	}
	if b, ok := s.f.statistics(c); ok && !t.within(b) || !s.f.mayHold(c, t) {
		return nil
	}
	places := s.f.offsets(g, c)
	pages := s.f.pageBounds(c, len(places))
	if len(pages) == 0 {
		return all
	}
	var out []span
	for i, b := range pages {
		if !t.within(b) {
			continue
		}
		to := g.rows
		if i+1 < len(places) {
			to = places[i+1].row
		}
		out = append(out, span{places[i].row, to})
	}
	return join(out)
}

// mayHold asks the Bloom filter of a chunk; without one it may.
func (f *File) mayHold(c *chunk, t *test) bool {
	_, filter := f.filter(c)
	if filter == nil {
		return true
	}
	return slices.ContainsFunc(t.sorted, func(b []byte) bool { return filter.Check(bloom.XXH64{}.Sum64(b)) })
}

const maxFilter = 64 << 20

// filter reads the Bloom filter of a chunk, and its header; nil where there is none of the kind that is known.
func (f *File) filter(c *chunk) (head []byte, filter bloom.SplitBlockFilter) {
	at := c.meta.int(14)
	if at < 4 || at >= f.size {
		return nil, nil
	}
	b := make([]byte, min(256, f.size-at))
	if n, _ := f.r.ReadAt(b, at); n < len(b) {
		return nil, nil
	}
	h, used, _, err := parseStruct(b)
	size := h.int(1)
	if err != nil || !h.get(2).has(1) || !h.get(3).has(1) || !h.get(4).has(1) || size < bloom.BlockSize || size%bloom.BlockSize != 0 || size > maxFilter || size > f.size-at-int64(used) {
		return nil, nil
	}
	bits := make([]byte, size)
	if n, _ := f.r.ReadAt(bits, at+int64(used)); n < len(bits) {
		return nil, nil
	}
	return b[:used], bloom.MakeSplitBlockFilter(bits)
}

// meet is what two lists of spans share.
func meet(a, b []span) []span {
	var out []span
	for len(a) > 0 && len(b) > 0 {
		if s := (span{max(a[0].from, b[0].from), min(a[0].to, b[0].to)}); s.from < s.to {
			out = append(out, s)
		}
		if a[0].to < b[0].to {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// join puts spans in order, those together that touch.
func join(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return int(a.from - b.from) })
	var out []span
	for _, s := range all {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// rowTests ask rows of a row group one by one.
type rowTests struct{ ways [][]*rowTest }

// rowTest is a test of a chunk. What is known of the values of its dictionary is remembered.
type rowTest struct {
	*test
	c     *cursor
	dict  *values
	known []int8 // 0: not asked yet, 1: yes, -1: no
}

func (s *seeker) open(cursor func(leaf int) *cursor) *rowTests {
	out := &rowTests{}
	for _, way := range s.ways {
		var list []*rowTest
		for _, t := range way {
			list = append(list, &rowTest{test: t, c: cursor(t.col.leaf)})
		}
		out.ways = append(out.ways, list)
	}
	return out
}

// may says whether a row can be meant.
func (t *rowTests) may(row int64) (bool, error) {
	if len(t.ways) == 0 {
		return true, nil
	}
	for _, way := range t.ways {
		fits := true
		for _, x := range way {
			ok, err := x.holds(row)
			if err != nil {
				return false, err
			}
			if !ok {
				fits = false
				break
			}
		}
		if fits {
			return true, nil
		}
	}
	return false, nil
}

func (t *rowTest) holds(row int64) (bool, error) {
	if err := t.c.seek(row); err != nil {
		return false, err
	}
	p := t.c.page
	if p.def != nil && p.def[t.c.slot] < t.col.maxDef {
		return false, nil
	}
	if p.idx == nil {
		return t.keys[string(p.vals.get(t.c.val))], nil
	}
	if t.dict != t.c.dict {
		t.dict, t.known = t.c.dict, make([]int8, t.c.dict.n())
	}
	i := p.idx[t.c.val]
	if t.known[i] == 0 {
		t.known[i] = -1
		if t.keys[string(t.dict.get(int(i)))] {
			t.known[i] = 1
		}
	}
	return t.known[i] == 1, nil
}
