package mongodb

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// depth is where in a stored document what a query speaks of stands.
type depth struct {
	prefix string // before names in documents: "doc." in the held collection
	naked  bool   // the stored document is the element itself, without the document around it
}

// query finds at least the documents in which rows of the selection stand; the matcher decides. One query serves all persons. A Match that is
// Folded, and All, ask for every document: an index finds texts only as they are written.
func (c can) query(s source, m *matcher, at depth) (bson.D, error) {
	if m.sel.All {
		return bson.D{}, nil
	}
	or := bson.A{}
	for _, w := range m.ways {
		if w.Folded {
			return bson.D{}, nil
		}
		one, err := c.way(s, w, at)
		if err != nil {
			return nil, err
		}
		or = append(or, one)
	}
	if len(or) == 1 {
		return or[0].(bson.D), nil
	}
	return bson.D{{Key: "$or", Value: or}}, nil
}

// way asks for documents in which each field holds one of the values any tuple asks of it.
func (c can) way(s source, w way, at depth) (bson.D, error) {
	and := bson.A{}
	for i, f := range w.Fields {
		n, err := s.name(f)
		if err != nil {
			return nil, err
		}
		values, ok := c.values(w.Match, i)
		if !ok {
			continue
		}
		among := bson.D{{Key: "$in", Value: values}}
		var either bson.A
		for _, path := range s.paths(n, at) {
			either = append(either, bson.D{{Key: path, Value: among}})
		}
		switch len(either) {
		case 0: // of a document that is elsewhere: the matcher judges
		case 1:
			and = append(and, either[0])
		default:
			and = append(and, bson.D{{Key: "$or", Value: either}})
		}
	}
	switch len(and) {
	case 0:
		return bson.D{}, nil
	case 1:
		return and[0].(bson.D), nil
	}
	return bson.D{{Key: "$and", Value: and}}, nil
}

// mostAsked is how many bytes the values of one field may have that are looked for together: a query has to fit into one message.
const mostAsked = 4 << 20

// values are the forms of the i-th value of every tuple, each once; false where documents cannot be found by them.
func (c can) values(m connectors.Match, i int) (bson.A, bool) {
	out, seen, size := bson.A{}, map[string]bool{}, 0
	for _, t := range m.Values {
		if slices.ContainsFunc(t.Values, connectors.Empty) {
			continue
		}
		all, ok := c.forms(t.Values[i])
		if !ok {
			return nil, false
		}
		for _, v := range all {
			one, err := marshal(v)
			if err != nil {
				return nil, false
			}
			if key := idKey(one); !seen[key] {
				seen[key] = true
				out, size = append(out, one), size+len(key)
			}
		}
	}
	return out, size <= mostAsked
}

// paths are where a field may stand in a stored document, as queries name places: through an array by its name.
func (s source) paths(n name, at depth) []string {
	var out []string
	join := func(parts ...string) string { return at.prefix + strings.Join(parts, ".") }
	if s.path == nil || at.naked {
		if n.around && at.naked {
			return nil // it could also stand in the document around it, which is not here
		}
		if n.path == nil {
			return []string{strings.TrimSuffix(at.prefix, ".")}
		}
		return []string{join(n.path...)}
	}
	out = append(out, join(append(append([]string{}, s.path...), n.path...)...))
	if n.around {
		out = append(out, join(n.path...))
	}
	return out
}

// projection is of the members of documents that the fields stand in, all that Locate reads.
func (s source) projection(fields []string, at depth) (bson.D, error) {
	out, seen := bson.D{}, map[string]bool{}
	add := func(first string) {
		if !seen[first] {
			seen[first] = true
			out = append(out, bson.E{Key: at.prefix + first, Value: 1})
		}
	}
	if s.path != nil && !at.naked {
		add(s.path[0])
	}
	for _, f := range fields {
		if f == connectors.DocumentField {
			for _, part := range []string{"length", "filename", "uploadDate", "contentType", "metadata"} {
				add(part)
			}
			continue
		}
		n, err := s.name(f)
		if err != nil {
			return nil, err
		}
		if n.path != nil && (s.path == nil || at.naked || n.around) {
			add(n.path[0])
		}
	}
	if len(out) == 0 {
		return bson.D{{Key: "_id", Value: 1}}, nil
	}
	return out, nil
}
