package parquet

import "slices"

// draft is a page that is being written anew.
type draft struct {
	like     *pageHead // the page it is made of; nil where there was none
	raw      []byte    // where nothing of it changes: as it stands in the file, with its header
	bounds   *bounds   // of raw, where they are known without decoding it
	rep, def []byte
	idx      []uint32
	vals     values
	indexed  bool
	rows     int64 // that begin in it
	encoding int64
}

// editor writes a chunk anew.
type editor struct {
	o     *output
	g     *group
	c     *chunk
	e     *edits
	p     *pages
	had   []bounds // of the pages, as the column index has them
	row   int64    // the row the next slot belongs to, if it does not begin one; -1 before the first
	drops bool     // the row it is in is not copied
	dict  *dictionary
	pages []*draft
	held  int64
}

// edit writes a chunk with other rows.
func (o *output) edit(g *group, c *chunk, e *edits) (node, tail, error) {
	if !known(c.codec) {
		return node{}, tail{}, unsupported("a compression (%d) that is not written", c.codec)
	}
	d := &editor{o: o, g: g, c: c, e: e, p: o.f.pages(c), row: -1}
	places := o.f.offsets(g, c)
	d.had = o.f.pageBounds(c, len(places))
	if err := d.readAll(); err != nil {
		return node{}, tail{}, err
	}
	return d.finish()
}

// readAll makes drafts of all pages.
func (d *editor) readAll() error {
	_, filter := d.o.f.filter(d.c)
	for n := 0; ; n++ {
		h, err := d.p.next()
		if err != nil {
			return err
		}
		if d.dict == nil && d.p.dict != nil {
			d.dict = newDictionary(*d.p.dict)
		}
		if h == nil {
			break
		}
		if !writable(d.c.col, h.encoding) {
			return unsupported("an encoding (%d) of column %s that is not written", h.encoding, d.c.col.Path())
		}
		b := d.boundsOf(n)
		if filter == nil && b != nil && d.dict == nil && h.rows >= 0 && !d.touched(h.rows) {
			if err := d.keep(h, b); err != nil {
				return err
			}
			continue
		}
		p, err := d.p.body(h)
		if err != nil {
			return err
		}
		if err := d.page(p, h); err != nil {
			return err
		}
	}
	if rest := d.e.insert[d.g.rows]; len(rest) > 0 {
		if len(d.pages) == 0 {
			d.pages = append(d.pages, &draft{encoding: encPlain, vals: newValues(d.c.col.width)})
		}
		last := d.pages[len(d.pages)-1]
		if last.raw != nil {
			last = &draft{like: last.like, encoding: encPlain, vals: newValues(d.c.col.width)}
			d.pages = append(d.pages, last)
		}
		for _, s := range rest {
			d.begin(last, s[d.c.col.leaf])
		}
	}
	return nil
}

// boundsOf are those of page n where they say exactly which values it has at its ends.
func (d *editor) boundsOf(n int) *bounds {
	if n >= len(d.had) || d.c.col.width == 0 {
		return nil
	}
	if d.c.col.maxDef == 0 {
		d.had[n].absent = 0
	}
	if d.had[n].absent < 0 {
		return nil
	}
	return &d.had[n]
}

// touched says whether something becomes of one of the next rows.
func (d *editor) touched(rows int64) bool {
	for r := d.row + 1; r <= d.row+rows; r++ {
		if d.e.drop[r] || d.e.set[r][d.c.col.leaf] != nil || len(d.e.insert[r]) > 0 {
			return true
		}
	}
	return false
}

// keep copies a page as it is.
func (d *editor) keep(h *pageHead, b *bounds) error {
	if _, err := d.p.raw(h); err != nil { // its checksum
		return err
	}
	raw, err := d.p.w.bytes(h.from, h.to-h.from)
	if err != nil {
		return err
	}
	d.row += h.rows
	d.pages = append(d.pages, &draft{like: h, raw: raw, bounds: b, rows: h.rows, encoding: h.encoding})
	return d.hold(int64(len(raw)))
}

// hold counts what is in memory of the chunk.
func (d *editor) hold(n int64) error {
	if d.held += n; d.held > d.o.f.limit {
		return d.o.f.tooLarge()
	}
	return nil
}

// page makes a draft of a page.
func (d *editor) page(p *page, h *pageHead) error {
	col := d.c.col
	out := &draft{like: h, encoding: h.encoding, vals: newValues(col.width), indexed: p.idx != nil}
	val := 0
	changed := false
	for i := range p.slots {
		if p.rep == nil || p.rep[i] == 0 {
			d.row++
			d.drops = d.e.drop[d.row]
			for _, s := range d.e.insert[d.row] {
				d.begin(out, s[col.leaf])
				changed = true
			}
			if fresh := d.e.set[d.row][col.leaf]; fresh != nil {
				d.begin(out, fresh)
				d.drops, changed = true, true
			} else if !d.drops {
				out.rows++
			}
		}
		there := p.def == nil || p.def[i] == col.maxDef
		if there {
			val++
		}
		if d.drops {
			changed = true
			continue
		}
		if p.rep != nil {
			out.rep = append(out.rep, p.rep[i])
		}
		if p.def != nil {
			out.def = append(out.def, p.def[i])
		}
		if !there {
			continue
		}
		if p.idx != nil {
			out.idx = append(out.idx, p.idx[val-1])
		} else {
			out.vals.add(p.vals.get(val - 1))
		}
	}
	if !changed {
		raw, err := d.p.w.bytes(h.from, h.to-h.from)
		if err != nil {
			return err
		}
		out.raw = raw
	}
	if changed && out.slots() == 0 {
		return nil
	}
	d.pages = append(d.pages, out)
	return d.hold(out.size())
}

// begin puts a row's slots at the end of a draft.
func (d *editor) begin(out *draft, s []slot) {
	col := d.c.col
	out.rows++
	for _, x := range s {
		if col.maxRep > 0 {
			out.rep = append(out.rep, x.rep)
		}
		if col.maxDef > 0 {
			out.def = append(out.def, x.def)
		}
		switch {
		case x.def < col.maxDef:
		case out.indexed:
			out.idx = append(out.idx, d.dict.of(x.val))
		default:
			out.vals.add(x.val)
		}
	}
}

func (p *draft) slots() int {
	if p.def != nil {
		return len(p.def)
	}
	return p.filled()
}

// filled is how many values it has that are not NULL.
func (p *draft) filled() int {
	if p.indexed {
		return len(p.idx)
	}
	return p.vals.n()
}

func (p *draft) size() int64 {
	return int64(len(p.raw)+len(p.rep)+len(p.def)+4*len(p.idx)) + p.vals.size()
}

// dictionary is that of a chunk: what no page speaks of any more goes from it.
type dictionary struct {
	vals values
	at   map[string]uint32 // made when a value is added
}

func newDictionary(v values) *dictionary { return &dictionary{vals: v} }

// of is the place of a value, which is added where it is missing.
func (d *dictionary) of(b []byte) uint32 {
	if d.at == nil {
		d.at = map[string]uint32{}
		d.vals = values{width: d.vals.width, data: slices.Clone(d.vals.data), offs: slices.Clone(d.vals.offs)}
		for i := range d.vals.n() {
			d.at[string(d.vals.get(i))] = uint32(i)
		}
	}
	i, there := d.at[string(b)]
	if !there {
		i = uint32(d.vals.n())
		d.vals.add(b)
		d.at[string(b)] = i
	}
	return i
}

// trim takes out what no page speaks of; false where all of it is spoken of.
func (d *dictionary) trim(pages []*draft) bool {
	used := make([]bool, d.vals.n())
	for _, p := range pages {
		for _, i := range p.idx {
			used[i] = true
		}
	}
	if !slices.Contains(used, false) {
		return false
	}
	out := newValues(d.vals.width)
	now := make([]uint32, len(used))
	for i, u := range used {
		if u {
			now[i] = uint32(out.n())
			out.add(d.vals.get(i))
		}
	}
	for _, p := range pages {
		for k, i := range p.idx {
			p.idx[k] = now[i]
		}
	}
	d.vals = out
	return true
}
