package parquet

import (
	"encoding/binary"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// Row is one row: of a file, where each column is read when it is first asked for, or one that was taken out of a file. It is valid until the
// function it was given to returns.
type Row struct {
	root   *Column
	leaves []*Column
	number int64
	read   func(leaf int) ([]slot, error)
	flat   func(leaf int) ([]byte, bool, error) // where it is known to be faster
	guard  *guard
	err    error // what went wrong while it was read
}

// Number is its place among the rows of its file, from 1.
func (r *Row) Number() int64 { return r.number }

// Fields are the columns at the top of the schema.
func (r *Row) Fields() []string {
	var out []string
	for _, c := range r.root.children {
		out = append(out, c.Name)
	}
	return out
}

// Value is that of a column; there is false where the file has no such column. What goes wrong is said when the function the row was given
// to has returned.
func (r *Row) Value(name string) (v any, there bool) {
	c := r.root.find(name)
	if c == nil {
		return nil, false
	}
	r.inside(func() (err error) {
		v, err = r.of(c)
		return err
	})
	return v, true
}

// inside reads something; the first error stays.
func (r *Row) inside(read func() error) {
	if r.err != nil {
		return
	}
	was := r.guard.outside
	r.guard.outside = false
	r.err = r.guard.run(read)
	r.guard.outside = was
}

func (r *Row) of(c *Column) (any, error) {
	if c.Single() && r.flat != nil {
		b, there, err := r.flat(c.leaf)
		if err != nil || !there {
			return nil, err
		}
		return c.value(b), nil
	}
	all := map[int][]slot{}
	for _, l := range c.leaves() {
		s, err := r.read(l.leaf)
		if err != nil {
			return nil, err
		}
		if len(s) == 0 {
			return nil, bad("a column has no value for a row")
		}
		all[l.leaf] = s
	}
	if c.Single() {
		if s := all[c.leaf][0]; s.def == c.maxDef {
			return c.value(s.val), nil
		}
		return nil, nil
	}
	return c.nested(all)
}

// Bytes is all of the row, in a form of our own from which it can be put back.
func (r *Row) Bytes() []byte {
	var out []byte
	r.inside(func() error {
		for _, c := range r.leaves {
			s, err := r.read(c.leaf)
			if err != nil {
				return err
			}
			out = appendSlots(out, c, s)
		}
		return nil
	})
	return out
}

func appendSlots(out []byte, c *Column, s []slot) []byte {
	out = binary.AppendUvarint(out, uint64(len(s)))
	for _, x := range s {
		out = append(out, x.rep, x.def)
		if x.def == c.maxDef {
			out = append(binary.AppendUvarint(out, uint64(len(x.val))), x.val...)
		}
	}
	return out
}

var errTaken = fmt.Errorf("a row that was taken out of a Parquet file cannot be read; restore what is held from a backup")

// slotsIn reads what [Row.Bytes] wrote.
func slotsIn(raw []byte, leaves []*Column) ([][]slot, error) {
	out := make([][]slot, len(leaves))
	for i, c := range leaves {
		n, used := binary.Uvarint(raw)
		if used <= 0 || n == 0 || n > uint64(len(raw)) {
			return nil, errTaken
		}
		raw = raw[used:]
		for range n {
			if len(raw) < 2 || raw[0] > c.maxRep || raw[1] > c.maxDef {
				return nil, errTaken
			}
			s := slot{rep: raw[0], def: raw[1]}
			raw = raw[2:]
			if s.def == c.maxDef {
				size, used := binary.Uvarint(raw)
				if used <= 0 || size > uint64(len(raw)-used) || c.width > 0 && size != uint64(c.width) {
					return nil, errTaken
				}
				s.val = raw[used : used+int(size) : used+int(size)]
				raw = raw[used+int(size):]
			}
			out[i] = append(out[i], s)
		}
	}
	if len(raw) > 0 {
		return nil, errTaken
	}
	return out, nil
}

// Takes says whether a column can be given a value in this row: ErrValue where it cannot.
func (r *Row) Takes(name string, v any) error {
	_, err := r.set(name, v)
	return err
}

// set gives the new slots of the leaves a new value changes.
func (r *Row) set(name string, v any) (map[int][]slot, error) {
	c := r.root.find(name)
	if c == nil {
		return nil, fmt.Errorf("%w: the file has no column %s", connectors.ErrConflict, name)
	}
	var now []slot
	r.inside(func() (err error) {
		now, err = r.read(c.leaves()[0].leaf)
		return err
	})
	if r.err != nil {
		return nil, r.err
	}
	if len(now) == 0 {
		return nil, bad("a column has no value for a row")
	}
	def := now[0].def
	out := map[int][]slot{}
	switch {
	case v == nil && def < c.maxDef: // it is NULL, or empty, already
		return out, nil
	case v == nil && c.repeat == required:
		return nil, fmt.Errorf("%w: it must not be NULL; let the map anonymise it to a value", ErrValue)
	case v == nil:
		for _, l := range c.leaves() {
			out[l.leaf] = []slot{{def: c.maxDef - 1}}
		}
		return out, nil
	case !c.Single():
		return nil, fmt.Errorf("%w: a nested column of a Parquet file can only be emptied", connectors.ErrNotSupported)
	case def < c.parent.maxDef:
		return nil, fmt.Errorf("%w: what it is part of is NULL", ErrValue)
	}
	b, err := c.bytes(v)
	if err != nil {
		return nil, err
	}
	out[c.leaf] = []slot{{def: c.maxDef, val: b}}
	return out, nil
}

// Head is what is needed to read rows that were taken out of the file: its schema, and how its columns are compressed.
func (f *File) Head() []byte {
	schema := f.foot.get(2).clone()
	schema.id = 1
	var codecs []node
	if n := len(f.groups); n > 0 {
		for _, c := range f.groups[n-1].chunks {
			codecs = append(codecs, node{kind: isI32, num: c.codec})
		}
	}
	head := structOf(0, schema, listOf(2, isI32, codecs))
	return head.write(nil)
}

// SameHead says whether two files have the same schema.
func SameHead(a, b []byte) bool {
	x, _, _, err := parseStruct(a)
	y, _, _, err2 := parseStruct(b)
	if err != nil || err2 != nil || !x.has(1) || !y.has(1) {
		return false
	}
	return string(x.get(1).writeValue(nil)) == string(y.get(1).writeValue(nil))
}

// Taken reads a row that was taken out of a file whose head is given.
func Taken(head, raw []byte, number int64) (*Row, error) {
	h, _, _, err := parseStruct(head)
	if err != nil {
		return nil, errTaken
	}
	root, leaves, err := schemaOf(h.list(1))
	if err != nil {
		return nil, errTaken
	}
	slots, err := slotsIn(raw, leaves)
	if err != nil {
		return nil, err
	}
	return &Row{root: root, leaves: leaves, number: number, guard: &guard{}, read: func(leaf int) ([]slot, error) { return slots[leaf], nil }}, nil
}

// Changed is the row, as [Row.Bytes] writes it, with new values.
func (r *Row) Changed(set connectors.Row) ([]byte, error) {
	fresh := map[int][]slot{}
	for name, v := range set {
		s, err := r.set(name, v)
		if err != nil {
			return nil, err
		}
		for leaf, x := range s {
			fresh[leaf] = x
		}
	}
	var out []byte
	for _, c := range r.leaves {
		s, ok := fresh[c.leaf]
		if !ok {
			var err error
			if s, err = r.read(c.leaf); err != nil {
				return nil, err
			}
		}
		out = appendSlots(out, c, s)
	}
	return out, nil
}
