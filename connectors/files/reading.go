package files

import (
	"slices"
	"strings"
	"time"
)

// read reads a name as the segment: the values of its fields are put into values, which holds those of
// the segments before, "" for a field not yet known. Where the name does not match, values is left as it was.
func (s segment) read(name string, values []string) bool {
	if len(s) == 0 || strings.HasPrefix(name, ownPrefix) {
		return false
	}
	if last := s[len(s)-1]; last.kind == literal && !strings.HasSuffix(name, last.text) {
		return false
	}
	return s.parts(name, values)
}

// parts reads rest as s; values is left as it was where it does not match.
func (s segment) parts(rest string, values []string) bool {
	if len(s) == 0 {
		return rest == ""
	}
	want := s[0].text
	if s[0].kind == field {
		want = values[s[0].field]
	}
	if want != "" { // a literal, or a field whose value is known
		return strings.HasPrefix(rest, want) && s[1:].parts(rest[len(want):], values)
	}
	if len(s) == 1 {
		return s.take(rest, len(rest), values)
	}
	next := s[1].text // nothing but a literal follows a field
	if len(s) == 2 {
		return strings.HasSuffix(rest, next) && s.take(rest, len(rest)-len(next), values)
	}
	const date = len("2006-01-02")
	if len(rest) > date && strings.HasPrefix(rest[date:], next) && isDate(rest[:date]) && s.take(rest, date, values) {
		return true
	}
	for at := 1; at < len(rest); at++ {
		i := strings.Index(rest[at:], next)
		if i < 0 {
			return false
		}
		at += i
		if s.take(rest, at, values) {
			return true
		}
		if !s[1:].bound(s[0], values) {
			return false // the leftmost place leaves most to the rest: where it fails, every other does
		}
	}
	return false
}

// take gives the first n bytes of rest to the first part of s and reads the others.
func (s segment) take(rest string, n int, values []string) bool {
	if n <= 0 {
		return false
	}
	if s[0].kind == field {
		values[s[0].field] = rest[:n]
	}
	if s[1:].parts(rest[n:], values) {
		return true
	}
	if s[0].kind == field {
		values[s[0].field] = ""
	}
	return false
}

// bound says whether s holds a field that is not free: known before, or standing twice, or p's.
func (s segment) bound(p part, values []string) bool {
	for i, q := range s {
		if q.kind != field {
			continue
		}
		same := func(r part) bool { return r.kind == field && r.field == q.field }
		if values[q.field] != "" || same(p) || slices.ContainsFunc(s[:i], same) {
			return true
		}
	}
	return false
}

func isDate(s string) bool {
	_, err := time.Parse("2006-01-02", s)
	return err == nil
}

// write is the name the segment has for values, given what the segments before said; ok is false where a
// value is missing or cannot stand in a path, where the segment holds a wildcard, and where the name would
// be read as something else.
func (s segment) write(values, known []string) (name string, ok bool) {
	var b strings.Builder
	back := slices.Clone(known)
	for _, p := range s {
		switch {
		case p.kind == literal:
			b.WriteString(p.text)
		case p.kind == wildcard || !safe(values[p.field]):
			return "", false
		default:
			b.WriteString(values[p.field])
		}
	}
	name = b.String()
	if len(name) > maxName || name == "." || name == ".." || !s.read(name, back) {
		return "", false
	}
	for _, p := range s {
		if p.kind == field && back[p.field] != values[p.field] {
			return "", false
		}
	}
	return name, true
}

// path is the path of values below the root.
func (t *template) path(values []string) ([]string, bool) {
	var out []string
	known := make([]string, len(t.fields))
	for _, s := range t.segments {
		name, ok := s.write(values, known)
		if !ok || !s.read(name, known) {
			return nil, false
		}
		out = append(out, name)
	}
	return out, true
}

// read reads a whole path.
func (t *template) read(path []string) ([]string, bool) {
	if len(path) != len(t.segments) {
		return nil, false
	}
	values := make([]string, len(t.fields))
	for i, s := range t.segments {
		if !s.read(path[i], values) {
			return nil, false
		}
	}
	return values, true
}

// safe says whether a value may stand in a path. What other programs take for a pattern stands for itself: names are listed and
// compared, never expanded.
func safe(v string) bool {
	return v != "" && v != "." && v != ".." && !strings.ContainsAny(v, "/\\\x00")
}
