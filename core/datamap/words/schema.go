package words

import (
	"bytes"
	"encoding/json"
)

// shared are the types a schema defines once and refers to, by name.
var shared = []struct {
	name string
	t    *Type
}{
	{"label", label}, {"contact", contact}, {"period", period}, {"keep", keep}, {"condition", condition}, {"since", since},
	{"use", use}, {"purposes", purposes}, {"restrict", restrict}, {"purpose", purpose}, {"recipient", recipient},
	{"identifier", identifier}, {"category", category}, {"collection", Collection}, {"field", Field},
}

type object map[string]any

// JSONSchema is the schema (draft 2020-12) of one kind of file, for editors and other programs. It says what can be
// said of shape; references between names are the loader's to check.
func JSONSchema(s *Struct, title string) ([]byte, error) {
	g := schema{defs: object{}}
	root := g.fields(s)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = title
	if len(g.defs) > 0 {
		root["$defs"] = g.defs
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(root)
	return b.Bytes(), err
}

type schema struct{ defs object }

// of is the schema of a type, by reference where it is shared.
func (g schema) of(t *Type) object {
	for _, s := range shared {
		if s.t == t {
			if _, done := g.defs[s.name]; !done {
				g.defs[s.name] = object{} // before its content: it may hold itself
				g.defs[s.name] = g.inline(t)
			}
			return object{"$ref": "#/$defs/" + s.name}
		}
	}
	return g.inline(t)
}

func (g schema) inline(t *Type) object {
	var any []object
	if t.Scalar != nil {
		any = append(any, t.Scalar.schema())
	}
	if t.Items != nil {
		any = append(any, object{"type": "array", "items": g.of(t.Items)})
	}
	if t.Struct != nil {
		any = append(any, g.fields(t.Struct))
	}
	if t.Dict != nil {
		any = append(any, g.entries(t.Dict))
	}
	if t.Null {
		any = append(any, object{"type": "null"})
	}
	if len(any) == 1 {
		return any[0]
	}
	return object{"anyOf": any}
}

func (s *Scalar) schema() object {
	switch {
	case s.Bool:
		return object{"type": "boolean"}
	case s.Number:
		return object{"type": "integer", "minimum": 0}
	case len(s.Enum) > 0:
		values := make([]any, len(s.Enum))
		for i, e := range s.Enum {
			values[i] = e
			if e == "true" || e == "false" {
				values[i] = e == "true"
			}
		}
		return object{"enum": values}
	case s.Pattern != "":
		return object{"type": "string", "pattern": s.Pattern}
	}
	return object{"type": []string{"string", "number", "boolean"}} // a text, as written
}

var ownNotes = object{"description": "Your own notes."}

func (g schema) fields(s *Struct) object {
	properties, required := object{}, []string{}
	for _, w := range s.Words {
		p := g.of(w.Type)
		described := object{"description": w.describe()}
		for k, v := range p {
			described[k] = v
		}
		properties[w.Key] = described
		if w.Required {
			required = append(required, w.Key)
		}
	}
	patterns := object{"^x-": ownNotes}
	out := object{"type": "object", "patternProperties": patterns, "additionalProperties": false}
	if s.Languages {
		patterns["^[a-z]{2}$"] = object{"type": []string{"string", "number", "boolean"}, "description": "The text in that language (ISO 639-1)."}
		out["minProperties"] = 1
	}
	if s.Fields {
		out["additionalProperties"] = text.Scalar.schema()
	}
	if len(properties) > 0 {
		out["properties"] = properties
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// describe is what an editor shows beside a key.
func (w Word) describe() string {
	if w.Default != "" {
		return w.Doc + " Default: " + w.Default + "."
	}
	return w.Doc
}

func (g schema) entries(d *Dict) object {
	out := object{"type": "object", "patternProperties": object{"^x-": ownNotes}, "additionalProperties": g.of(d.Value)}
	switch {
	case d.Names == nil:
	case len(d.Names.Enum) > 0:
		out["propertyNames"] = object{"anyOf": []object{{"enum": d.Names.Enum}, {"pattern": "^x-"}}}
	default:
		out["propertyNames"] = object{"anyOf": []object{{"pattern": d.Names.Pattern}, {"pattern": "^x-"}}}
	}
	return out
}
