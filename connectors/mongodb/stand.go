package mongodb

import (
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// stand is a stored document: one in its ordinary place, or what is held of one. What is in it is put aside while nobody looks at it, see [known].
type stand struct {
	*body // nil: it is put aside

	name  string              // see known
	aside kept                // nil: it never was
	fresh bool                // it is not as it was put aside
	looks int32               // how many look at it
	turns int32               // rows of it whose turn has not come
	homes map[numbered]*stand // where elements are held by themselves since this call moved them
}

// body is what a document holds: as it was read, and what becomes of it.
type body struct {
	at     bson.RawValue // its _id where it is stored
	entry  *entry        // nil: in its ordinary place
	doc    bson.Raw      // the document of the application, as it was read; nil where an element of it is held by itself
	around bson.Raw      // the document around an element that is held by itself; nil where it is gone, or not needed any more
	arrays map[string][]*part

	now  bson.Raw // as earlier treatments of the call are going to leave it
	gone bool     // an earlier treatment of the call is going to take it away
	cur  bson.Raw // as the store has it
	off  bool     // the store has it no more

	marks []string // requests that hold it, as they will be; of a document that is held
}

// standing is a document as it was read.
func standing(at bson.RawValue, doc bson.Raw) *stand {
	return &stand{body: &body{at: at, doc: doc, now: doc, cur: doc}}
}

// part is an element of an array, or one that is held by itself.
type part struct {
	no            int           // which it was when the document was read; others, that came later, have none (-1)
	was, now, cur bson.RawValue // as it was read, as earlier treatments of the call are going to leave it, as the store has it
	gone, off     bool
	marks         []string // requests that hold it, as they will be; of an element held by itself
}

// row is a document or an element of one.
type row struct {
	*stand
	part *part // nil: the document is the row
}

// id is the _id of the application's document the row is, or stands in.
func (s *stand) id() bson.RawValue {
	if s.entry != nil {
		return s.entry.Of
	}
	return s.at
}

// parts are the elements of an array of the document, the same each time; none where there is no such array.
func (s *stand) parts(path []string) ([]*part, error) {
	key := strings.Join(path, ".")
	if ps, ok := s.arrays[key]; ok {
		return ps, nil
	}
	v, err := lookup(s.doc, path)
	if err != nil {
		return nil, err
	}
	var out []*part
	if v.Type == bson.TypeArray {
		vs, err := members(v)
		if err != nil {
			return nil, err
		}
		for i, m := range vs {
			out = append(out, &part{no: i, was: m, now: m, cur: m})
		}
	}
	if s.arrays == nil {
		s.arrays = map[string][]*part{}
	}
	s.arrays[key] = out
	return out, nil
}

// numbered is the element of an array that has a number.
func (s *stand) numbered(path []string, no int) (*part, error) {
	if s.doc == nil {
		path = nil
	}
	ps, err := s.parts(path)
	if err != nil {
		return nil, err
	}
	if no < len(ps) && ps[no].no == no { // as long as it stands where it stood
		return ps[no], nil
	}
	for _, p := range ps {
		if p.no == no {
			return p, nil
		}
	}
	return nil, errChanged
}

// rows are the rows of the collection that stand in the document.
func (s *stand) rows(from source) ([]row, error) {
	switch {
	case from.path == nil:
		return []row{{stand: s}}, nil
	case s.doc == nil:
		return []row{{stand: s, part: s.arrays[""][0]}}, nil
	}
	ps, err := s.parts(from.path)
	if errors.Is(err, errThrough) {
		return nil, through(from, strings.Join(from.path, "."))
	}
	out := make([]row, len(ps))
	for i, p := range ps {
		out[i] = row{stand: s, part: p}
	}
	return out, err
}

// removed says whether an earlier treatment of the call takes the row away.
func (r row) removed() bool { return r.gone || r.part != nil && r.part.gone }

// raw is the value of a field as it is stored: as it was read, or, planned, as earlier treatments of the call leave it.
func (r row) raw(from source, n name, planned bool) (bson.RawValue, error) {
	v, _, err := r.find(from, n, planned)
	return v, err
}

// find is raw, and says whether the value is of the document around the element.
func (r row) find(from source, n name, planned bool) (v bson.RawValue, around bool, err error) {
	doc := r.doc
	if planned && r.now != nil {
		doc = r.now
	}
	if r.part == nil {
		v, err = r.in(from, n, doc)
		return v, false, err
	}
	if n.first {
		if v, err = r.outside(from, n, doc); err != nil || v.Type != 0 {
			return v, true, err
		}
	}
	v = r.part.was
	if planned {
		v = r.part.now
	}
	switch {
	case n.path == nil:
		return v, false, nil
	case v.Type == bson.TypeEmbeddedDocument:
		v, err = r.in(from, n, v.Value)
	default:
		v = missing
	}
	if err != nil || v.Type != 0 || !n.around || n.first {
		return v, false, err
	}
	v, err = r.outside(from, n, doc)
	return v, v.Type != 0, err
}

// outside is the value of a field of the document around an element.
func (r row) outside(from source, n name, doc bson.Raw) (bson.RawValue, error) {
	if doc == nil {
		doc = r.around
	}
	if doc != nil {
		return r.in(from, n, doc)
	}
	if len(n.path) == 1 && n.path[0] == "_id" { // the document is gone; what it was called is known
		return r.id(), nil
	}
	return missing, nil
}

func (r row) in(from source, n name, doc bson.Raw) (bson.RawValue, error) {
	v, err := lookup(doc, n.path)
	switch {
	case errors.Is(err, errThrough):
		return missing, through(from, n.field)
	case errors.Is(err, errDotted):
		return missing, connectors.Diagnostics{{Severity: connectors.Error, Path: from.Name, Summary: "field " + n.field + " of " + from.Name + " is in some document a member with a dot in its name",
			Detail: "neither the server nor a map can name such a member: rename it in the documents"}}
	}
	return v, err
}

// through is the error where one value was asked for and an array stands there: to look into it silently, or past it, would be wrong.
func through(from source, field string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Path: from.Name, Summary: "field " + field + " of " + from.Name + " is or leads through an array in some document",
		Detail: fmt.Sprintf("map the array as a collection of its own, at: %s.ARRAY[]; where its elements are plain values the field is called %s", from.coll, itself)}}
}

// values are the row's fields in the contract's types.
func (r row) values(from source, fields []string, planned bool) (connectors.Row, error) {
	out := make(connectors.Row, len(fields))
	for _, f := range fields {
		if _, ok := out[f]; ok || f == connectors.DocumentField {
			continue
		}
		n, err := from.name(f)
		if err != nil {
			return nil, err
		}
		v, err := r.raw(from, n, planned)
		if err != nil {
			return nil, err
		}
		out[f] = fromBSON(v)
	}
	return out, nil
}
