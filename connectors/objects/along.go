package objects

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// along gives, for each depth of the path, the values its fields may have down to there, joined; nil where
// the way binds none of them.
func (m *Matcher) along(fields []string, tuples map[string][]connectors.Tuple) []map[string]bool {
	out := make([]map[string]bool, len(m.from.Path.Segments))
	for depth := range out {
		bound := m.boundTo(depth, fields)
		if len(bound) == 0 {
			continue
		}
		out[depth] = map[string]bool{}
		for _, list := range tuples {
			for _, t := range list {
				var b []byte
				for _, i := range bound {
					s, _ := rowfile.PlainText(t.Values[slices.Index(fields, m.from.Path.Fields[i])], m.from.Zone)
					b = join(b, s)
				}
				out[depth][string(b)] = true
			}
		}
	}
	return out
}

// boundTo is the fields of the path, down to depth, that are among fields.
func (m *Matcher) boundTo(depth int, fields []string) []int {
	var out []int
	for _, s := range m.from.Path.Segments[:depth+1] {
		for _, p := range s {
			if p.kind == field && !slices.Contains(out, p.Field) && slices.Contains(fields, m.from.Path.Fields[p.Field]) {
				out = append(out, p.Field)
			}
		}
	}
	return out
}

// May says whether rows below a path whose fields have these values down to depth can be selected.
func (m *Matcher) May(depth int, values []string) bool {
	if m.all {
		return true
	}
	return slices.ContainsFunc(m.ways, func(w way) bool {
		if w.among[depth] == nil {
			return len(w.tuples) > 0
		}
		return w.among[depth][m.joined(depth, w, values)]
	})
}

// Names says whether the selection names, by fields of the path, what has these values down to depth.
func (m *Matcher) Names(depth int, values []string) bool {
	return !m.all && m.from.Path.Segments[depth].Named() && slices.ContainsFunc(m.ways, func(w way) bool {
		return w.among[depth] != nil && w.among[depth][m.joined(depth, w, values)]
	})
}

func (m *Matcher) joined(depth int, w way, values []string) string {
	var b []byte
	for _, i := range m.boundTo(depth, w.Fields) {
		b = join(b, values[i])
	}
	return string(b)
}

// maxGuesses is how many names are looked up one by one before a folder is listed instead.
const maxGuesses = 10000

// Guesses gives the names the segment at depth can have, where all ways bind all its fields; ok is false
// where the folder must be listed.
func (m *Matcher) Guesses(depth int, values []string) (names []string, ok bool) {
	seg := m.from.Path.Segments[depth]
	if !seg.Named() {
		return []string{seg[0].text}, true
	}
	if m.all {
		return nil, false
	}
	seen := map[string]bool{}
	for _, w := range m.ways {
		bound := m.boundTo(depth, w.Fields)
		if len(w.tuples) == 0 {
			continue
		}
		if w.folded { // whatever the case of the name
			return nil, false
		}
		for _, p := range seg {
			if p.kind == wildcard || p.kind == field && !slices.Contains(bound, p.Field) {
				return nil, false
			}
		}
		if len(w.tuples) > maxGuesses {
			return nil, false
		}
		for _, list := range w.tuples {
			for _, t := range list {
				name, ok := m.guess(seg, bound, w, t, values)
				if ok && !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
		}
	}
	return names, true
}

// guess is the name of seg for tuple t, where t agrees with the path so far.
func (m *Matcher) guess(seg Segment, bound []int, w way, t connectors.Tuple, known []string) (string, bool) {
	values := slices.Clone(known)
	for _, i := range bound {
		s, _ := rowfile.PlainText(t.Values[slices.Index(w.Fields, m.from.Path.Fields[i])], m.from.Zone)
		if known[i] != "" && known[i] != s {
			return "", false
		}
		values[i] = s
	}
	return m.from.Path.write(seg, values, known)
}
