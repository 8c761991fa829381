package words

import "strings"

// Found is a word with the place it stands in: "collection.fields.*.owned_by".
type Found struct {
	Path string
	Word Word
}

// Walk visits every word of a file once for each place it may stand in.
func Walk(s *Struct, visit func(Found)) { walk(s, nil, visit) }

func walk(s *Struct, path []string, visit func(Found)) {
	for _, w := range s.Words {
		at := append(append([]string{}, path...), w.Key)
		visit(Found{strings.Join(at, "."), w})
		walkType(w.Type, at, visit)
	}
}

func walkType(t *Type, path []string, visit func(Found)) {
	if t.Items != nil {
		walkType(t.Items, path, visit)
	}
	if t.Struct != nil {
		walk(t.Struct, path, visit)
	}
	if t.Dict != nil {
		walkType(t.Dict.Value, append(append([]string{}, path...), "*"), visit)
	}
}
