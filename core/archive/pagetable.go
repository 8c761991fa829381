package archive

import (
	"html/template"
	"io"
	"strings"
)

// tableView is one collection's section of the page.
type tableView struct {
	words
	ID, Label, Description        string
	Restricted, Kept              string
	Total, Shown                  int64
	CSV, JSON                     string
	CSVBytes, JSONBytes           int64
	Columns                       []columnView
	Body                          template.HTML // the rows, escaped cell by cell
	Records                       []recordView
	AsRecords                     bool
	RecordCount                   []int
	Formulas, Unreadable, Escaped string
}

type columnView struct {
	Title, Name, Description, Unit, Category, Source string
	Codes                                            []codeItem
	Special, Numeric                                 bool
}

type recordView struct {
	Column columnView
	Cells  []template.HTML
}

// tablePage writes the section of a finished table.
func (w words) tablePage(out io.Writer, t *Table) error {
	v := tableView{words: w, ID: t.anchor(), Label: t.info.Label, Description: t.info.Description, Restricted: t.info.Restricted, Kept: t.info.Kept,
		Total: t.rows, Shown: int64(t.head.shown), CSV: t.csvEntry.Path, JSON: t.jsonEntry.Path,
		CSVBytes: t.csvEntry.Bytes, JSONBytes: t.jsonEntry.Bytes, Body: template.HTML(t.head.html)}
	var formulas, unreadable, escaped []string
	for _, c := range t.columns {
		typ, _ := c.schemaType()
		v.Columns = append(v.Columns, columnView{Title: c.Title, Name: c.name, Description: c.Description, Unit: c.Unit,
			Category: c.CategoryTag, Source: w.source(c.Field), Codes: codeList(c.Codes), Special: c.Special,
			Numeric: (typ == "integer" || typ == "number") && len(c.Codes) == 0})
		if c.formulas > 0 {
			formulas = append(formulas, c.Title)
		}
		if c.unreadable > 0 {
			unreadable = append(unreadable, c.Title)
		}
		if c.escaped > 0 {
			escaped = append(escaped, c.Title)
		}
	}
	v.Formulas, v.Unreadable, v.Escaped = strings.Join(formulas, ", "), strings.Join(unreadable, ", "), strings.Join(escaped, ", ")
	if v.AsRecords = t.rows > 0 && t.rows == int64(len(t.head.records)) && len(v.Columns) >= recordColumns; v.AsRecords {
		v.Body = ""
		for i, c := range v.Columns {
			r := recordView{Column: c}
			for _, cells := range t.head.records {
				r.Cells = append(r.Cells, template.HTML(cells[i]))
			}
			v.Records = append(v.Records, r)
		}
		for i := range t.head.records {
			v.RecordCount = append(v.RecordCount, i+1)
		}
	}
	return pageTemplate.ExecuteTemplate(out, "table", v)
}

// source is where a field's values came from, in words.
func (w words) source(f Field) string {
	if f.SourceLabel != "" {
		return f.SourceLabel
	}
	return w.T("source." + f.Source)
}
