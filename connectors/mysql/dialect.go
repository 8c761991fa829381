package mysql

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// dialect is how a server writes a selection.
type dialect struct{ server }

func (dialect) Quote(name string) string { return quote(name) }

func (dialect) Placeholder(n int) string { return placeholder(n) }

func (dialect) Beforehand() string { return "" }

// Beside: MariaDB works a common table out anew, MySQL once; both understand this.
func (dialect) Beside() bool { return true }

func (dialect) Anew() string { return "" }

func (dialect) Then() string { return "STRAIGHT_JOIN " }

// Asked: the optimizer takes what is asked by IS TRUE for no way to an index.
func (dialect) Asked(cond string) string { return "(" + cond + " IS TRUE)" }

// Caseless is not asked for: what an index takes as one, it takes without accents too.
func (d dialect) Caseless(of relational.Term) string { return d.Folded(of) }

func (dialect) Single() bool { return false }

// Tuples sends all tuples as one JSON document, or as several where the server takes none so large. A tuple with a value that is none of its column's type matches nothing, and stays here. A
// text that the column's collation takes for the empty one matches nothing either, unless it is empty itself.
func (d dialect) Tuples(cols []relational.Column, tuples []connectors.Tuple, within bool, bind func(any) string) (string, error) {
	g := grid{}
	for _, t := range tuples {
		row := []any{t.Person}
		foreign := false
		for i, v := range t.Values {
			text, err := written(cols[i], v)
			if errors.Is(err, relational.ErrForeign) {
				foreign = true
				break
			}
			if err != nil {
				return "", err
			}
			row = append(row, text)
		}
		if foreign {
			continue
		}
		if within {
			row = append(row, end(t.Within.From), end(t.Within.To))
		}
		g.rows = append(g.rows, row)
	}
	g.columns = []string{"c0 BIGINT"}
	out := []string{"j.c0"}
	for i, col := range cols {
		name := "c" + strconv.Itoa(i+1)
		g.add(name)
		x := d.cell("j."+name, col)
		switch {
		case typeOf(col).kind != text:
		case col.Folded:
			x = bytewise("j." + name)
		default:
			x = "NULLIF(" + x + ", CASE WHEN LENGTH(j." + name + ") > 0 THEN '' END)"
		}
		out = append(out, x)
	}
	if within {
		for i := range 2 {
			name := "c" + strconv.Itoa(1+len(cols)+i)
			g.add(name)
			out = append(out, "CAST(j."+name+" AS DATETIME(6))")
		}
	}
	var parts []string
	for _, doc := range docs(g.rows, d.room()) {
		parts = append(parts, "SELECT "+strings.Join(out, ", ")+" FROM "+g.read(doc, "j", bind))
	}
	return strings.Join(parts, " UNION ALL "), nil
}

func end(t *time.Time) any {
	if t == nil {
		return nil
	}
	return instantText(*t)
}

// instantText writes an instant as finely as the database keeps it; what is finer is cut, as an end of a range that is included.
func instantText(t time.Time) string { return t.UTC().Truncate(time.Microsecond).Format(finest) }

// grid is rows of texts to be read with JSON_TABLE; the first column may be numbers.
type grid struct {
	columns []string // as they are declared
	rows    [][]any
}

// add adds a column of texts, wide enough for what stands there.
func (g *grid) add(name string) {
	at, width := len(g.columns), 0
	for _, r := range g.rows {
		if s, ok := r[at].(string); ok {
			width = max(width, utf8.RuneCountInString(s))
		}
	}
	size := "LONGTEXT"
	for n := 32; n <= 8192; n *= 4 { // few sizes, so that few statements differ by them alone
		if width <= n {
			size = "VARCHAR(" + strconv.Itoa(n) + ")"
			break
		}
	}
	g.columns = append(g.columns, name+" "+size+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
}

// from writes the rows as something to select from.
func (g *grid) from(alias string, bind func(any) string) string {
	return g.read(document(g.rows), alias, bind)
}

// read writes rows that stand in a document as something to select from.
func (g *grid) read(doc, alias string, bind func(any) string) string {
	cols := make([]string, len(g.columns))
	for i, c := range g.columns {
		cols[i] = c + " PATH '$[" + strconv.Itoa(i) + "]'"
	}
	return "JSON_TABLE(" + bind(doc) + ", '$[*]' COLUMNS (" + strings.Join(cols, ", ") + ")) AS " + alias
}

func document(rows [][]any) string {
	if len(rows) == 0 {
		return "[]"
	}
	doc, _ := json.Marshal(rows) // texts and numbers
	return string(doc)
}

// docs are rows as documents of at most so many bytes, as long as they have more than one row.
func docs(rows [][]any, most int) []string {
	whole := document(rows)
	if len(whole) <= most || len(rows) < 2 {
		return []string{whole}
	}
	half := len(rows) / 2
	return append(docs(rows[:half], most), docs(rows[half:], most)...)
}

// cell is a text that [written] made, as a value to be compared with col or stored in it.
func (d dialect) cell(x string, col relational.Column) string {
	switch t := typeOf(col); t.kind {
	case whole:
		if t.unsigned {
			return "CAST(" + x + " AS UNSIGNED)"
		}
		return "CAST(" + x + " AS SIGNED)"
	case bits:
		return "CAST(" + x + " AS UNSIGNED)"
	case exact:
		return "CAST(" + x + " AS DECIMAL(65," + strconv.Itoa(fraction) + "))"
	case inexact:
		return "CAST(" + x + " AS DOUBLE)"
	case date:
		return "CAST(" + x + " AS DATE)"
	case stamp, instant:
		return "CAST(" + x + " AS DATETIME(6))"
	case clock:
		return "CAST(" + x + " AS TIME(6))"
	case raw:
		return "UNHEX(" + x + ")"
	case nested:
		return "CAST(" + x + " AS JSON)"
	case text:
		return as(x, t)
	}
	return x
}

// as is a text of utf8mb4 as a column holds it: under its collation, and NULL where its character set has no such letters.
func as(x string, into typed) string {
	x = "CONVERT(" + x + " USING utf8mb4)"
	switch into.charset {
	case "utf8mb4", "":
		return "(" + x + " COLLATE " + into.collation + ")"
	case "utf8mb3":
		return "(CONVERT(" + x + " USING utf8mb3) COLLATE " + into.collation + ")"
	}
	there := "CONVERT(" + x + " USING " + into.charset + ")"
	return "(CASE WHEN CONVERT(" + there + " USING utf8mb4) COLLATE utf8mb4_bin = " + x + " THEN " + there + " END COLLATE " + into.collation + ")"
}

// Bound binds a value as text that is made what the column holds.
func (d dialect) Bound(col relational.Column, v any, bind func(any) string) (string, error) {
	if v == nil {
		return "NULL", nil
	}
	s, err := written(col, v)
	if err != nil {
		return "", err
	}
	return d.cell(bind(s), col), nil
}

// Filled: only texts and bytes can be empty; a text is where its collation takes it for the empty one.
func (dialect) Filled(of relational.Term) string {
	switch typeOf(of.Column).kind {
	case text:
		return "(" + of.SQL + " <> '')"
	case raw:
		return "(LENGTH(" + of.SQL + ") > 0)"
	}
	return "(" + of.SQL + " IS NOT NULL)"
}

func (dialect) Dated(of relational.Term, _ string, _ func(any) string) string {
	return "COALESCE(" + dated(of) + ", FALSE)"
}

func (dialect) Before(of relational.Term, zone string, t time.Time, bind func(any) string) string {
	return before(of, zone, t)
}

func (dialect) Within(of relational.Term, zone, from, to string, _ func(any) string) string {
	at := moment(of, zone)
	return fmt.Sprintf("(%[1]s IS NOT NULL AND COALESCE(%[1]s >= %[2]s, TRUE) AND COALESCE(%[1]s <= %[3]s, TRUE))", at, from, to)
}

func (d dialect) During(date relational.Term, dateZone string, from, to relational.Term, fromZone string, _ func(any) string) string {
	at := moment(date, dateZone)
	out := "COALESCE(" + at + " >= " + moment(from, fromZone) + ", FALSE)"
	if to.SQL == "" {
		return out
	}
	return "(" + out + " AND (" + to.SQL + " IS NULL OR NOT " + d.Filled(to) + " OR COALESCE(" + at + " < " + dayAfter(to, fromZone) + ", FALSE)))"
}
