package sqlite

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Tuples sends all tuples as one parameter: a JSON array of arrays, person first. What JSON cannot carry whole
// (bytes, texts that are no UTF-8 or hold a zero byte) travels as [kind, hex].
func (d dialect) Tuples(cols []relational.Column, tuples []connectors.Tuple, within bool, bind func(any) string) (string, error) {
	array, kinds, err := d.array(cols, tuples, within)
	if err != nil {
		return "", err
	}
	list := []string{"value ->> 0"}
	for i, k := range kinds {
		list = append(list, k.read(i+1, cols[i]))
	}
	if within {
		for i := range 2 {
			list = append(list, fmt.Sprintf("value ->> %d", len(cols)+1+i))
		}
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM json_each(" + bind(array) + ")", nil
}

// array writes the tuples, and says what each column of them holds.
func (d dialect) array(cols []relational.Column, tuples []connectors.Tuple, within bool) (string, []holding, error) {
	kinds := make([]holding, len(cols))
	out := []byte{'['}
	for _, t := range tuples {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(append(out, '['), int64(t.Person), 10)
		for i, v := range t.Values {
			arg, err := d.Value(cols[i], v)
			if err != nil {
				return "", nil, err
			}
			out = kinds[i].add(append(out, ','), arg)
		}
		if within {
			out = appendRange(out, t.Within)
		}
		out = append(out, ']')
	}
	return string(append(out, ']')), kinds, nil
}

func appendRange(out []byte, r *connectors.Range) []byte {
	for _, t := range []*time.Time{r.From, r.To} {
		if t == nil {
			out = append(out, ",null"...)
			continue
		}
		out = strconv.AppendQuote(append(out, ','), instantText(*t))
	}
	return out
}

// holding is what a column of tuples holds.
type holding struct{ ints, texts, others, odd bool }

// add writes one value to the array.
func (c *holding) add(out []byte, v any) []byte {
	switch x := v.(type) {
	case int64:
		c.ints = true
		return strconv.AppendInt(out, x, 10)
	case float64:
		c.others = true
		return appendFloat(out, x)
	case string:
		c.texts = true
		if utf8.ValidString(x) && !strings.Contains(x, "\x00") {
			text, _ := json.Marshal(x) // a valid string always marshals
			return append(out, text...)
		}
		c.odd = true
		return appendOdd(out, 't', []byte(x))
	case []byte:
		c.odd = true
		return appendOdd(out, 'b', x)
	}
	return append(out, "null"...)
}

func appendOdd(out []byte, kind byte, b []byte) []byte {
	out = append(out, '[', '"', kind, '"', ',', '"')
	out = hex.AppendEncode(out, b)
	return append(out, '"', ']')
}

func appendFloat(out []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(out, "null"...) // equals nothing
	case math.IsInf(x, 1):
		return append(out, "9e999"...) // beyond every REAL, so read as infinite
	case math.IsInf(x, -1):
		return append(out, "-9e999"...)
	}
	text := strconv.AppendFloat(nil, x, 'g', -1, 64)
	if !strings.ContainsAny(string(text), ".e") {
		text = append(text, ".0"...)
	}
	return append(out, text...)
}

// read writes how the i-th cell is read back. Where all values are of the column's own type, the cast, which then
// changes nothing, gives the common table that type, so that SQLite may index it if the column has no index.
func (c holding) read(i int, col relational.Column) string {
	plain := fmt.Sprintf("value ->> %d", i)
	switch {
	case c.odd:
		return fmt.Sprintf("CASE json_type(value, '$[%[1]d]') WHEN 'array' THEN CASE value ->> '$[%[1]d][0]' WHEN 'b'"+
			" THEN unhex(value ->> '$[%[1]d][1]') ELSE CAST(unhex(value ->> '$[%[1]d][1]') AS TEXT) END ELSE %[2]s END", i, plain)
	case c.others:
	case c.texts && !c.ints && col.Class == relational.ClassText:
		return "CAST(" + plain + " AS TEXT)"
	case c.ints && !c.texts && col.Class == relational.ClassNumber:
		return "CAST(" + plain + " AS INTEGER)"
	}
	return plain
}
