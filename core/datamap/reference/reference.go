// Package reference writes the reference of the data map from the table the loader reads.
package reference

import (
	_ "embed" // the prose
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

//go:generate go test . -run TestWritten -update

//go:embed intro.md
var intro string

// Text is manifests/REFERENCE.md.
func Text() string {
	var b strings.Builder
	b.WriteString(intro)
	b.WriteString("\n# controller.yaml\n")
	table(&b, words.Controller)
	sections(&b, words.Controller)
	b.WriteString("\n# A system's file\n")
	table(&b, words.System)
	sections(&b, words.System)
	languages(&b)
	kinds(&b)
	categories(&b)
	return b.String()
}

// sections gives every map of known keys below s a heading and a table, once.
func sections(b *strings.Builder, s *words.Struct) {
	done := map[*words.Struct]bool{s: true}
	var below func(s *words.Struct, path string)
	below = func(s *words.Struct, path string) {
		for _, w := range s.Words {
			at := strings.TrimPrefix(path+"."+w.Key, ".")
			for _, inner := range structs(w.Type, at) {
				if done[inner.s] || len(inner.s.Words) == 0 {
					continue
				}
				done[inner.s] = true
				fmt.Fprintf(b, "\n## `%s`\n", inner.path)
				table(b, inner.s)
				below(inner.s, inner.path)
			}
		}
	}
	below(s, "")
}

type placed struct {
	s    *words.Struct
	path string
}

func structs(t *words.Type, path string) []placed {
	var out []placed
	if t.Struct != nil {
		out = append(out, placed{t.Struct, path})
	}
	if t.Items != nil {
		out = append(out, structs(t.Items, path+"[]")...)
	}
	if t.Dict != nil {
		name := strings.ToUpper(last(strings.Fields(t.Dict.Of)))
		out = append(out, structs(t.Dict.Value, path+"."+name)...)
	}
	return out
}

func last(s []string) string { return s[len(s)-1] }

func table(b *strings.Builder, s *words.Struct) {
	b.WriteString("| key | takes | without it | means | mistaken, it says |\n| --- | --- | --- | --- | --- |\n")
	for _, w := range s.Words {
		without := w.Default
		if w.Required {
			without = "**required**"
		}
		if without == "" {
			without = "–"
		}
		wrong := w.Wrong
		if wrong == "" {
			wrong = strings.ReplaceAll(w.Missing, "{}", "X")
		}
		if wrong == "" {
			wrong = "–"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", w.Key, cell(takes(w.Type)), cell(without), cell(w.Doc), cell(wrong))
	}
	if s.Languages {
		b.WriteString("| two letters | a text | – | The text in that language. | the label has no pl, the first language of the map |\n")
	}
	if s.Fields {
		b.WriteString("| a field | a text | – | What stands in it. | – |\n")
	}
}

func takes(t *words.Type) string {
	out := t.Name
	if t.Scalar != nil && len(t.Scalar.Enum) > 0 && t.Struct == nil && t.Items == nil && !strings.Contains(out, t.Scalar.Enum[0]) {
		out += ": " + strings.Join(t.Scalar.Enum, ", ")
	}
	if t.Dict != nil && t.Scalar == nil {
		out = "a map, one entry for each " + strings.TrimPrefix(strings.TrimPrefix(t.Dict.Of, "a "), "an ")
	}
	if t.Like != "" {
		out += ", `" + t.Like + "`"
	}
	return out
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func languages(b *strings.Builder) {
	b.WriteString("\n# Labels\nA label is one text, in the map's first language, or `{ pl: …, en: … }`. The subject reads it: no label may lack the first language, and none names a host or a product.\n")
}

func kinds(b *strings.Builder) {
	b.WriteString("\n# Built-in identifier kinds\n| kind | one person | normaliser | category | label |\n| --- | --- | --- | --- | --- |\n")
	for _, k := range datamap.BuiltInKinds() {
		one := "shared"
		if k.Unique {
			one = "unique"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | `%s` | %s; %s |\n", k.Name, one, k.Normaliser, k.Category.Name, k.Label["pl"], k.Label["en"])
	}
}

func categories(b *strings.Builder) {
	all := datamap.BuiltInCategories()
	fmt.Fprintf(b, "\n# Built-in categories\n%d of them; `art. 9` marks special categories, which only a purpose with a basis of art. 9(2) may hold. Terms are those of the W3C Data Privacy Vocabulary.\n\n| category | Polish | English | term | |\n| --- | --- | --- | --- | --- |\n", len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := all[name]
		special := ""
		if c.Special {
			special = "art. 9"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", name, c.Label["pl"], c.Label["en"], c.DPV, special)
	}
}
