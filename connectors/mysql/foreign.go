package mysql

import (
	"errors"
	"regexp"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/connectors"
)

// tie is a foreign key as an error names it.
type tie struct {
	schema, table, name string
	columns             []string
	toSchema, to        string // its schema "": that of the table
}

// tied is where a message about a foreign key names it; it quotes no value.
var tied = regexp.MustCompile("\\(`([^`]+)`\\.`([^`]+)`, CONSTRAINT `([^`]+)` FOREIGN KEY \\(([^()]+)\\) REFERENCES (?:`([^`]+)`\\.)?`([^`]+)`")

func foreignOf(e *mysql.MySQLError) *tie {
	if e.Number != parentRow && e.Number != childRow {
		return nil
	}
	m := tied.FindStringSubmatch(e.Message)
	if m == nil {
		return nil
	}
	f := &tie{schema: m[1], table: m[2], name: m[3], toSchema: m[5], to: m[6]}
	for _, c := range strings.Split(m[4], ", ") {
		f.columns = append(f.columns, strings.Trim(c, "`"))
	}
	if f.toSchema == "" {
		f.toSchema = f.schema
	}
	return f
}

// explain says of what forbade a change to a table where it stands, and of a foreign key which columns that ties to which table.
func (w *work) explain(note *connectors.Diagnostic, err error, t *table) {
	var f *fault
	if errors.As(err, &f) && f.foreign != nil {
		x := f.foreign
		child, parent, columns := w.view.called(x.schema, x.table), w.view.called(x.toSchema, x.to), strings.Join(x.columns, ", ")
		note.Path = child + "." + columns
		note.Summary = "rows of " + child + " would refer by " + columns + " to rows of " + parent + " that are not there (constraint " + x.name + ")"
		return
	}
	if p := note.Path; p == "" || p[0] == '.' { // of this table, says who does not know its name
		note.Path = t.Name + p
	}
	if !strings.Contains(note.Summary, note.Path) {
		note.Summary += ": " + note.Path
	}
}
