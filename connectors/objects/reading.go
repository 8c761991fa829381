package objects

import (
	"slices"
	"strings"
	"time"
)

// Read reads a name as the segment: the values of its fields are put into values, which holds those of
// the segments before, "" for a field not yet known. Where the name does not match, values is left as it was.
func (s Segment) Read(name string, values []string) bool {
	if len(s) == 0 || strings.HasPrefix(name, OwnPrefix) {
		return false
	}
	if last := s[len(s)-1]; last.kind == literal && !strings.HasSuffix(name, last.text) {
		return false
	}
	return s.parts(name, values)
}

// parts reads rest as s; values is left as it was where it does not match.
func (s Segment) parts(rest string, values []string) bool {
	if len(s) == 0 {
		return rest == ""
	}
	want := s[0].text
	if s[0].kind == field {
		want = values[s[0].Field]
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
func (s Segment) take(rest string, n int, values []string) bool {
	if n <= 0 {
		return false
	}
	if s[0].kind == field {
		values[s[0].Field] = rest[:n]
	}
	if s[1:].parts(rest[n:], values) {
		return true
	}
	if s[0].kind == field {
		values[s[0].Field] = ""
	}
	return false
}

// bound says whether s holds a field that is not free: known before, or standing twice, or p's.
func (s Segment) bound(p part, values []string) bool {
	for i, q := range s {
		if q.kind != field {
			continue
		}
		same := func(r part) bool { return r.kind == field && r.Field == q.Field }
		if values[q.Field] != "" || same(p) || slices.ContainsFunc(s[:i], same) {
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
// value is missing or cannot stand in a path, where the segment holds a wildcard, where the name is longer than the store has any, and
// where it would be read as something else.
func (t *Template) write(s Segment, values, known []string) (name string, ok bool) {
	var b strings.Builder
	back := slices.Clone(known)
	for _, p := range s {
		switch {
		case p.kind == literal:
			b.WriteString(p.text)
		case p.kind == wildcard || !Safe(values[p.Field]):
			return "", false
		default:
			b.WriteString(values[p.Field])
		}
	}
	name = b.String()
	if t.Name > 0 && len(name) > t.Name || name == "." || name == ".." || !s.Read(name, back) {
		return "", false
	}
	for _, p := range s {
		if p.kind == field && back[p.Field] != values[p.Field] {
			return "", false
		}
	}
	return name, true
}

// Path is the path of values below the root; ok is false where the store has none for them.
func (t *Template) Path(values []string) (path []string, ok bool) {
	known, long := make([]string, len(t.Fields)), -1
	for _, s := range t.Segments {
		name, ok := t.write(s, values, known)
		if !ok || !s.Read(name, known) {
			return nil, false
		}
		path, long = append(path, name), long+1+len(name)
	}
	return path, t.Whole == 0 || long <= t.Whole
}

// Read reads a whole path.
func (t *Template) Read(path []string) ([]string, bool) {
	if len(path) != len(t.Segments) {
		return nil, false
	}
	values := make([]string, len(t.Fields))
	for i, s := range t.Segments {
		if !s.Read(path[i], values) {
			return nil, false
		}
	}
	return values, true
}

// Safe says whether a value may stand in a path. What other programs take for a pattern stands for itself: names are listed and
// compared, never expanded.
func Safe(v string) bool {
	return v != "" && v != "." && v != ".." && !strings.ContainsAny(v, "/\\\x00")
}
