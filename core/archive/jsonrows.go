package archive

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxSafe = 1<<53 - 1 // the largest whole number every JSON reader keeps exactly

// jsonRows encodes rows of one table as JSON objects, one a line. Not safe for concurrent use.
type jsonRows struct {
	columns []*column
	keys    [][]byte // `"name":` by column
	files   [][]byte // the same of its companion
}

func newJSONRows(columns []*column) *jsonRows {
	e := &jsonRows{columns: columns}
	for _, c := range columns {
		e.keys = append(e.keys, append(appendJSONString(nil, c.name), ':'))
		e.files = append(e.files, append(appendJSONString(nil, c.companion), ':'))
	}
	return e
}

func (e *jsonRows) row(buf []byte, values []any) []byte {
	buf = append(buf, '{')
	first := len(buf)
	for i, c := range e.columns {
		if _, out := values[i].(Withheld); out {
			continue
		}
		if len(buf) > first {
			buf = append(buf, ',')
		}
		path, filed := values[i].(inFile)
		if c.companion == "" {
			buf = e.value(append(buf, e.keys[i]...), c, values[i])
			continue
		}
		if filed {
			buf = append(append(buf, e.keys[i]...), "null,"...)
			buf = appendJSONString(append(buf, e.files[i]...), string(path))
			continue
		}
		buf = e.value(append(buf, e.keys[i]...), c, values[i])
		buf = append(append(append(buf, ','), e.files[i]...), "null"...)
	}
	return append(buf, '}')
}

func (e *jsonRows) value(buf []byte, c *column, v any) []byte {
	switch x := v.(type) {
	case bool:
		return strconv.AppendBool(buf, x)
	case int64:
		if x > maxSafe || x < -maxSafe {
			buf = strconv.AppendInt(append(buf, '"'), x, 10)
			return append(buf, '"')
		}
		return strconv.AppendInt(buf, x, 10)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return appendJSONString(buf, floatText(x))
		}
		return strconv.AppendFloat(buf, x, 'g', -1, 64)
	case Decimal:
		s, ok := decimalText(x)
		if !ok {
			return appendJSONText(buf, string(x))
		}
		if isNumber(s) && exactAsFloat(s) {
			return append(buf, s...)
		}
		return appendJSONString(buf, s)
	case timeType:
		s, _ := timeText(x, c.Type)
		return appendJSONString(buf, s)
	case []byte:
		buf = base64.StdEncoding.AppendEncode(append(buf, '"'), x)
		return append(buf, '"')
	case JSON:
		if _, ok := nestedKind(x); !ok {
			return appendJSONText(buf, string(x))
		}
		return append(buf, x...)
	case inFile:
		return appendJSONString(buf, string(x))
	case string:
		return appendJSONText(buf, x)
	}
	return append(buf, "null"...)
}

// exactAsFloat says whether a reader that takes numbers for binary floats gets the same decimal digits back.
func exactAsFloat(s string) bool {
	if strings.ContainsAny(s, "eE") {
		return false
	}
	digits := 0
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			digits++
		}
	}
	return digits <= 15
}

// appendJSONText writes a text value: \x: and its escape as in the CSV.
func appendJSONText(buf []byte, s string) []byte {
	cell, unreadable := textCell(s)
	if !unreadable && needsEscape(s) && strings.Contains(s, "x:") {
		cell = `\` + s
	}
	return appendJSONString(buf, cell)
}

// appendJSONString quotes valid UTF-8; what is not becomes U+FFFD.
func appendJSONString(buf []byte, s string) []byte {
	const hex = "0123456789abcdef"
	buf = append(buf, '"')
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if b >= 0x20 && b != '"' && b != '\\' && b != 0x7f {
				i++
				continue
			}
			buf = append(buf, s[start:i]...)
			switch b {
			case '"', '\\':
				buf = append(buf, '\\', b)
			case '\n':
				buf = append(buf, '\\', 'n')
			case '\r':
				buf = append(buf, '\\', 'r')
			case '\t':
				buf = append(buf, '\\', 't')
			default:
				buf = append(buf, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			buf = append(append(buf, s[start:i]...), "\ufffd"...)
			i++
			start = i
			continue
		}
		i += n
	}
	return append(append(buf, s[start:]...), '"')
}
