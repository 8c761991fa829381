package mongodb

import (
	"bytes"
	"encoding/binary"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// Members of what is in a document, and of one of its elements, as it is put aside.
const (
	packedAt     = "at"
	packedEntry  = "entry"
	packedDoc    = "doc"
	packedAround = "around"
	packedWas    = "was"
	packedNow    = "now"
	packedCur    = "cur"
	packedNo     = "no"
	packedGone   = "gone"
	packedOff    = "off"
	packedMarks  = "marks"
	packedArrays = "arrays"
)

// packed is what is in a document, all of it but what is held of an element once more in its entry. What is the same twice is written once.
func (b *body) packed() ([]byte, error) {
	out := []element{{packedAt, b.at}}
	if b.entry != nil {
		e := *b.entry
		e.Doc = null
		raw, err := bson.Marshal(e)
		if err != nil {
			return nil, errNoBSON
		}
		out = append(out, element{packedEntry, embedded(raw)})
	}
	for _, x := range []struct {
		name     string
		doc, was bson.Raw
	}{{packedDoc, b.doc, nil}, {packedAround, b.around, nil}, {packedNow, b.now, b.doc}, {packedCur, b.cur, b.doc}} {
		if x.doc != nil && (x.was == nil || !bytes.Equal(x.doc, x.was)) {
			out = append(out, element{x.name, embedded(x.doc)})
		}
	}
	out = flagged(out, b.gone, b.off, b.marks)
	var arrays []element
	for path, ps := range b.arrays {
		vs := make([]bson.RawValue, len(ps))
		for i, p := range ps {
			vs[i] = p.packed(b.doc != nil)
		}
		arrays = append(arrays, element{path, array(vs)})
	}
	return document(append(out, element{packedArrays, embedded(document(arrays))})), nil
}

// packed is an element: its number alone where nothing is going to be done to it, and it can be read in its document.
func (p *part) packed(inDoc bool) bson.RawValue {
	out := []element{{packedNo, number(p.no)}}
	if !inDoc || p.no < 0 {
		out = append(out, element{packedWas, p.was})
	}
	if !identical(p.now, p.was) {
		out = append(out, element{packedNow, p.now})
	}
	if !identical(p.cur, p.was) {
		out = append(out, element{packedCur, p.cur})
	}
	if out = flagged(out, p.gone, p.off, p.marks); len(out) == 1 {
		return out[0].value
	}
	return embedded(document(out))
}

func number(n int) bson.RawValue {
	return bson.RawValue{Type: bson.TypeInt64, Value: binary.LittleEndian.AppendUint64(nil, uint64(n))}
}

// flagged adds what is so.
func flagged(to []element, gone, off bool, marks []string) []element {
	if gone {
		to = append(to, element{packedGone, null})
	}
	if off {
		to = append(to, element{packedOff, null})
	}
	if len(marks) > 0 {
		vs := make([]bson.RawValue, len(marks))
		for i, m := range marks {
			vs[i] = text(m)
		}
		to = append(to, element{packedMarks, array(vs)})
	}
	return to
}

func text(s string) bson.RawValue {
	return bson.RawValue{Type: bson.TypeString, Value: bsoncore.AppendString(nil, s)}
}

// unpacked reads what packed wrote.
func unpacked(raw []byte) (*body, error) {
	es, err := elements(raw)
	if err != nil {
		return nil, err
	}
	b := &body{}
	var arrays []byte
	for _, e := range es {
		switch e.name {
		case packedAt:
			b.at = e.value
		case packedEntry:
			b.entry = &entry{}
			if bson.Unmarshal(e.value.Value, b.entry) != nil {
				return nil, errNoBSON
			}
		case packedDoc:
			b.doc, b.now, b.cur = e.value.Value, e.value.Value, e.value.Value
		case packedAround:
			b.around = e.value.Value
		case packedNow:
			b.now = e.value.Value
		case packedCur:
			b.cur = e.value.Value
		case packedArrays:
			arrays = e.value.Value
		default:
			err = flag(e, &b.gone, &b.off, &b.marks)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, b.unpack(arrays)
}

// flag reads what flagged added.
func flag(e element, gone, off *bool, marks *[]string) error {
	switch e.name {
	case packedGone:
		*gone = true
	case packedOff:
		*off = true
	case packedMarks:
		vs, err := members(e.value)
		for _, v := range vs {
			*marks = append(*marks, v.StringValue())
		}
		return err
	}
	return nil
}

// unpack reads the arrays that were looked at.
func (b *body) unpack(arrays []byte) error {
	es, err := elements(arrays)
	if err != nil {
		return err
	}
	b.arrays = map[string][]*part{}
	for _, e := range es {
		var first []bson.RawValue // as the document was read
		if b.doc != nil {
			v, err := lookup(b.doc, strings.Split(e.name, "."))
			if err != nil {
				return err
			}
			if v.Type == bson.TypeArray {
				if first, err = members(v); err != nil {
					return err
				}
			}
		}
		vs, err := members(e.value)
		if err != nil {
			return err
		}
		ps := make([]*part, len(vs))
		for i, v := range vs {
			if ps[i], err = unpackedPart(v, first); err != nil {
				return err
			}
		}
		b.arrays[e.name] = ps
	}
	return nil
}

func unpackedPart(v bson.RawValue, first []bson.RawValue) (*part, error) {
	es := []element{{packedNo, v}}
	if v.Type == bson.TypeEmbeddedDocument {
		var err error
		if es, err = elements(v.Value); err != nil {
			return nil, err
		}
	}
	p := &part{}
	for _, e := range es {
		switch e.name {
		case packedNo:
			if p.no = int(e.value.Int64()); p.no >= 0 && p.no < len(first) {
				p.was, p.now, p.cur = first[p.no], first[p.no], first[p.no]
			}
		case packedWas:
			p.was, p.now, p.cur = e.value, e.value, e.value
		case packedNow:
			p.now = e.value
		case packedCur:
			p.cur = e.value
		default:
			if err := flag(e, &p.gone, &p.off, &p.marks); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}
