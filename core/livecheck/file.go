package livecheck

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// FileFormat is the format of an inspected schema in a file.
const FileFormat = "dossier.schema/v1"

// File is an inspected schema as a file: `manifest inspect SYSTEM` writes one, an application keeps it beside its
// migrations, and `manifest check --against FILE` checks the map in the application's own tests. It holds no row.
type File struct {
	Format      string       `json:"format"`
	System      string       `json:"system"`
	Connector   string       `json:"connector,omitempty"`
	Collections []Collection `json:"collections"`
}

// Collection is one table.
type Collection struct {
	Name       string      `json:"name"`
	View       bool        `json:"view,omitempty"`
	Fields     []Field     `json:"fields,omitempty"`
	Key        []string    `json:"key,omitempty"`
	Unique     [][]string  `json:"unique,omitempty"`
	Indexes    [][]string  `json:"indexes,omitempty"`
	Caseless   []string    `json:"caseless,omitempty"`
	References []Reference `json:"references,omitempty"`
	Triggers   []Trigger   `json:"triggers,omitempty"`
}

// Field is one column.
type Field struct {
	Name      string `json:"name"`
	Type      string `json:"type,omitempty"`
	NotNull   bool   `json:"not_null,omitempty"`
	Generated bool   `json:"generated,omitempty"`
}

// Reference is a foreign key.
type Reference struct {
	Fields   []string `json:"fields"`
	Target   string   `json:"target"`
	Targets  []string `json:"targets,omitempty"`
	OnDelete string   `json:"on_delete,omitempty"`
	OnUpdate string   `json:"on_update,omitempty"`
	Deferred bool     `json:"deferred,omitempty"`
}

// Trigger is one trigger.
type Trigger struct {
	Name   string   `json:"name"`
	On     string   `json:"on,omitempty"`
	Writes []string `json:"writes,omitempty"`
}

// Write writes a schema as a file. Numbers of rows are left out: they change, and the file is kept with code.
func Write(w io.Writer, system, connector string, s *connectors.Schema) error {
	f := File{Format: FileFormat, System: system, Connector: connector, Collections: []Collection{}}
	for _, c := range s.Collections {
		out := Collection{Name: c.Name, View: c.View, Key: c.Key, Unique: c.Unique, Indexes: c.Indexes, Caseless: c.Caseless}
		for _, x := range c.Fields {
			out.Fields = append(out.Fields, Field(x))
		}
		for _, x := range c.References {
			out.References = append(out.References, Reference(x))
		}
		for _, x := range c.Triggers {
			out.Triggers = append(out.Triggers, Trigger(x))
		}
		f.Collections = append(f.Collections, out)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

// Read reads a file that [Write] wrote, and says which system it is of. Unknown fields and other formats are errors.
func Read(r io.Reader) (system string, schema *connectors.Schema, err error) {
	data, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return "", nil, fmt.Errorf("reading the schema: %w", err)
	}
	var f File
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return "", nil, fmt.Errorf("reading the schema: %w: want what `dossier manifest inspect SYSTEM` writes", err)
	}
	if f.Format != FileFormat {
		return "", nil, fmt.Errorf("reading the schema: the format is %q, want %q", f.Format, FileFormat)
	}
	schema = &connectors.Schema{}
	for _, c := range f.Collections {
		out := connectors.SchemaCollection{Name: c.Name, View: c.View, Key: c.Key, Unique: c.Unique, Indexes: c.Indexes, Caseless: c.Caseless, Rows: -1}
		for _, x := range c.Fields {
			out.Fields = append(out.Fields, connectors.SchemaField(x))
		}
		for _, x := range c.References {
			out.References = append(out.References, connectors.Reference(x))
		}
		for _, x := range c.Triggers {
			out.Triggers = append(out.Triggers, connectors.Trigger(x))
		}
		schema.Collections = append(schema.Collections, out)
	}
	return f.System, schema, nil
}
