package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"
)

// Version is one of an object, as a listing tells it from every other.
type Version struct {
	ID, ETag string
	Size     int64
	At       time.Time
}

func (v Version) is(w Version) bool {
	return v.ID == w.ID && v.ETag == w.ETag && v.Size == w.Size && v.At.Equal(w.At)
}

// known is what is remembered of a version: the packed marks of columns.
type known struct {
	Version
	columns map[string][]byte
}

// entry is what is remembered of an object.
type entry struct {
	key      string
	versions []known
}

func (e *entry) bytes() int {
	n := len(e.key) + 8
	for _, v := range e.versions {
		n += len(v.ID) + len(v.ETag) + 24
		for name, marks := range v.columns {
			n += len(name) + len(marks) + 8
		}
	}
	return n
}

// same says whether as much is known as before.
func (e *entry) same(before *entry) bool {
	if before == nil {
		return len(e.versions) == 0
	}
	return slices.EqualFunc(e.versions, before.versions, func(a, b known) bool {
		return a.is(b.Version) && maps.EqualFunc(a.columns, b.columns, bytes.Equal)
	})
}

// of gives what is remembered of a version.
func (e *entry) of(v Version) *known {
	if e == nil {
		return nil
	}
	for i := range e.versions {
		if e.versions[i].is(v) {
			return &e.versions[i]
		}
	}
	return nil
}

// format is the first byte of what is sealed: another one is from another program.
const format = 1

func pack(entries []entry) []byte {
	out := []byte{format}
	for _, e := range entries {
		out = text(out, e.key)
		out = binary.AppendUvarint(out, uint64(len(e.versions)))
		for _, v := range e.versions {
			out = text(text(out, v.ID), v.ETag)
			out = binary.AppendVarint(binary.AppendVarint(out, v.Size), v.At.UnixNano())
			out = binary.AppendUvarint(out, uint64(len(v.columns)))
			for name, marks := range v.columns {
				out = text(text(out, name), string(marks))
			}
		}
	}
	return out
}

func text(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

var errTorn = errors.New("a piece of the index cannot be read")

// unpack reads what pack wrote; marks stay where they are in b.
func unpack(b []byte) ([]entry, error) {
	if len(b) == 0 || b[0] != format {
		return nil, errTorn
	}
	r := unpacking{b: b[1:]}
	var out []entry
	for len(r.b) > 0 && !r.torn {
		e := entry{key: string(r.text())}
		for n := r.number(); n > 0 && !r.torn; n-- {
			v := known{Version: Version{ID: string(r.text()), ETag: string(r.text()), Size: r.signed(), At: time.Unix(0, r.signed())}, columns: map[string][]byte{}}
			for k := r.number(); k > 0 && !r.torn; k-- {
				name := string(r.text())
				v.columns[name] = r.text()
			}
			e.versions = append(e.versions, v)
		}
		out = append(out, e)
	}
	if r.torn {
		return nil, errTorn
	}
	return out, nil
}

type unpacking struct {
	b    []byte
	torn bool
}

func (r *unpacking) number() uint64 {
	v, n := binary.Uvarint(r.b)
	return take(r, v, n)
}

func (r *unpacking) signed() int64 {
	v, n := binary.Varint(r.b)
	return take(r, v, n)
}

func take[T uint64 | int64](r *unpacking, v T, n int) T {
	if n <= 0 {
		r.torn, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *unpacking) text() []byte {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.torn, r.b = true, nil
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}
