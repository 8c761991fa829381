package datamap

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// itself is an element of an array, where it is a plain value and has no members.
const itself = "$element"

// apart takes the fields a collection maps inside arrays of its documents ("photos[].file_id") out of it: one document has many of them, so that they are
// fields of the elements, which are rows. For each array a collection is made, called after the two and addressed as one that is mapped
// for itself would be; nested ties it to the documents. It gives what is left of the collection, and these.
func (l *loader) apart(s *System, k, v *mapfile.Node) (*mapfile.Node, []*array) {
	at := k.Value
	if a := v.Get("at"); a != nil {
		at = a.Text()
	}
	fields := v.Get("fields")
	if fields == nil || !slices.ContainsFunc(fields.Pairs, func(p mapfile.Pair) bool { return inArray(p.Key.Value) }) || strings.ContainsAny(at, "{/") {
		return v, nil
	}
	var out []*array
	own := *fields
	own.Pairs = nil
	for _, p := range fields.Pairs {
		path, member, ok := divided(p.Key.Value)
		if !ok {
			own.Pairs = append(own.Pairs, p)
			continue
		}
		if a := l.array(s, &out, k, p.Key, at, path); a != nil {
			a.fields = append(a.fields, mapfile.Pair{Key: renamed(p.Key, member), Value: l.stripped(p.Value, path)})
		}
	}
	left := *v
	left.Pairs = slices.Clone(v.Pairs)
	for i, p := range left.Pairs {
		switch {
		case p.Key.Value == "fields":
			left.Pairs[i].Value = &own
		case p.Key.Value == "erase" && p.Value.Get("anonymise").Is(mapfile.Map):
			left.Pairs[i].Value = parted(p.Value, out)
		}
	}
	for _, a := range out {
		a.finish(l, &left)
	}
	return &left, out
}

// array is a collection made of the fields inside an array.
type array struct {
	name   *mapfile.Node
	node   *mapfile.Node
	path   string
	at     string
	owns   bool // its elements name persons whose the document is
	fields []mapfile.Pair
	erase  []mapfile.Pair // what an anonymisation of the document says of them
}

// inArray says whether a name leads into an array.
func inArray(field string) bool { return strings.Contains(field, "[]") }

// divided reads "photos[].file_id": the array, and the member of its elements.
func divided(field string) (path, member string, ok bool) {
	path, member, ok = strings.Cut(field, "[]")
	if member == "" {
		member = "." + itself
	}
	return path, strings.TrimPrefix(member, "."), ok
}

func renamed(n *mapfile.Node, name string) *mapfile.Node {
	c := *n
	c.Value = name
	return &c
}

// array gives the collection for an array, made where it is not there yet; nil where it cannot be, with an error reported.
func (l *loader) array(s *System, all *[]*array, collection, field *mapfile.Node, at, path string) *array {
	for _, a := range *all {
		if a.path == path {
			return a
		}
	}
	a := &array{name: renamed(field, collection.Value+"_"+strings.ReplaceAll(path, ".", "_")), path: path, at: at + "." + path + "[]"}
	_, member, _ := strings.Cut(field.Value, "[]")
	if strings.HasSuffix(at, "[]") || inArray(member) || path == "" || member != "" && !strings.HasPrefix(member, ".") {
		l.r.Error(field, "%s is in an array in an array, or in none", field.Value).Hint("ARRAY[].FIELD, of an array in a document")
		return nil
	}
	taken := ""
	l.systemNodes[s].Get("collections").Each(func(k, v *mapfile.Node) {
		if k.Value == a.name.Value || v.Get("at").Text() == a.at {
			taken = k.Value
		}
	})
	if taken != "" {
		l.r.Error(field, "the elements of %s[] are rows of %s", path, taken).Hint("map %s there", field.Value)
		return nil
	}
	*all = append(*all, a)
	return a
}

// stripped is what a map says of a field, in which names in the same array are those of its elements.
func (l *loader) stripped(v *mapfile.Node, path string) *mapfile.Node {
	out := *v
	out.Pairs = slices.Clone(v.Pairs)
	for i, p := range out.Pairs {
		if p.Key.Value != "when" || !p.Value.Is(mapfile.Map) {
			continue
		}
		when := *p.Value
		when.Pairs = slices.Clone(p.Value.Pairs)
		for j, w := range when.Pairs {
			if of, member, ok := divided(w.Key.Value); ok && of == path {
				when.Pairs[j].Key = renamed(w.Key, member)
			}
		}
		out.Pairs[i].Value = &when
	}
	return &out
}

// parted is an erase: whose anonymise: speaks of the document's own fields; what it says of those in arrays goes to these.
func parted(erase *mapfile.Node, arrays []*array) *mapfile.Node {
	out, left := *erase, *erase.Get("anonymise")
	left.Pairs = nil
	for _, p := range erase.Get("anonymise").Pairs {
		path, member, ok := divided(p.Key.Value)
		i := slices.IndexFunc(arrays, func(a *array) bool { return ok && a.path == path })
		if i < 0 {
			left.Pairs = append(left.Pairs, p)
			continue
		}
		arrays[i].erase = append(arrays[i].erase, mapfile.Pair{Key: renamed(p.Key, member), Value: p.Value})
	}
	out.Pairs = slices.Clone(erase.Pairs)
	for i, p := range out.Pairs {
		if p.Key.Value == "anonymise" {
			out.Pairs[i].Value = &left
		}
	}
	return &out
}

// finish writes the collection as a map would. What leads to rows of others, or names a person, is the key of an element in its document: it is what
// the element is there for. Elements that name whose the document is are held as long as it is, and are not its, but it is theirs.
func (a *array) finish(l *loader, document *mapfile.Node) {
	text := func(s string) *mapfile.Node { n := renamed(a.name, s); n.Kind, n.Pairs = mapfile.Text, nil; return n }
	whole := func(pairs []mapfile.Pair) *mapfile.Node {
		n := text("")
		n.Kind, n.Pairs = mapfile.Map, pairs
		return n
	}
	key := ""
	for _, f := range a.fields {
		for _, word := range []string{"owns", "owned_by", "identifier"} {
			if f.Value.Has(word) && f.Value.Get("third_person") == nil {
				if key == "" {
					key = f.Key.Value
				}
				a.owns = a.owns || word != "owns"
			}
		}
	}
	if key == "" {
		key = a.fields[0].Key.Value
		l.r.Error(a.name, "nothing in %s[] tells its elements apart", a.path).Hint("a collection of its own, at: \"%s\", with a key", a.at)
	}
	pairs := []mapfile.Pair{{Key: text("at"), Value: text(a.at)}, {Key: text("key"), Value: text(key)}, {Key: text("fields"), Value: whole(a.fields)}}
	for _, word := range []string{"recipients", "growth", "guards", "rectify"} {
		if document.Has(word) && document.Get(word) != nil {
			pairs = append(pairs, mapfile.Pair{Key: document.KeyNode(word), Value: document.Get(word)})
		}
	}
	if p := document.Get("purposes"); p != nil && a.owns {
		pairs = append(pairs, mapfile.Pair{Key: document.KeyNode("purposes"), Value: p})
	}
	if b := document.Get("restrict").Get("block"); b != nil {
		pairs = append(pairs, mapfile.Pair{Key: document.KeyNode("restrict"), Value: whole([]mapfile.Pair{{Key: text("block"), Value: b}})})
	}
	erase := document.Get("erase")
	switch {
	case len(a.erase) > 0:
		pairs = append(pairs, mapfile.Pair{Key: document.KeyNode("erase"), Value: whole([]mapfile.Pair{{Key: text("anonymise"), Value: whole(a.erase)}})})
	case erase.Has("keep"):
		pairs = append(pairs, mapfile.Pair{Key: document.KeyNode("erase"), Value: erase})
	}
	a.node = whole(pairs)
}
