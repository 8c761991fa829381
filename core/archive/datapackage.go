package archive

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The published profiles of Data Package 2.0 that the descriptor says it follows.
const (
	profilePackage  = "https://datapackage.org/profiles/2.0/datapackage.json"
	profileResource = "https://datapackage.org/profiles/2.0/dataresource.json"
	profileDialect  = "https://datapackage.org/profiles/2.0/tabledialect.json"
	profileSchema   = "https://datapackage.org/profiles/2.0/tableschema.json"
)

type descriptor struct {
	Schema       string        `json:"$schema"`
	Name         string        `json:"name"`
	ID           string        `json:"id"`
	Title        string        `json:"title"`
	Created      time.Time     `json:"created"`
	Contributors []contributor `json:"contributors,omitempty"`
	Resources    []resource    `json:"resources"`
}

type contributor struct {
	Title string   `json:"title"`
	Email string   `json:"email,omitempty"`
	Roles []string `json:"roles"`
}

type resource struct {
	Schema      string       `json:"$schema"`
	Name        string       `json:"name"`
	Path        string       `json:"path"`
	Type        string       `json:"type,omitempty"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	Format      string       `json:"format,omitempty"`
	MediaType   string       `json:"mediatype"`
	Encoding    string       `json:"encoding,omitempty"`
	Bytes       int64        `json:"bytes"`
	Hash        string       `json:"hash"`
	Dialect     *dialect     `json:"dialect,omitempty"`
	TableSchema *tableSchema `json:"schema,omitempty"`
}

type dialect struct {
	Schema         string `json:"$schema"`
	Header         bool   `json:"header"`
	Delimiter      string `json:"delimiter"`
	LineTerminator string `json:"lineTerminator"`
	QuoteChar      string `json:"quoteChar"`
	DoubleQuote    bool   `json:"doubleQuote"`
	NullSequence   string `json:"nullSequence"`
}

type tableSchema struct {
	Schema        string        `json:"$schema"`
	Fields        []schemaField `json:"fields"`
	MissingValues []any         `json:"missingValues"`
}

type schemaField struct {
	Name        string     `json:"name"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Type        string     `json:"type"`
	Format      string     `json:"format,omitempty"`
	RDFType     string     `json:"rdfType,omitempty"`
	Categories  []codeItem `json:"categories,omitempty"`
	// Beside the standard, as it allows:
	Unit       string `json:"unit,omitempty"`
	Special    bool   `json:"special,omitempty"`
	Provenance string `json:"provenance,omitempty"` // IRI of a DPV class, or a source in words
}

type codeItem struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

var prefixes = map[string]string{
	"dpv":            "https://w3id.org/dpv#",
	"pd":             "https://w3id.org/dpv/pd#",
	"eu-gdpr":        "https://w3id.org/dpv/legal/eu/gdpr#",
	"justifications": "https://w3id.org/dpv/justifications#",
}

// iri writes a prefixed term out; what has no known prefix is no term and is left out.
func iri(term string) string {
	prefix, name, ok := strings.Cut(term, ":")
	if base := prefixes[prefix]; ok && base != "" {
		return base + name
	}
	return ""
}

// describe makes datapackage.json of all that is in the package so far; mu is held.
func (b *Builder) describe(told *Article15) ([]byte, error) {
	d := descriptor{Schema: profilePackage, Name: "personal-data-" + string(b.info.Right), ID: b.id(),
		Title: b.words.T("title." + string(b.info.Right)), Created: b.at}
	for _, c := range told.Controllers {
		d.Contributors = append(d.Contributors, contributor{Title: c.Name, Email: c.Email, Roles: []string{"rightsHolder"}})
	}
	used := names{}
	for _, t := range b.tables {
		d.Resources = append(d.Resources, t.resources(used)...)
	}
	for i, f := range b.files {
		r := plain(fmt.Sprintf("file-%06d", i+1), f.entry, f.media)
		r.Title, r.Description, r.Encoding = f.title, f.description, ""
		d.Resources = append(d.Resources, r)
	}
	for _, e := range b.entries {
		switch e.Path {
		case indexPath:
			r := plain("dossier", e, "application/json")
			r.Title = b.words.T("resource.index")
			d.Resources = append(d.Resources, r)
		case informationPath:
			r := plain("article15", e, "application/ld+json")
			r.Title = b.words.T("resource.article15")
			d.Resources = append(d.Resources, r)
		}
	}
	return json.MarshalIndent(d, "", " ")
}

// id names the package: the same request, controller and moment give the same.
func (b *Builder) id() string {
	h := sha256.Sum256([]byte(strings.Join([]string{"dossier/archive/v1", b.info.Request, string(b.info.Right), b.at.Format(time.RFC3339)}, "\x00")))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // a UUID of version 8, RFC 9562
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func plain(name string, e entry, media string) resource {
	return resource{Schema: profileResource, Name: name, Path: e.Path, Format: e.Path[strings.LastIndexByte(e.Path, '.')+1:],
		MediaType: media, Encoding: "utf-8", Bytes: e.Bytes, Hash: "sha256:" + e.SHA256}
}

// resources are the CSV with its schema, and the JSON twin.
func (t *Table) resources(used names) []resource {
	c := plain(used.unique(t.name, "-"), t.csvEntry, "text/csv")
	c.Type, c.Title, c.Description = "table", t.info.Label, t.info.Description
	c.Dialect = &dialect{Schema: profileDialect, Header: true, Delimiter: ",", LineTerminator: "\r\n", QuoteChar: `"`,
		DoubleQuote: true, NullSequence: nullCell}
	c.TableSchema = t.schema()
	j := plain(used.unique(t.name+"-json", "-"), t.jsonEntry, "application/json")
	j.Title, j.Description = t.info.Label, t.b.words.T("resource.json")
	return []resource{c, j}
}

func (t *Table) schema() *tableSchema {
	w := t.b.words
	s := &tableSchema{Schema: profileSchema, MissingValues: []any{nullCell}}
	for _, c := range t.columns {
		f := schemaField{Name: c.name, Title: c.Title, Description: c.Description, Unit: c.Unit, Special: c.Special, RDFType: iri(c.DPV)}
		f.Type, f.Format = c.schemaType()
		f.Provenance = iri(provenance[c.Source])
		if f.Provenance == "" {
			f.Provenance = c.SourceLabel
		}
		if len(c.Codes) > 0 {
			codes := codeList(c.Codes)
			if c.uncoded || f.Type != "string" && f.Type != "integer" { // categories must name every value, and only these types have them
				f.Description = strings.TrimSpace(f.Description + " " + w.T("field.codes", joinCodes(codes)))
			} else {
				f.Categories = codes
			}
		}
		s.Fields = append(s.Fields, f)
		if c.companion != "" {
			s.Fields = append(s.Fields, schemaField{Name: c.companion, Title: c.Title + " – " + w.T("field.file"), Type: "string"})
		}
		if c.withheld > 0 && len(s.MissingValues) == 1 {
			type labelled struct {
				Value string `json:"value"`
				Label string `json:"label"`
			}
			s.MissingValues = []any{labelled{nullCell, w.T("csv.null")}, labelled{withheldCell, w.T("csv.withheld")}}
		}
	}
	return s
}

var provenance = map[string]string{
	"provided": "dpv:ProvidedPersonalData",
	"observed": "dpv:ObservedPersonalData",
	"inferred": "dpv:InferredPersonalData",
	"derived":  "dpv:DerivedPersonalData",
}

func codeList(codes map[string]string) []codeItem {
	var out []codeItem
	for v, l := range codes {
		out = append(out, codeItem{v, l})
	}
	slices.SortFunc(out, func(a, b codeItem) int { return strings.Compare(a.Value, b.Value) })
	return out
}

func joinCodes(codes []codeItem) string {
	var parts []string
	for _, c := range codes {
		parts = append(parts, c.Value+" = "+c.Label)
	}
	return strings.Join(parts, "; ")
}
