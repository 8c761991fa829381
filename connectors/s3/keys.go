package s3

import (
	"context"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/objects"
)

// maxPrefixes is how many prefixes are listed one by one before the one above them all is listed instead.
const maxPrefixes = 256

// maxKey is how many bytes a key has at most. What stands between two slashes may have as many.
const maxKey = 1024

// prefix is one to list; an exact one is a key.
type prefix struct {
	text  string
	exact bool
}

// prefixes are those under which keys of a collection stand that a selection may concern.
func prefixes(from *objects.Source, m *objects.Matcher) []prefix {
	if m.Nothing() {
		return nil
	}
	out := below(from.Path, m, 0, "", make([]string, len(from.Path.Fields)))
	slices.SortFunc(out, func(a, b prefix) int { return strings.Compare(a.text, b.text) })
	var kept []prefix
	for _, p := range out {
		if n := len(kept); n > 0 && strings.HasPrefix(p.text, kept[n-1].text) && (!kept[n-1].exact || kept[n-1].text == p.text) {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

func below(t *objects.Template, m *objects.Matcher, depth int, above string, values []string) []prefix {
	names, ok := m.Guesses(depth, values)
	if !ok {
		return []prefix{{text: above + t.Segments[depth].Head()}}
	}
	var out []prefix
	for _, name := range names {
		known := slices.Clone(values)
		if len(above)+len(name) > maxKey || !t.Segments[depth].Read(name, known) {
			continue
		}
		if depth == len(t.Segments)-1 {
			out = append(out, prefix{above + name, true})
		} else {
			out = append(out, below(t, m, depth+1, above+name+"/", known)...)
		}
		if len(out) > maxPrefixes {
			return []prefix{{text: above + t.Segments[depth].Head()}}
		}
	}
	return out
}

// keys visits every key of the collection under which rows of the selection can stand, with the values of its path's fields.
func (s *store) keys(ctx context.Context, from *objects.Source, m *objects.Matcher, visit func(found) error) error {
	depth := len(from.Path.Segments) - 1
	for _, p := range prefixes(from, m) {
		err := s.list(ctx, p.text, func(i item) (bool, error) {
			if p.exact && i.key != p.text {
				return false, nil
			}
			path := strings.Split(i.key, "/")
			values, ok := from.Path.Read(path)
			if !ok || !m.May(depth, values) {
				return !p.exact, nil
			}
			return !p.exact, visit(found{item: i, path: path, values: values})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// found is a key that fits the address of a collection.
type found struct {
	item
	path   []string
	values []string
}
