package files

import (
	"fmt"
	"slices"
	"strings"
)

// ownPrefix begins the names of what the connector itself puts into the tree.
const ownPrefix = ".dossier-"

// maxName is the length of a file name, in bytes, beyond which no file system in use goes.
const maxName = 255

// template is a compiled `at:`.
type template struct {
	segments []segment
	fields   []string // each once, in order of first occurrence
}

// segment is what stands between two slashes.
type segment []part

// part is a literal, or a field by its index in template.fields, or a wildcard.
type part struct {
	kind  partKind
	text  string
	field int
}

type partKind int

const (
	literal partKind = iota
	field
	wildcard
)

// compile reads an address. Its errors speak of the address, which holds no personal data.
func compile(at string) (*template, error) {
	t := &template{}
	if at == "" || strings.HasPrefix(at, "/") {
		return nil, fmt.Errorf("at: %q: write a path below the root", at)
	}
	for _, text := range strings.Split(at, "/") {
		seg, err := t.segment(text)
		if err != nil {
			return nil, fmt.Errorf("at: %q: %w", at, err)
		}
		t.segments = append(t.segments, seg)
	}
	return t, nil
}

func (t *template) segment(text string) (segment, error) {
	switch {
	case text == "" || text == "." || text == "..":
		return nil, fmt.Errorf("the segment %q names nothing", text)
	case strings.HasPrefix(text, ownPrefix):
		return nil, fmt.Errorf("names beginning with %s are the connector's own", ownPrefix)
	}
	var out segment
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

func (t *template) part(rest string) (part, string, error) {
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
		i := slices.Index(t.fields, name)
		if i < 0 {
			i = len(t.fields)
			t.fields = append(t.fields, name)
		}
		return part{kind: field, field: i}, rest[end+1:], nil
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

func (t *template) show(p part) string {
	if p.kind == wildcard {
		return "*"
	}
	return "{" + t.fields[p.field] + "}"
}

// has says whether name is a field of the path.
func (t *template) has(name string) bool { return slices.Contains(t.fields, name) }

// fixed is the leading segments that hold no field: what must exist for the collection to exist.
func (t *template) fixed() []string {
	var out []string
	for _, s := range t.segments {
		if len(s) != 1 || s[0].kind != literal {
			break
		}
		out = append(out, s[0].text)
	}
	return out
}

// named says whether the segment holds a field or a wildcard.
func (s segment) named() bool {
	return slices.ContainsFunc(s, func(p part) bool { return p.kind != literal })
}
