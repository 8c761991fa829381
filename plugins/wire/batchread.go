package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// DecodeBatch reads a batch of rows of width values, as many as the reader asked for: another width, or
// anything else that is not of the protocol, is [ErrBatch]. The batch does not refer to data. Empty
// bytes come back as []byte{}, an offset of zero as UTC, any other without its zone's name.
func DecodeBatch(data []byte, width int) (connectors.Batch, error) {
	r := &reader{data: data}
	if v := r.byte(); r.err == nil && v != batchVersion {
		return connectors.Batch{}, fmt.Errorf("%w: version %d", ErrBatch, v)
	}
	n := r.count() // a row has at least the byte of its person
	if n > MaxRows {
		r.fail("more rows than a batch may have")
	}
	if w := r.uvarint(); r.err == nil && w != uint64(width) {
		return connectors.Batch{}, fmt.Errorf("%w: rows of %d values where %d were asked for", ErrBatch, w, width)
	}
	if r.err != nil {
		return connectors.Batch{}, r.err
	}
	b := connectors.Batch{Persons: make([]int, n), Values: make([][]any, n), Bytes: len(data)}
	last := int64(0)
	for i := range n {
		last += r.varint()
		b.Persons[i] = int(last)
	}
	for i := range n {
		b.Values[i] = make([]any, width) // each its own: who keeps one row keeps one row
	}
	for c := range width {
		r.column(b.Values, c)
	}
	if r.err == nil && len(r.data) != 0 {
		r.fail("bytes after the last column")
	}
	if r.err != nil {
		return connectors.Batch{}, r.err
	}
	return b, nil
}

// reader takes values off data; after the first error it gives zeros.
type reader struct {
	data  []byte
	err   error
	zones map[int]*time.Location
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", ErrBatch, what)
	}
	r.data = nil
}

func (r *reader) byte() byte {
	if len(r.data) == 0 {
		r.fail("it ends early")
		return 0
	}
	b := r.data[0]
	r.data = r.data[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.fail("a number that does not end")
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.data)
	if n <= 0 {
		r.fail("a number that does not end")
		return 0
	}
	r.data = r.data[n:]
	return v
}

// count reads a number of things that take at least a byte each of what is left.
func (r *reader) count() int {
	v := r.uvarint()
	if v > uint64(len(r.data)) {
		r.fail("a length beyond its end")
		return 0
	}
	return int(v)
}

func (r *reader) take(n int) []byte {
	if n > len(r.data) {
		r.fail("it ends early")
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) column(rows [][]any, c int) {
	size := uint64(0)
	if b := r.take(4); b != nil {
		size = uint64(binary.LittleEndian.Uint32(b))
	}
	if size > uint64(len(r.data)) {
		r.fail("a column that ends early")
		size = 0
	}
	body := &reader{data: r.take(int(size)), err: r.err, zones: r.zones}
	kind := body.byte()
	var there []byte
	if kind&withNulls != 0 {
		kind &^= withNulls
		if kind == kindNull || kind == kindMixed {
			body.fail("a bitmap where there can be none")
		}
		there = body.take((len(rows) + 7) / 8)
	}
	for i := range rows {
		if body.err != nil {
			break
		}
		if there != nil && there[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		k := kind
		if kind == kindMixed {
			k = body.byte()
		}
		rows[i][c] = body.value(k)
	}
	if body.err == nil && len(body.data) != 0 {
		body.fail("bytes after the last value of a column")
	}
	r.zones = body.zones
	if body.err != nil {
		r.err, r.data = body.err, nil
	}
}

func (r *reader) value(kind byte) any {
	switch kind {
	case kindNull:
		return nil
	case kindBool:
		b := r.byte()
		if b > 1 {
			r.fail("a boolean that is neither")
		}
		return b == 1
	case kindInt:
		return r.varint()
	case kindFloat:
		if b := r.take(8); r.err == nil {
			return math.Float64frombits(binary.LittleEndian.Uint64(b))
		}
		return nil
	case kindText:
		return r.text()
	case kindBytes:
		return append([]byte{}, r.take(r.count())...)
	case kindTime:
		return r.time()
	case kindDecimal:
		return connectors.Decimal(r.text())
	case kindJSON:
		return connectors.JSON(r.text())
	case kindBlob:
		return connectors.Blob{ID: r.text(), Name: r.text(), MediaType: r.text(), Size: r.varint()}
	}
	r.fail(fmt.Sprintf("a value of kind %d", kind))
	return nil
}

func (r *reader) text() string { return string(r.take(r.count())) }

func (r *reader) time() time.Time {
	seconds, nanos, offset := r.varint(), r.uvarint(), r.varint()
	if nanos > 999999999 || offset != int64(int32(offset)) {
		r.fail("a time that is none")
		return time.Time{}
	}
	return time.Unix(seconds, int64(nanos)).In(r.zone(int(offset)))
}

func (r *reader) zone(offset int) *time.Location {
	if offset == 0 {
		return time.UTC
	}
	z := r.zones[offset]
	if z == nil {
		z = time.FixedZone("", offset)
		if r.zones == nil {
			r.zones = map[int]*time.Location{}
		}
		r.zones[offset] = z
	}
	return z
}
