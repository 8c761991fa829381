package postgres

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// dialect is how PostgreSQL writes a selection.
type dialect struct{}

func (dialect) Quote(name string) string { return quote(name) }

func (dialect) Placeholder(n int) string { return "$" + strconv.Itoa(n) }

func (dialect) Beforehand() string { return "MATERIALIZED " } //nolint:misspell // SQL spells it so

func (dialect) Beside() bool { return false }

func (dialect) Anew() string { return "NOT MATERIALIZED " } //nolint:misspell // SQL spells it so

func (dialect) Then() string { return "JOIN " }

// Asked changes nothing: statistics tell which way to go.
func (dialect) Asked(cond string) string { return cond }

// Folded works a text's case folding out of what the database has: small letters by Unicode's rules, and the few whose folding is
// another. It needs a database in UTF-8.
func (dialect) Folded(of relational.Term) string {
	if typeOf(of.Column).kind != text {
		return of.SQL
	}
	x := bytewise(of.SQL)
	x = `btrim(regexp_replace(` + x + `, '[\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'))`
	x = `lower(normalize(` + x + `, NFC) COLLATE "und-x-icu")` //nolint:misspell // SQL spells it so
	for _, c := range [][2]string{{"ß", "ss"}, {"ŉ", "ʼn"}, {"ﬀ", "ff"}, {"ﬁ", "fi"}, {"ﬂ", "fl"}, {"ﬃ", "ffi"}, {"ﬄ", "ffl"}} {
		x = "replace(" + x + ", '" + c[0] + "', '" + c[1] + "')"
	}
	return `(nullif(normalize(translate(` + x + `, 'ςſ', 'σs'), NFC), '') COLLATE "C")` //nolint:misspell // SQL spells it so; nothing but space is nobody's
}

// Caseless is not asked for: no index is known to compare so.
func (d dialect) Caseless(of relational.Term) string { return d.Folded(of) }

func (dialect) Single() bool { return true }

// Tuples sends each column of the tuples as one array of texts. A tuple with a value that is none of its column's type matches nothing,
// and stays here.
func (dialect) Tuples(cols []relational.Column, tuples []connectors.Tuple, within bool, bind func(any) string) (string, error) {
	width := 1 + len(cols)
	if within {
		width += 2
	}
	arrays := make([][]any, width)
	for _, t := range tuples {
		row, err := texted(cols, t, within)
		if errors.Is(err, relational.ErrForeign) {
			continue
		}
		if err != nil {
			return "", err
		}
		for i, v := range row {
			arrays[i] = append(arrays[i], v)
		}
	}
	var unnested, names, out []string
	for i, a := range arrays {
		unnested = append(unnested, bind(a)+"::text[]")
		names = append(names, "c"+strconv.Itoa(i))
		switch {
		case i == 0:
			out = append(out, "c0::int8")
		case i <= len(cols):
			out = append(out, typeOf(cols[i-1]).as(names[i]))
		default:
			out = append(out, names[i]+"::timestamptz")
		}
	}
	return "SELECT " + strings.Join(out, ", ") + " FROM unnest(" + strings.Join(unnested, ", ") + ") AS given(" + strings.Join(names, ", ") + ")", nil
}

// texted writes one tuple: person, values, and the ends of its range.
func texted(cols []relational.Column, t connectors.Tuple, within bool) ([]any, error) {
	out := []any{strconv.Itoa(t.Person)}
	for i, v := range t.Values {
		text, err := written(cols[i], v)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	if within {
		for _, end := range []*time.Time{t.Within.From, t.Within.To} {
			if end == nil {
				out = append(out, nil)
				continue
			}
			out = append(out, instantText(*end))
		}
	}
	return out, nil
}

// instantText writes an instant as finely as the database keeps it; what is finer is cut, as an end of a range that is included.
func instantText(t time.Time) string {
	return t.UTC().Truncate(time.Microsecond).Format("2006-01-02 15:04:05.999999Z07:00")
}

// Bound binds a value as text that is cast to the column's type.
func (dialect) Bound(col relational.Column, v any, bind func(any) string) (string, error) {
	t := typeOf(col)
	if v == nil {
		return t.as("NULL"), nil
	}
	s, err := written(col, v)
	if err != nil {
		return "", err
	}
	return t.as(bind(s) + "::text"), nil
}

// List sends the values as an array of texts.
func (dialect) List(col relational.Column, values []any, bind func(any) string) (string, bool) {
	t := typeOf(col)
	if t.cast == "" || t.kind == array || t.kind == nested {
		return "", false
	}
	var list []any
	for _, v := range values {
		if v == nil {
			continue
		}
		s, err := written(col, v)
		if errors.Is(err, relational.ErrForeign) {
			continue
		}
		if err != nil {
			return "", false
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		return "", false // which is said without a list
	}
	return "= ANY(" + bind(list) + "::text[]::" + t.cast + "[])", true
}

// Filled: only texts and bytes can be empty.
func (dialect) Filled(of relational.Term) string {
	switch typeOf(of.Column).kind {
	case text:
		return "(" + of.SQL + "::text <> '')"
	case raw:
		return "(octet_length(" + of.SQL + ") > 0)"
	}
	return "(" + of.SQL + " IS NOT NULL)"
}

func (dialect) Dated(of relational.Term, zone string, _ func(any) string) string {
	return "(" + moment(of, zone) + " IS NOT NULL)"
}

func (dialect) Before(of relational.Term, zone string, t time.Time, bind func(any) string) string {
	return "coalesce(" + moment(of, zone) + " < " + bind(instantText(t)) + "::text::timestamptz, FALSE)"
}

func (dialect) Within(of relational.Term, zone, from, to string, _ func(any) string) string {
	at := moment(of, zone)
	return fmt.Sprintf("(%[1]s IS NOT NULL AND coalesce(%[1]s >= %[2]s, TRUE) AND coalesce(%[1]s <= %[3]s, TRUE))", at, from, to)
}

func (d dialect) During(date relational.Term, dateZone string, from, to relational.Term, fromZone string, _ func(any) string) string {
	at := moment(date, dateZone)
	out := "coalesce(" + at + " >= " + moment(from, fromZone) + ", FALSE)"
	if to.SQL == "" {
		return out
	}
	return "(" + out + " AND (" + to.SQL + " IS NULL OR NOT " + d.Filled(to) + " OR coalesce(" + at + " < " + dayAfter(to, fromZone) + ", FALSE)))"
}

var _ relational.Lister = dialect{}
