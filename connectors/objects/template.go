package objects

import (
	"fmt"
	"slices"
	"strings"
)

// OwnPrefix begins the names of what the connector itself puts into the tree.
const OwnPrefix = ".dossier-"

// Bounds are how many bytes a store gives a name; 0: as many as it has.
type Bounds struct {
	Name  int // what stands between two slashes
	Whole int // all of it, slashes included
}

// Template is a compiled `at:`.
type Template struct {
	Segments []Segment
	Fields   []string // each once, in order of first occurrence
	Bounds
}

// Segment is what stands between two slashes.
type Segment []part

// part is a literal, or a field by its index in template.fields, or a wildcard.
type part struct {
	kind  partKind
	text  string
	Field int
}

type partKind int

const (
	literal partKind = iota
	field
	wildcard
)

// Compile reads an address. Its errors speak of the address, which holds no personal data.
func Compile(at string) (*Template, error) {
	t := &Template{}
	if at == "" || strings.HasPrefix(at, "/") {
		return nil, fmt.Errorf("at: %q: write a path below the root", at)
	}
	for _, text := range strings.Split(at, "/") {
		seg, err := t.segment(text)
		if err != nil {
			return nil, fmt.Errorf("at: %q: %w", at, err)
		}
		t.Segments = append(t.Segments, seg)
	}
	return t, nil
}

func (t *Template) segment(text string) (Segment, error) {
	switch {
	case text == "" || text == "." || text == "..":
		return nil, fmt.Errorf("the segment %q names nothing", text)
	case strings.HasPrefix(text, OwnPrefix):
		return nil, fmt.Errorf("names beginning with %s are the connector's own", OwnPrefix)
	}
	var out Segment
	for rest := text; rest != ""; {
		var p part
		var err error
		if p, rest, err = t.part(rest); err != nil {
			return nil, err
		}
		if n := len(out); n > 0 && p.kind != literal && out[n-1].kind != literal {
			return nil, fmt.Errorf("nothing stands between %s and %s", t.show(out[n-1]), t.show(p))
		}
		out = append(out, p)
	}
	return out, nil
}

func (t *Template) part(rest string) (part, string, error) {
	switch rest[0] {
	case '{':
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return part{}, "", fmt.Errorf("a { is not closed")
		}
		name := rest[1:end]
		if name == "" || strings.ContainsAny(name, "{*?[]\\") {
			return part{}, "", fmt.Errorf("{%s} is no field", name)
		}
		i := slices.Index(t.Fields, name)
		if i < 0 {
			i = len(t.Fields)
			t.Fields = append(t.Fields, name)
		}
		return part{kind: field, Field: i}, rest[end+1:], nil
	case '*':
		return part{kind: wildcard}, rest[1:], nil
	}
	end := strings.IndexAny(rest, "{*")
	if end < 0 {
		end = len(rest)
	}
	if strings.ContainsAny(rest[:end], "}?[]\\\x00") {
		return part{}, "", fmt.Errorf("none of } ? [ ] \\ may stand in a name; a * stands for any run of characters")
	}
	return part{kind: literal, text: rest[:end]}, rest[end:], nil
}

func (t *Template) show(p part) string {
	if p.kind == wildcard {
		return "*"
	}
	return "{" + t.Fields[p.Field] + "}"
}

// Has says whether name is a field of the path.
func (t *Template) Has(name string) bool { return slices.Contains(t.Fields, name) }

// Fixed is the leading segments that hold no field: what must exist for the collection to exist.
func (t *Template) Fixed() []string {
	var out []string
	for _, s := range t.Segments {
		if len(s) != 1 || s[0].kind != literal {
			break
		}
		out = append(out, s[0].text)
	}
	return out
}

// Named says whether the segment holds a field or a wildcard.
func (s Segment) Named() bool {
	return slices.ContainsFunc(s, func(p part) bool { return p.kind != literal })
}

// Head is the text every name of the segment begins with.
func (s Segment) Head() string {
	if len(s) > 0 && s[0].kind == literal {
		return s[0].text
	}
	return ""
}
