package access

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// descriptor is datapackage.json as far as a reader of its tables needs it.
type descriptor struct {
	Resources []resource
}

type resource struct {
	Name, Path, Title string
	Dialect           struct {
		Header                                             bool
		Delimiter, LineTerminator, QuoteChar, NullSequence string
		DoubleQuote                                        bool
	}
	Schema struct {
		Fields        []field
		MissingValues []any
	}
}

type field struct {
	Name, Title, Type string
	Categories        []struct{ Value, Label string }
}

// cell is one value: NULL, or its text.
type cell struct {
	null bool
	text string
	typ  string
}

type table struct {
	fields []field
	rows   [][]cell
}

func (t *table) names() []string {
	var out []string
	for _, f := range t.fields {
		out = append(out, f.Name)
	}
	return out
}

// readTable reads a CSV as its descriptor says, strictly: RFC 4180, UTF-8, every row as wide as the header, every value of
// its field's type.
func readTable(raw []byte, r resource) (*table, error) {
	d := r.Dialect
	if !d.Header || d.Delimiter != "," || d.LineTerminator != "\r\n" || d.QuoteChar != `"` || !d.DoubleQuote {
		return nil, errors.New("another dialect than this reader knows")
	}
	if !slices.Equal(r.Schema.MissingValues, []any{d.NullSequence}) {
		return nil, fmt.Errorf("missing values are %v", r.Schema.MissingValues)
	}
	records, err := rfc4180(raw)
	if err != nil {
		return nil, err
	}
	t := &table{fields: r.Schema.Fields}
	if len(records) == 0 || !slices.Equal(records[0], t.names()) {
		return nil, errors.New("the header is not the schema's")
	}
	for n, rec := range records[1:] {
		if len(rec) != len(t.fields) {
			return nil, fmt.Errorf("row %d has %d cells of %d", n+1, len(rec), len(t.fields))
		}
		var row []cell
		for i, text := range rec {
			c := cell{text: text, typ: t.fields[i].Type}
			switch {
			case text == d.NullSequence:
				c = cell{null: true}
			case strings.HasPrefix(text, `\\`): // one more backslash than the text has, where it would read as another thing
				if rest := strings.TrimLeft(text, `\`); rest == "N" || rest == "W" || strings.HasPrefix(rest, "x:") {
					c.text = text[1:]
				}
			}
			if err := typed(c); err != nil {
				return nil, fmt.Errorf("row %d, %s: %w", n+1, t.fields[i].Name, err)
			}
			row = append(row, c)
		}
		t.rows = append(t.rows, row)
	}
	return t, nil
}

// rfc4180 reads records: lines end in CR LF, also the last; quotes stand around the whole cell and are doubled inside.
func rfc4180(raw []byte) ([][]string, error) {
	if !utf8.Valid(raw) || bytes.HasPrefix(raw, []byte("\ufeff")) {
		return nil, errors.New("not UTF-8, or with a mark")
	}
	s := string(raw)
	var out [][]string
	for len(s) > 0 {
		var rec []string
		for {
			text, rest, err := oneCell(s)
			if err != nil {
				return nil, fmt.Errorf("record %d: %w", len(out)+1, err)
			}
			rec = append(rec, text)
			if strings.HasPrefix(rest, ",") {
				s = rest[1:]
				continue
			}
			if !strings.HasPrefix(rest, "\r\n") {
				return nil, fmt.Errorf("record %d does not end in CR LF", len(out)+1)
			}
			s = rest[2:]
			break
		}
		out = append(out, rec)
	}
	return out, nil
}

func oneCell(s string) (text, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ",\r\n\"")
		if end < 0 {
			return "", "", errors.New("the last line does not end")
		}
		if s[end] == '"' {
			return "", "", errors.New("a quote inside a cell that is not quoted")
		}
		return s[:end], s[end:], nil
	}
	var b strings.Builder
	for s = s[1:]; ; {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return "", "", errors.New("a quote is not closed")
		}
		b.WriteString(s[:i])
		if s = s[i+1:]; !strings.HasPrefix(s, `"`) {
			return b.String(), s, nil
		}
		b.WriteByte('"')
		s = s[1:]
	}
}

var digits = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func typed(c cell) error {
	if c.null {
		return nil
	}
	ok := true
	switch c.typ {
	case "integer":
		ok = digits.MatchString(c.text)
	case "number":
		_, ok = new(big.Rat).SetString(c.text)
	case "date":
		_, err := time.Parse(time.DateOnly, c.text)
		ok = err == nil
	case "datetime":
		_, err := time.Parse(time.RFC3339Nano, c.text)
		ok = err == nil
	case "boolean":
		ok = c.text == "true" || c.text == "false"
	case "string", "any":
	default:
		return fmt.Errorf("type %s", c.typ)
	}
	if !ok {
		return fmt.Errorf("not a %s", c.typ)
	}
	return nil
}

func number(c cell) bool { return c.typ == "integer" || c.typ == "number" }

// same compares two numbers, however they are written.
func same(a, b string) bool {
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	return ok && ok2 && x.Cmp(y) == 0
}

// canonical is a number in one form.
func canonical(s string) string {
	x, ok := new(big.Rat).SetString(s)
	if !ok {
		return "no number"
	}
	return x.RatString()
}
