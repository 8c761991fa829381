package parquet

import "encoding/binary"

// The types of Thrift's compact protocol, in which the footer, page headers and indexes are written.
const (
	isTrue   = 1
	isFalse  = 2
	isByte   = 3
	isI16    = 4
	isI32    = 5
	isI64    = 6
	isDouble = 7
	isBinary = 8
	isList   = 9
	isSet    = 10
	isStruct = 12
)

// node is one value as it was written. Fields nobody here knows are kept with the others, so that they are written back.
type node struct {
	id   int16 // of a field
	kind byte
	elem byte // of a list
	num  int64
	raw  []byte
	kids []node // fields, in the order they stood in; elements
}

const (
	maxNodes = 4 << 20
	maxNest  = 64
)

// reader of the compact protocol. Lists grow as their elements are read.
type thriftReader struct {
	b     []byte
	at    int
	left  int // nodes that may still be made
	short bool
}

var errThrift = bad("its metadata cannot be read")

// parseStruct reads a struct from the beginning of b; used is what it takes. short says that b ended too early.
func parseStruct(b []byte) (n node, used int, short bool, err error) {
	r := &thriftReader{b: b, left: maxNodes}
	n.kind = isStruct
	if !r.fields(&n, 0) {
		return node{}, 0, r.short, errThrift
	}
	return n, r.at, false, nil
}

func (r *thriftReader) byte() (byte, bool) {
	if r.at >= len(r.b) {
		r.short = true
		return 0, false
	}
	c := r.b[r.at]
	r.at++
	return c, true
}

func (r *thriftReader) uvarint() (uint64, bool) {
	v, n := binary.Uvarint(r.b[r.at:])
	if n <= 0 {
		r.short = n == 0
		return 0, false
	}
	r.at += n
	return v, true
}

func (r *thriftReader) varint() (int64, bool) {
	v, ok := r.uvarint()
	return int64(v>>1) ^ -int64(v&1), ok
}

func (r *thriftReader) fields(n *node, depth int) bool {
	last := int16(0)
	for {
		c, ok := r.byte()
		if !ok || c == 0 {
			return ok
		}
		f := node{kind: c & 15, id: last + int16(c>>4)}
		if c>>4 == 0 {
			id, ok := r.varint()
			if !ok || id != int64(int16(id)) {
				return false
			}
			f.id = int16(id)
		}
		last = f.id
		if f.kind == isTrue || f.kind == isFalse {
			f.kind, f.num = isTrue, int64(2-f.kind)
		} else if !r.value(&f, depth+1) {
			return false
		}
		if r.left--; r.left < 0 {
			return false
		}
		n.kids = append(n.kids, f)
	}
}

func (r *thriftReader) value(n *node, depth int) (ok bool) {
	if depth > maxNest {
		return false
	}
	switch n.kind {
	case isTrue: // an element of a list
		c, ok := r.byte()
		n.num = int64(c & 1)
		return ok
	case isByte:
		c, ok := r.byte()
		n.num = int64(int8(c))
		return ok
	case isI16, isI32, isI64:
		n.num, ok = r.varint()
		return ok
	case isDouble:
		return r.take(n, 8)
	case isBinary:
		size, ok := r.uvarint()
		return ok && r.take(n, size)
	case isStruct:
		return r.fields(n, depth)
	case isList, isSet:
		return r.list(n, depth)
	}
	return false
}

func (r *thriftReader) take(n *node, size uint64) bool {
	if size > uint64(len(r.b)-r.at) {
		r.short = true
		return false
	}
	n.raw = r.b[r.at : r.at+int(size) : r.at+int(size)]
	r.at += int(size)
	return true
}

func (r *thriftReader) list(n *node, depth int) bool {
	c, ok := r.byte()
	if !ok {
		return false
	}
	size := uint64(c >> 4)
	if size == 15 {
		if size, ok = r.uvarint(); !ok {
			return false
		}
	}
	if n.elem = c & 15; n.elem == isFalse {
		n.elem = isTrue
	}
	for ; size > 0; size-- {
		e := node{kind: n.elem}
		if r.left--; r.left < 0 || !r.value(&e, depth+1) {
			return false
		}
		n.kids = append(n.kids, e)
	}
	return true
}

// write appends the fields of a struct.
func (n *node) write(b []byte) []byte {
	last := int16(0)
	for i := range n.kids {
		f := &n.kids[i]
		kind := f.kind
		if kind == isTrue && f.num == 0 {
			kind = isFalse
		}
		if d := f.id - last; d > 0 && d <= 15 {
			b = append(b, byte(d)<<4|kind)
		} else {
			b = append(b, kind)
			b = zigzag(b, int64(f.id))
		}
		last = f.id
		if f.kind != isTrue {
			b = f.writeValue(b)
		}
	}
	return append(b, 0)
}

func zigzag(b []byte, v int64) []byte { return binary.AppendUvarint(b, uint64(v<<1)^uint64(v>>63)) }

func (n *node) writeValue(b []byte) []byte {
	switch n.kind {
	case isTrue:
		return append(b, byte(2-n.num))
	case isByte:
		return append(b, byte(n.num))
	case isI16, isI32, isI64:
		return zigzag(b, n.num)
	case isDouble:
		return append(b, n.raw...)
	case isBinary:
		return append(binary.AppendUvarint(b, uint64(len(n.raw))), n.raw...)
	case isStruct:
		return n.write(b)
	}
	if len(n.kids) < 15 {
		b = append(b, byte(len(n.kids))<<4|n.elem)
	} else {
		b = binary.AppendUvarint(append(b, 0xf0|n.elem), uint64(len(n.kids)))
	}
	for i := range n.kids {
		b = n.kids[i].writeValue(b)
	}
	return b
}
