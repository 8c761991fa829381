package mongodb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// element is one member of a document, its value as the bytes it is stored as.
type element struct {
	name  string
	value bson.RawValue
}

var errNoBSON = errors.New("a document of the store cannot be read")

// elements are the members of a document or array, in order.
func elements(doc []byte) ([]element, error) {
	raw, err := bson.Raw(doc).Elements()
	if err != nil {
		return nil, errNoBSON // the driver's words may quote it
	}
	out := make([]element, len(raw))
	for i, e := range raw {
		out[i] = element{e.Key(), bson.RawValue{Type: e.Value().Type, Value: e.Value().Value}}
	}
	return out, nil
}

// document writes members as a document. Values are copied as the bytes they are.
func document(es []element) bson.Raw {
	out := make([]byte, 4, 256)
	for _, e := range es {
		out = append(out, byte(e.value.Type))
		out = append(out, e.name...)
		out = append(out, 0)
		out = append(out, e.value.Value...)
	}
	out = append(out, 0)
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	return out
}

// array writes values as an array.
func array(vs []bson.RawValue) bson.RawValue {
	es := make([]element, len(vs))
	for i, v := range vs {
		es[i] = element{strconv.Itoa(i), v}
	}
	return bson.RawValue{Type: bson.TypeArray, Value: document(es)}
}

// members are the values of an array.
func members(v bson.RawValue) ([]bson.RawValue, error) {
	es, err := elements(v.Value)
	if err != nil {
		return nil, err
	}
	out := make([]bson.RawValue, len(es))
	for i, e := range es {
		out[i] = e.value
	}
	return out, nil
}

// embedded is a document as a value.
func embedded(doc bson.Raw) bson.RawValue {
	return bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: doc}
}

// null is NULL; missing is no value at all.
var (
	null    = bson.RawValue{Type: bson.TypeNull}
	missing = bson.RawValue{}
)

// isNull says whether a value is what the contract calls NULL: null, undefined, or not there.
func isNull(v bson.RawValue) bool {
	return v.Type == 0 || v.Type == bson.TypeNull || v.Type == bson.TypeUndefined
}

// identical says whether two values are the same type and bytes; numbers of one worth and different types are not.
func identical(a, b bson.RawValue) bool {
	return a.Type == b.Type && bytes.Equal(a.Value, b.Value)
}

// errThrough is a path that leads through an array: what it names is not one value.
var errThrough = errors.New("leads through an array")

// errDotted is a path beside a member whose own name is written as the path, or a part of it: in what the map names them alike.
var errDotted = errors.New("a member has a dot in its name")

// lookup gives the value at path; missing where there is none. errThrough where an array stands on the way, errDotted where it cannot be told which member
// is meant.
func lookup(doc bson.Raw, path []string) (bson.RawValue, error) {
	es, err := elements(doc)
	if err != nil {
		return missing, err
	}
	if len(path) > 1 && slices.ContainsFunc(es, func(e element) bool { return dotted(e.name, path) }) {
		return missing, errDotted
	}
	for _, e := range es {
		if e.name != path[0] {
			continue
		}
		switch {
		case len(path) == 1:
			return e.value, nil
		case e.value.Type == bson.TypeEmbeddedDocument:
			return lookup(e.value.Value, path[1:])
		case e.value.Type == bson.TypeArray:
			return missing, errThrough
		}
		return missing, nil
	}
	return missing, nil
}

// dotted says whether a name with dots in it reads as a path, or as the beginning of one.
func dotted(name string, path []string) bool {
	return strings.Contains(name, ".") && strings.HasPrefix(strings.Join(path, ".")+".", name+".")
}

// put gives the document with a value at path; a value that is missing is taken out. Nothing else of it changes, not even the order of its
// members. Documents on the way that are not there are made, for a value that is one.
func put(doc bson.Raw, path []string, v bson.RawValue) (bson.Raw, error) {
	es, err := elements(doc)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(es, func(e element) bool { return e.name == path[0] })
	switch {
	case i < 0 && v.Type == 0:
		return doc, nil
	case i < 0:
		for len(path) > 1 {
			last := len(path) - 1
			v, path = embedded(document([]element{{path[last], v}})), path[:last]
		}
		return document(append(es, element{path[0], v})), nil
	case len(path) == 1 && v.Type == 0:
		return document(slices.Delete(es, i, i+1)), nil
	case len(path) == 1:
		es[i].value = v
		return document(es), nil
	case es[i].value.Type == bson.TypeArray:
		return nil, errThrough
	case es[i].value.Type != bson.TypeEmbeddedDocument:
		if isNull(es[i].value) && v.Type != 0 {
			es[i].value = embedded(document(nil))
			break
		}
		if v.Type == 0 || isNull(v) {
			return doc, nil
		}
		return nil, errThrough
	}
	inner, err := put(es[i].value.Value, path[1:], v)
	if err != nil {
		return nil, err
	}
	es[i].value = embedded(inner)
	return document(es), nil
}
