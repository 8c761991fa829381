package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Format of dossier.json.
const Format = "dossier.archive/v1"

// indexHead is dossier.json without its collections, which are streamed.
type indexHead struct {
	Format      string      `json:"format"`
	Title       string      `json:"title"`
	Language    string      `json:"language"`
	Request     string      `json:"request"`
	Right       string      `json:"right"`
	AsOf        time.Time   `json:"as_of"`
	Created     time.Time   `json:"created"`
	Controllers []Party     `json:"controllers"`
	Searched    []Place     `json:"searched"`
	Found       []Place     `json:"found"`
	NotYet      []Place     `json:"not_yet,omitempty"`
	FoundBy     []string    `json:"found_by"`
	LeftOut     []LeftOut   `json:"left_out"`
	Restricted  []Limited   `json:"restricted,omitempty"`
	Information string      `json:"information,omitempty"` // article15.json
	Files       []indexFile `json:"files"`
}

type indexFile struct {
	Path        string `json:"path"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	System      string `json:"system,omitempty"`
	Collection  string `json:"collection,omitempty"` // name
	MediaType   string `json:"mediatype"`
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256"`
}

type indexField struct {
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Type        string            `json:"type"`
	Codes       map[string]string `json:"codes,omitempty"`
	Unit        string            `json:"unit,omitempty"`
	Category    string            `json:"category,omitempty"`
	Special     bool              `json:"special,omitempty"`
	Source      string            `json:"source,omitempty"`
	LeftOut     int64             `json:"left_out,omitempty"`
}

type indexCollection struct {
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	Description string       `json:"description,omitempty"`
	System      string       `json:"system"`
	Restricted  string       `json:"restricted,omitempty"`
	Kept        string       `json:"kept,omitempty"`
	Own         bool         `json:"own,omitempty"` // of our record of requests
	Rows        int64        `json:"rows"`
	CSV         string       `json:"csv"`
	JSON        string       `json:"json"`
	Fields      []indexField `json:"fields"`
}

// writeCollection writes a finished table as an element of dossier.json's collections, with its rows where they are few.
func writeCollection(w *bytes.Buffer, t *Table) error {
	c := indexCollection{Name: t.name, Title: t.info.Label, Description: t.info.Description, System: t.info.System,
		Restricted: t.info.Restricted, Kept: t.info.Kept, Own: t.info.own, Rows: t.rows, CSV: t.csvEntry.Path, JSON: t.jsonEntry.Path}
	for _, col := range t.columns {
		typ, _ := col.schemaType()
		c.Fields = append(c.Fields, indexField{Name: col.name, Title: col.Title, Description: col.Description, Type: typ,
			Codes: col.Codes, Unit: col.Unit, Category: col.CategoryTag, Special: col.Special,
			Source: t.b.words.source(col.Field), LeftOut: col.withheld})
		if col.companion != "" {
			c.Fields = append(c.Fields, indexField{Name: col.companion, Title: col.Title + " – " + t.b.words.T("field.file"), Type: "string"})
		}
	}
	out, err := marshal(c)
	if err != nil {
		return err
	}
	if t.head.over {
		_, err = w.Write(out)
		return err
	}
	w.Write(out[:len(out)-1])
	w.WriteString(",\"data\":[\n")
	w.Write(t.head.inline)
	_, err = w.WriteString("\n]}")
	return err
}

// writeIndex writes dossier.json; mu is held.
func (b *Builder) writeIndex(w io.Writer, told *Article15) error {
	h := indexHead{Format: Format, Title: b.words.T("title." + string(b.info.Right)), Language: b.info.Language,
		Request: b.info.Request, Right: string(b.info.Right), AsOf: b.info.AsOf.UTC(), Created: b.at,
		Controllers: told.Controllers, Searched: told.Searched, Found: told.Found, NotYet: told.NotYet, FoundBy: told.FoundBy,
		LeftOut: list(told.LeftOut), Restricted: told.Restricted, Files: []indexFile{}}
	if b.informs() {
		h.Information = informationPath
	}
	for _, f := range b.files {
		x := indexFile{Path: f.Path, Title: f.title, Description: f.description, System: f.system, MediaType: f.media,
			Bytes: f.Bytes, SHA256: f.SHA256}
		if f.table != nil {
			x.Collection = f.table.name
		}
		h.Files = append(h.Files, x)
	}
	out, err := marshal(h)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s,\"collections\":[", out[:len(out)-1]); err != nil {
		return err
	}
	for i, t := range b.tables {
		if i > 0 {
			if _, err := io.WriteString(w, ","); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		if _, err := io.Copy(w, b.index.section(t.indexRange.off, t.indexRange.n)); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "]}\n")
	return err
}

// marshal is JSON as people read it: no HTML escapes, no newline at the end.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
