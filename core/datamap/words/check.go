package words

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// CheckFile reports what is wrong with the shape of a file, and marks those values as bad so that nothing that only
// follows from them is reported.
func CheckFile(s *Struct, n *mapfile.Node, r *mapfile.Report) {
	c := checker{report: r}
	if d := n.Any("config"); d != nil {
		d.Hide()
	}
	for _, r := range n.Any("recipients").All() {
		r.Value.Any("notify").Any("secret").Hide()
	}
	owner := n.Any("system").Text()
	if owner == "" {
		owner = strings.TrimSuffix(n.File.Name, ".yaml")
	}
	c.fields(s, n, n, owner)
}

type checker struct{ report *mapfile.Report }

// value checks v, the value of the key what, at the key's place at. Owner is the name of the thing it belongs to.
func (c checker) value(t *Type, v, at *mapfile.Node, what, owner string) {
	if v.Bad {
		return
	}
	bad := func(problem, hint string) {
		place := v
		if v.Is(mapfile.Null) && v.Written == "" {
			place = at
		}
		c.report.Error(place, "%s", problem).Hint("%s", hint)
		v.Bad = true
	}
	switch {
	case v.Is(mapfile.Null):
		if !t.Null && (t.Scalar == nil || v.Written == "") {
			bad(what+" is empty; it takes "+t.Name, like(t, at))
		}
	case v.Is(mapfile.Text) && t.Scalar != nil:
		if problem, hint := t.Scalar.check(v, what, t); problem != "" {
			bad(problem, hint)
		}
	case v.Is(mapfile.List) && t.Items != nil:
		for _, x := range v.Items {
			c.value(t.Items, x, v, what, owner)
		}
	case v.Is(mapfile.Map) && t.Struct != nil:
		c.fields(t.Struct, v, at, owner)
	case v.Is(mapfile.Map) && t.Dict != nil:
		c.entries(t.Dict, v)
	default:
		bad(fmt.Sprintf("%s takes %s, not %s", what, t.Name, kindName(v)), like(t, at))
	}
}

func like(t *Type, at *mapfile.Node) string {
	if t.Like == "" || !at.Is(mapfile.Text) {
		return ""
	}
	return at.Value + ": " + t.Like
}

func kindName(v *mapfile.Node) string {
	return map[mapfile.Kind]string{mapfile.Null: "nothing", mapfile.Text: "a text", mapfile.List: "a list", mapfile.Map: "a map"}[v.Kind]
}

func (s *Scalar) check(v *mapfile.Node, what string, t *Type) (problem, hint string) {
	switch {
	case s.Bool && (v.Quoted || v.Value != "true" && v.Value != "false"):
		return fmt.Sprintf("%s is true or false, not %q", what, v.Value), ""
	case s.Check != nil:
		return s.Check(v.Value)
	case len(s.Enum) > 0 && t.Dict == nil:
		for _, e := range s.Enum {
			if e == v.Value {
				return "", ""
			}
		}
		hint = "one of " + join(s.Enum)
		if near := mapfile.Near(v.Value, s.Enum); near != "" {
			hint = "did you mean " + near + "?"
		}
		return fmt.Sprintf("%s cannot be %s", what, v.Value), hint
	case strings.TrimSpace(v.Value) == "" && what != "a value":
		return what + " is an empty text", ""
	}
	return "", ""
}

// fields checks a map of known keys. at is where a missing key is reported: the name of the thing.
func (c checker) fields(s *Struct, n, at *mapfile.Node, owner string) {
	for _, p := range n.Pairs {
		w := s.Word(p.Key.Value)
		switch {
		case w != nil:
			c.value(w.Type, p.Value, p.Key, p.Key.Value, owner)
		case strings.HasPrefix(p.Key.Value, "x-"):
		case s.Languages && isLanguage(p.Key.Value), s.Fields:
			c.value(text, p.Value, p.Key, "a value", owner)
		default:
			if meant := c.unknown(s, p.Key, n); meant != "" {
				n.Meant = append(n.Meant, meant)
			}
			p.Value.Bad = true
			if s == System {
				p.Value.Hide() // it may be config: misspelt
			}
		}
	}
	if s.Languages && len(n.Pairs) == 0 {
		c.report.Error(n, "the label is empty").Hint("{ pl: …, en: … }")
	}
	for _, w := range s.Words {
		if w.Required && !n.Has(w.Key) {
			c.missing(s, w, n, at, owner)
		}
	}
}

func (c checker) missing(s *Struct, w Word, n, at *mapfile.Node, owner string) {
	said := w.Missing
	if said == "" {
		said = strings.TrimSpace(s.Name + " needs " + w.Key)
	}
	place := at
	if at == n && len(n.Pairs) > 0 {
		place = n.Pairs[0].Key // a file as a whole: its first key
	}
	hint := w.Hint
	if hint == "" {
		hint = w.Key + ": …"
		if w.Type.Like != "" {
			hint = w.Key + ": " + w.Type.Like
		}
	}
	c.report.Error(place, "%s", strings.ReplaceAll(said, "{}", owner)).Hint("%s", hint)
}

// unknown reports a key the map does not know, and returns the known one it was likely meant to be.
func (c checker) unknown(s *Struct, key, n *mapfile.Node) string {
	var known []string
	for _, w := range s.Words {
		if !n.Has(w.Key) {
			known = append(known, w.Key)
		}
	}
	if s.Languages && len(s.Words) == 0 {
		c.report.Error(key, "%s is no language", key.Value).Hint("two small letters: pl, en")
		return ""
	}
	near := mapfile.Near(key.Value, known)
	d := c.report.Error(key, "%s has no %s", s.Name, key.Value)
	switch {
	case near != "":
		d.Hint("did you mean %s?", near)
	case len(s.Words) <= 6:
		var keys []string
		for _, w := range s.Words {
			keys = append(keys, w.Key)
		}
		d.Hint("it has %s; own notes go under x-…", join(keys))
	default:
		d.Hint("own notes go under x-…")
	}
	return near
}

func isLanguage(s string) bool {
	return len(s) == 2 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

// entries checks a map of names the author chose.
func (c checker) entries(d *Dict, n *mapfile.Node) {
	for _, p := range n.Pairs {
		if strings.HasPrefix(p.Key.Value, "x-") {
			p.Value.Bad = true
			continue
		}
		if d.Names != nil {
			if problem, hint := d.Names.Check(p.Key.Value); problem != "" {
				c.report.Error(p.Key, "%s", problem).Hint("%s", hint)
				p.Key.Bad, p.Value.Bad = true, true
				continue
			}
		}
		c.value(d.Value, p.Value, p.Key, p.Key.Value, p.Key.Value)
	}
}
