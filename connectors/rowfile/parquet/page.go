package parquet

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

const (
	maxPage  = 256 << 20
	maxSlots = 16 << 20
)

// pageHead is the header of a page, and where its body stands.
type pageHead struct {
	at       node
	from     int64 // of the header
	body, to int64
	size     int64 // of the body, uncompressed
	kind     int64
	slots    int64
	rows     int64 // that begin in it; -1 where only its levels say
	encoding int64
	own      *node // what the header says of this kind of page
}

const (
	dataPage   = 0
	dictPage   = 2
	dataPageV2 = 3
)

// page is a page of values, decoded.
type page struct {
	head     *pageHead
	rep, def []byte // levels; nil where the column has none
	slots    int
	idx      []uint32 // into the dictionary
	vals     values   // where there is no idx
}

// pages reads the pages of a chunk one after the other.
type pages struct {
	c     *chunk
	w     *window
	at    int64
	seen  int64 // slots
	dict  *values
	began *pageHead // that of the dictionary
	leapt bool      // some were passed over unseen
	held  int64     // bytes of what was decoded
	most  int64
	blind bool
}

func (f *File) pages(c *chunk) *pages {
	return &pages{c: c, w: newWindow(f.r, c.from, c.to), at: c.from, most: f.limit, blind: f.blind}
}

// next reads the header of the next page of data; nil behind the last. Dictionaries are read on the way.
func (p *pages) next() (*pageHead, error) {
	for p.seen < p.c.values && p.at < p.c.to {
		h, err := p.header()
		if err != nil {
			return nil, err
		}
		p.at = h.to
		switch h.kind {
		case dataPage, dataPageV2:
			if p.seen += h.slots; p.seen > p.c.values {
				return nil, bad("a column has more values than it says")
			}
			return h, nil
		case dictPage:
			if p.dict == nil {
				if err := p.dictionary(h); err != nil {
					return nil, err
				}
			}
		}
	}
	if p.seen < p.c.values && !p.leapt {
		return nil, bad("a column has fewer values than it says")
	}
	return nil, nil
}

// leap goes on with the page that begins at off. What is before it is not read, but for the dictionary.
func (p *pages) leap(off int64) error {
	if p.at == p.c.from && p.dict == nil {
		h, err := p.header()
		if err != nil {
			return err
		}
		if h.kind == dictPage {
			if p.at = h.to; p.at >= off {
				off = p.at
			}
			if err := p.dictionary(h); err != nil {
				return err
			}
		}
	}
	if off > p.at {
		p.at, p.leapt = off, true
	}
	return nil
}

// header reads the header at p.at.
func (p *pages) header() (*pageHead, error) {
	h := &pageHead{from: p.at, rows: -1}
	for n := int64(256); ; n *= 8 {
		b, err := p.w.bytes(p.at, n)
		if err != nil {
			return nil, err
		}
		var used int
		var short bool
		if h.at, used, short, err = parseStruct(b); err == nil {
			h.body = p.at + int64(used)
			break
		}
		if !short || n > maxFooter || int64(len(b)) < n {
			return nil, bad("the header of a page cannot be read")
		}
	}
	h.kind, h.size = h.at.int(1), h.at.int(2)
	packed := h.at.int(3)
	if packed < 0 || packed > p.c.to-h.body || h.size < 0 {
		return nil, bad("a page stands outside its column")
	}
	if h.size > maxPage {
		return nil, unsupported("a page of more than 256 MiB")
	}
	h.to = h.body + packed
	switch h.kind {
	case dataPage:
		h.own = h.at.get(5)
		if p.c.col.maxRep == 0 {
			h.rows = h.own.int(1)
		}
	case dictPage:
		h.own = h.at.get(7)
	case dataPageV2:
		h.own = h.at.get(8)
		h.rows = h.own.int(3)
		if p.c.col.maxRep == 0 {
			h.rows = h.own.int(1)
		}
	default:
		return h, nil
	}
	if h.own == nil {
		return nil, bad("the header of a page says nothing of it")
	}
	h.slots, h.encoding = h.own.int(1), h.own.int(2)
	if h.kind == dataPageV2 {
		h.encoding = h.own.int(4)
	}
	if h.slots < 0 || h.rows < -1 || h.rows > h.slots {
		return nil, bad("a page has an impossible number of values")
	}
	if h.slots > maxSlots {
		return nil, unsupported("a page of more than 16 Mi values")
	}
	return h, nil
}

// raw gives the body of a page as it stands in the file.
func (p *pages) raw(h *pageHead) ([]byte, error) {
	b, err := p.w.bytes(h.body, h.to-h.body)
	if err != nil {
		return nil, err
	}
	if sum, there := h.at.whole(4); there && !p.blind && uint32(sum) != crc32.ChecksumIEEE(b) {
		return nil, bad("the checksum of a page is not that of its content")
	}
	return b, nil
}

func (p *pages) hold(n int64) error {
	if p.held += n; p.held > p.most {
		return unsupported("a row group of more than %d MiB uncompressed, which would have to be held in memory; let it be written in smaller row groups, or raise row_group_mib", p.most>>20)
	}
	return nil
}

func (p *pages) dictionary(h *pageHead) error {
	b, err := p.raw(h)
	if err != nil {
		return err
	}
	if b, err = expand(p.c.codec, b, h.size); err != nil {
		return err
	}
	if h.encoding != encPlain && h.encoding != encPlainDict {
		return unsupported("a dictionary in an encoding (%d) that is not read", h.encoding)
	}
	v, err := decode(p.c.col, encPlain, int(h.slots), b)
	if err != nil {
		return err
	}
	p.dict, p.began = &v, h
	return p.hold(v.size())
}

// body decodes a page.
func (p *pages) body(h *pageHead) (*page, error) {
	raw, err := p.raw(h)
	if err != nil {
		return nil, err
	}
	out := &page{head: h, slots: int(h.slots)}
	col := p.c.col
	var b []byte
	if h.kind == dataPageV2 {
		reps, defs := h.own.int(6), h.own.int(5)
		if reps < 0 || defs < 0 || reps > int64(len(raw)) || defs > int64(len(raw))-reps || h.size < reps+defs {
			return nil, bad("the levels of a page stand outside it")
		}
		if out.rep, err = levels(raw[:reps], col.maxRep, out.slots); err == nil {
			out.def, err = levels(raw[reps:reps+defs], col.maxDef, out.slots)
		}
		if err != nil {
			return nil, err
		}
		b = raw[reps+defs:]
		if f := h.own.get(7); f == nil || f.num == 1 {
			if b, err = expand(p.c.codec, b, h.size-reps-defs); err != nil {
				return nil, err
			}
		}
	} else {
		if b, err = expand(p.c.codec, raw, h.size); err != nil {
			return nil, err
		}
		if col.maxRep > 0 {
			if out.rep, b, err = prefixed(b, h.own.int(4), col.maxRep, out.slots); err != nil {
				return nil, err
			}
		}
		if col.maxDef > 0 {
			if out.def, b, err = prefixed(b, h.own.int(3), col.maxDef, out.slots); err != nil {
				return nil, err
			}
		}
	}
	n := out.slots
	if out.def != nil {
		n = 0
		for _, d := range out.def {
			if d == col.maxDef {
				n++
			}
		}
	}
	return out, p.content(out, n, b)
}

// content decodes the n values of a page.
func (p *pages) content(out *page, n int, b []byte) error {
	h := out.head
	if h.encoding != encPlainDict && h.encoding != encRLEDict {
		var err error
		out.vals, err = decode(p.c.col, h.encoding, n, b)
		return err
	}
	out.idx = []uint32{}
	if n == 0 {
		return nil
	}
	if p.dict == nil || len(b) == 0 || b[0] > 32 {
		return bad("a page speaks of a dictionary that is not there")
	}
	var err error
	if out.idx, err = hybrid(b[1:], int(b[0]), n, out.idx); err != nil {
		return err
	}
	size := uint32(min(p.dict.n(), math.MaxInt32))
	for _, i := range out.idx {
		if i >= size {
			return bad("a page speaks of a value its dictionary does not have")
		}
	}
	return nil
}

// levels are those of a page of the second form; nil where the column has none.
func levels(b []byte, most byte, n int) ([]byte, error) {
	if most == 0 {
		return nil, nil
	}
	out, err := hybrid(b, bitsFor(int(most)), n, []byte{})
	return out, within(out, most, err)
}

// prefixed are levels behind their length.
func prefixed(b []byte, encoding int64, most byte, n int) (out, rest []byte, err error) {
	if encoding != encRLE {
		return nil, nil, unsupported("levels in an encoding (%d) that is not read", encoding)
	}
	if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
		return nil, nil, bad("the levels of a page stand outside it")
	}
	size := 4 + int(binary.LittleEndian.Uint32(b))
	out, err = hybrid(b[4:size], bitsFor(int(most)), n, []byte{})
	return out, b[size:], within(out, most, err)
}

func within(levels []byte, most byte, err error) error {
	for _, l := range levels {
		if err == nil && l > most {
			err = bad("a page has a level its column has not")
		}
	}
	return err
}

// get is a value of the page; i counts those that are not NULL.
func (p *page) get(dict *values, i int) []byte {
	if p.idx != nil {
		return dict.get(int(p.idx[i]))
	}
	return p.vals.get(i)
}
