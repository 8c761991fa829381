package parquet

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/parquet-go/parquet-go/bloom"
)

// sum is what is known of a chunk once it has been written.
type sum struct {
	slots, absent, plain, packed int64
	places, kinds                []node
	all                          []bounds // of the pages
	data                         int64    // where the first page of data stands
}

// finish writes the pages, and gives what footer and indexes are to say of them.
func (d *editor) finish() (node, tail, error) {
	col := d.c.col
	if d.dict != nil && d.dict.trim(d.pages) {
		for _, p := range d.pages {
			if p.indexed {
				p.raw = nil
			}
		}
	}
	start := d.o.at
	var s sum
	if d.dict != nil {
		if err := d.writeDictionary(&s); err != nil {
			return node{}, tail{}, err
		}
	}
	s.data = d.o.at
	row := int64(0)
	for _, p := range d.pages {
		if err := d.writePage(p, row, &s); err != nil {
			return node{}, tail{}, err
		}
		row += p.rows
	}
	at := d.c.at.clone()
	meta := at.get(3)
	if at.int(2) != 0 {
		at.put(2, start)
	}
	meta.put(5, s.slots)
	meta.put(6, s.plain)
	meta.put(7, s.packed)
	meta.put(9, s.data)
	var t tail
	if at.int(4) > 0 {
		t.places = (&node{kids: []node{listOf(1, isStruct, s.places)}}).write(nil)
	}
	t.columns = d.columnIndex(&s)
	t.bloom = d.bloom()
	at.drop(4, 5, 6, 7)
	meta.drop(10, 11, 14, 15, 16, 17)
	if d.dict != nil {
		meta.set(i64(11, start))
	}
	if was := meta.get(12); was != nil {
		*was = statisticsLike(col, was, over(col, s.all), s.absent)
	}
	if meta.has(13) {
		meta.set(listOf(13, isStruct, s.kinds))
	}
	for _, k := range s.kinds {
		withEncoding(meta, k.int(2))
	}
	return at, t, nil
}

func withEncoding(meta *node, encoding int64) {
	list := meta.get(2)
	if list == nil {
		return
	}
	for _, e := range list.kids {
		if e.num == encoding {
			return
		}
	}
	list.kids = append(list.kids, node{kind: isI32, num: encoding})
}

// kind counts a page by what it is and how it is encoded.
func (s *sum) kind(page, encoding int64) {
	for i := range s.kinds {
		if k := &s.kinds[i]; k.int(1) == page && k.int(2) == encoding {
			k.put(3, k.int(3)+1)
			return
		}
	}
	s.kinds = append(s.kinds, structOf(0, i32(1, page), i32(2, encoding), i32(3, 1)))
}

func (d *editor) writeDictionary(s *sum) error {
	b, err := encode(nil, d.c.col, encPlain, d.dict.vals)
	if err != nil {
		return err
	}
	packed, err := squeeze(d.c.codec, b)
	if err != nil {
		return err
	}
	head := d.p.began.at.clone()
	head.get(7).put(1, int64(d.dict.vals.n()))
	s.kind(dictPage, d.p.began.encoding)
	return d.send(&head, nil, packed, int64(len(b)), s)
}

// send writes a page: levels, which are not compressed in the second form, and the rest.
func (d *editor) send(head *node, levels, packed []byte, plain int64, s *sum) error {
	head.put(2, plain)
	head.put(3, int64(len(levels)+len(packed)))
	if f := head.get(4); f != nil {
		f.num = int64(int32(crc32.Update(crc32.ChecksumIEEE(levels), crc32.IEEETable, packed)))
	}
	b := head.write(nil)
	s.plain += int64(len(b)) + plain
	s.packed += int64(len(b) + len(levels) + len(packed))
	for _, part := range [][]byte{b, levels, packed} {
		if err := d.o.write(part); err != nil {
			return err
		}
	}
	return nil
}

// writePage writes a page whose first row is row.
func (d *editor) writePage(p *draft, row int64, s *sum) error {
	col := d.c.col
	from := d.o.at
	kind := int64(dataPage)
	if p.like != nil {
		kind = p.like.kind
	}
	var own bounds
	slots := int64(p.slots())
	if p.bounds != nil {
		own, slots = *p.bounds, p.like.slots
	} else {
		own = p.measure(col, d.dict)
		own.absent = slots - int64(p.filled())
	}
	s.slots += slots
	s.absent += own.absent
	s.all = append(s.all, own)
	s.kind(kind, p.encoding)
	if p.raw != nil {
		s.plain += p.like.body - p.like.from + p.like.size
		s.packed += int64(len(p.raw))
		if err := d.o.write(p.raw); err != nil {
			return err
		}
	} else if err := d.encodePage(p, kind, own, s); err != nil {
		return err
	}
	s.places = append(s.places, structOf(0, i64(1, from), i32(2, d.o.at-from), i64(3, row)))
	return nil
}

func (d *editor) encodePage(p *draft, kind int64, own bounds, s *sum) error {
	col := d.c.col
	body, err := d.body(p)
	if err != nil {
		return err
	}
	reps, defs := levelled(p.rep, col.maxRep), levelled(p.def, col.maxDef)
	head := freshHead(p.encoding)
	if p.like != nil {
		head = p.like.at.clone()
	}
	slots := int64(p.slots())
	if kind == dataPageV2 {
		h := head.get(8)
		h.put(1, slots)
		h.put(2, own.absent)
		h.put(3, p.rows)
		h.put(4, p.encoding)
		h.put(5, int64(len(defs)))
		h.put(6, int64(len(reps)))
		if h.has(7) {
			h.set(truth(7, true))
		}
		if was := h.get(8); was != nil {
			*was = statisticsLike(col, was, own, own.absent)
		}
		plain := int64(len(reps) + len(defs) + len(body))
		packed, err := squeeze(d.c.codec, body)
		if err != nil {
			return err
		}
		return d.send(&head, append(reps, defs...), packed, plain, s)
	}
	h := head.get(5)
	h.put(1, slots)
	h.put(2, p.encoding)
	if was := h.get(5); was != nil {
		*was = statisticsLike(col, was, own, own.absent)
	}
	var whole []byte
	for _, l := range []struct {
		b    []byte
		most byte
	}{{reps, col.maxRep}, {defs, col.maxDef}} {
		if l.most > 0 {
			whole = append(binary.LittleEndian.AppendUint32(whole, uint32(len(l.b))), l.b...)
		}
	}
	whole = append(whole, body...)
	packed, err := squeeze(d.c.codec, whole)
	if err != nil {
		return err
	}
	return d.send(&head, nil, packed, int64(len(whole)), s)
}

func freshHead(encoding int64) node {
	return structOf(0, i32(1, dataPage), i32(2, 0), i32(3, 0), structOf(5, i32(1, 0), i32(2, encoding), i32(3, encRLE), i32(4, encRLE)))
}

func levelled(l []byte, most byte) []byte {
	if most == 0 {
		return nil
	}
	return packed(nil, l, bitsFor(int(most)))
}

// body encodes the values of a page.
func (d *editor) body(p *draft) ([]byte, error) {
	if !p.indexed {
		return encode(nil, d.c.col, p.encoding, p.vals)
	}
	width := bitsFor(d.dict.vals.n() - 1)
	return packed([]byte{byte(width)}, p.idx, width), nil
}

// bloom is a Bloom filter of the size of the one the chunk had, of the values it has now.
func (d *editor) bloom() []byte {
	head, filter := d.o.f.filter(d.c)
	if filter == nil {
		return nil
	}
	filter.Reset()
	fill := func(v *values) {
		for i := range v.n() {
			filter.Insert(bloom.XXH64{}.Sum64(v.get(i)))
		}
	}
	if d.dict != nil {
		fill(&d.dict.vals)
	}
	for _, p := range d.pages {
		fill(&p.vals)
	}
	return append(head[:len(head):len(head)], filter.Bytes()...)
}
