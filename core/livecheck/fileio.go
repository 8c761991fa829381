package livecheck

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// Write writes what was found out about a system as a file. Numbers of rows are left out: they change, and the file is kept with code.
func Write(w io.Writer, i Inspection) error {
	f := File{Format: FileFormat, System: i.System, Connector: i.Connector, Collections: []Collection{}}
	if i.Card != nil {
		f.Card = cardFiled(*i.Card)
	}
	s := i.Schema
	for _, c := range s.Collections {
		f.Collections = append(f.Collections, filed(c))
	}
	for _, x := range s.Feeds {
		f.Feeds = append(f.Feeds, Feed(x))
	}
	for _, x := range s.Routines {
		f.Routines = append(f.Routines, Routine(x))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

func cardFiled(d connectors.Description) *CardFile {
	out := &CardFile{Name: d.Name, Version: d.Version, Blocking: d.Blocking, RowFormats: d.RowFormats}
	for _, x := range d.Config {
		out.Settings = append(out.Settings, Setting(x))
	}
	for _, v := range d.Verbs {
		out.Verbs = append(out.Verbs, string(v))
	}
	return out
}

func (c CardFile) description() *connectors.Description {
	out := &connectors.Description{Name: c.Name, Version: c.Version, Blocking: c.Blocking, RowFormats: c.RowFormats}
	for _, x := range c.Settings {
		out.Config = append(out.Config, connectors.Setting(x))
	}
	for _, v := range c.Verbs {
		out.Verbs = append(out.Verbs, connectors.Verb(v))
	}
	return out
}

func filed(c connectors.SchemaCollection) Collection {
	out := Collection{
		Name: c.Name, View: c.View, Copy: c.Copy, Remote: c.Remote, Unbound: c.Unbound, Reads: c.Reads, Key: c.Key, Unique: c.Unique, Indexes: c.Indexes,
		Caseless: c.Caseless, Partitioned: c.Partitioned, Policies: c.Policies, Versioned: c.Versioned, Unsafe: c.Unsafe, Sampled: c.Sampled,
	}
	for _, x := range c.Fields {
		out.Fields = append(out.Fields, Field{Name: x.Name, Type: x.Type, NotNull: x.NotNull, Generated: x.Generated, Family: string(x.Family), Length: x.Length, Collation: x.Collation, Undated: x.Undated, Stamped: x.Stamped})
	}
	for _, x := range c.References {
		out.References = append(out.References, Reference(x))
	}
	for _, x := range c.Triggers {
		out.Triggers = append(out.Triggers, Trigger(x))
	}
	for _, x := range c.Parts {
		out.Parts = append(out.Parts, Part(x))
	}
	return out
}

// Read reads a file that [Write] wrote. Unknown fields and other formats are errors.
func Read(r io.Reader) (Inspection, error) {
	data, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return Inspection{}, fmt.Errorf("reading the schema: %w", err)
	}
	var f File
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return Inspection{}, fmt.Errorf("reading the schema: %w: want what `dossier manifest inspect SYSTEM` writes", err)
	}
	if f.Format != FileFormat {
		return Inspection{}, fmt.Errorf("reading the schema: the format is %q, want %q", f.Format, FileFormat)
	}
	schema := &connectors.Schema{}
	for _, c := range f.Collections {
		schema.Collections = append(schema.Collections, c.schema())
	}
	for _, x := range f.Feeds {
		schema.Feeds = append(schema.Feeds, connectors.Feed(x))
	}
	for _, x := range f.Routines {
		schema.Routines = append(schema.Routines, connectors.Routine(x))
	}
	out := Inspection{System: f.System, Connector: f.Connector, Schema: schema}
	if f.Card != nil {
		out.Card = f.Card.description()
	}
	return out, nil
}

func (c Collection) schema() connectors.SchemaCollection {
	out := connectors.SchemaCollection{
		Name: c.Name, View: c.View, Copy: c.Copy, Remote: c.Remote, Unbound: c.Unbound, Reads: c.Reads, Key: c.Key, Unique: c.Unique, Indexes: c.Indexes,
		Caseless: c.Caseless, Partitioned: c.Partitioned, Policies: c.Policies, Versioned: c.Versioned, Unsafe: c.Unsafe, Sampled: c.Sampled, Rows: -1,
	}
	for _, x := range c.Fields {
		out.Fields = append(out.Fields, connectors.SchemaField{
			Name: x.Name, Type: x.Type, NotNull: x.NotNull, Generated: x.Generated, Family: connectors.Family(x.Family), Length: x.Length, Collation: x.Collation, Undated: x.Undated, Stamped: x.Stamped,
		})
	}
	for _, x := range c.References {
		out.References = append(out.References, connectors.Reference(x))
	}
	for _, x := range c.Triggers {
		out.Triggers = append(out.Triggers, connectors.Trigger(x))
	}
	for _, x := range c.Parts {
		out.Parts = append(out.Parts, connectors.Part(x))
	}
	return out
}
