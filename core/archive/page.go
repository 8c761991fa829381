package archive

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/core/request"
)

//go:embed page/page.css
var pageStyle string

//go:embed page/page.html
var pageSource string

// The page is written in three goes, so that its tables never stand in memory together: its begin, the
// collections as they were stashed, its end.
var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pageView is what the page shows.
type pageView struct {
	words
	*Article15
	Info        Info
	Style       template.CSS
	Policy      string
	Made        string
	Portable    bool
	Held        bool // data is processed
	Empty       bool // the package holds none of it
	Systems     []systemView
	Records     []systemView // the executor's own
	Collections int64
	Rows        int64
	FileCount   int64
	Files       []fileView
}

// recipientsView is one table of recipients.
type recipientsView struct {
	words
	Title string
	List  []Recipient
}

// Actual are those who received data.
func (v pageView) Actual() recipientsView {
	return recipientsView{v.words, v.T("recipients"), v.Recipients}
}

// Foreseen are those who will receive data.
func (v pageView) Foreseen() recipientsView {
	return recipientsView{v.words, v.T("recipients.planned"), v.Planned}
}

// ZoneName is the zone instants are shown in.
func (v pageView) ZoneName() string { return v.zone.String() }

type systemView struct {
	ID     string
	Label  string
	Tables []*Table
}

type fileView struct {
	Path, Title, Description, Place string
	Bytes                           int64
}

// writePage writes index.html; mu is held.
func (b *Builder) writePage(w io.Writer, told *Article15) error {
	hash := sha256.Sum256([]byte(pageStyle))
	v := pageView{words: b.words, Article15: told, Info: b.info, Style: template.CSS(pageStyle), Made: b.words.Moment(b.at),
		Policy:   "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'",
		Portable: b.info.Right == request.Portability}
	v.Systems, v.Records = b.bySystem(false), b.bySystem(true)
	for _, t := range b.tables {
		if !t.info.own {
			v.Collections++
			v.Rows += t.rows
		}
	}
	for _, f := range b.files {
		x := fileView{Path: f.Path, Title: f.title, Description: f.description, Place: f.system, Bytes: f.Bytes}
		if f.table != nil {
			x.Place += " – " + f.table.info.Label
		}
		if x.Title == "" {
			x.Title = f.Path[strings.LastIndexByte(f.Path, '/')+1:]
		}
		if !f.own() {
			v.FileCount++
		}
		v.Files = append(v.Files, x)
	}
	v.Empty = v.Rows == 0 && v.FileCount == 0
	v.Held = !v.Empty || told.Processed && !v.Portable
	if err := pageTemplate.ExecuteTemplate(w, "begin", v); err != nil {
		return err
	}
	if err := b.writeSystems(w, v.Systems); err != nil {
		return err
	}
	if err := pageTemplate.ExecuteTemplate(w, "records", v); err != nil {
		return err
	}
	if err := b.writeSystems(w, v.Records); err != nil {
		return err
	}
	return pageTemplate.ExecuteTemplate(w, "end", v)
}

// writeSystems writes the sections of tables as they were stashed.
func (b *Builder) writeSystems(w io.Writer, systems []systemView) error {
	for _, s := range systems {
		if err := pageTemplate.ExecuteTemplate(w, "system", s); err != nil {
			return err
		}
		for _, t := range s.Tables {
			if _, err := io.Copy(w, b.page.section(t.pageRange.off, t.pageRange.n)); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "</section>\n"); err != nil {
			return err
		}
	}
	return nil
}

// bySystem groups the tables by their system, both in the order they came: those of the controller's systems, or the executor's own.
func (b *Builder) bySystem(own bool) []systemView {
	var out []systemView
	at, prefix := map[string]int{}, "s"
	if own {
		prefix = "own"
	}
	for _, t := range b.tables {
		if t.info.own != own {
			continue
		}
		i, ok := at[t.info.System]
		if !ok {
			i = len(out)
			at[t.info.System] = i
			out = append(out, systemView{ID: fmt.Sprintf("%s%d", prefix, i+1), Label: t.info.System})
		}
		out[i].Tables = append(out[i].Tables, t)
	}
	return out
}

// anchor is the collection's place on the page.
func (t *Table) anchor() string { return "c-" + t.name }

// Anchor is the collection's place on the page.
func (v systemView) Anchor(t *Table) string { return t.anchor() }

// LabelOf is the collection's label.
func (v systemView) LabelOf(t *Table) string { return t.info.Label }

// RowsOf is how many rows it has.
func (v systemView) RowsOf(t *Table) int64 { return t.rows }
