package archive

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// csvRows encodes rows of one table as CSV and notes what the values were. Not safe for concurrent use.
type csvRows struct {
	columns []*column
}

func (e *csvRows) header(buf []byte) []byte {
	for i, c := range e.columns {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendCSV(buf, c.name, len(e.columns) == 1)
		if c.companion != "" {
			buf = appendCSV(append(buf, ','), c.companion, false)
		}
	}
	return append(buf, '\r', '\n')
}

func (e *csvRows) row(buf []byte, values []any) []byte {
	lone := len(e.columns) == 1 && e.columns[0].companion == ""
	for i, c := range e.columns {
		if i > 0 {
			buf = append(buf, ',')
		}
		if path, ok := values[i].(inFile); ok && c.companion != "" {
			c.note(kFile)
			buf = append(buf, nullCell+","...)
			buf = appendCSV(buf, string(path), false)
			continue
		}
		buf = e.cell(buf, c, values[i], lone)
		if c.companion != "" {
			buf = append(buf, ","+nullCell...)
		}
	}
	return append(buf, '\r', '\n')
}

func (e *csvRows) cell(buf []byte, c *column, v any, lone bool) []byte {
	switch x := v.(type) {
	case nil:
		return append(buf, nullCell...)
	case Withheld:
		c.withheld++
		return append(buf, withheldCell...)
	case bool:
		c.note(kBoolean)
		start := len(buf)
		buf = strconv.AppendBool(buf, x)
		c.code(buf[start:])
		return buf
	case int64:
		c.note(kInteger)
		start := len(buf)
		buf = strconv.AppendInt(buf, x, 10)
		c.code(buf[start:])
		return buf
	case float64:
		c.note(kNumber)
		return append(buf, floatText(x)...)
	case Decimal:
		s, ok := decimalText(x)
		if !ok {
			return e.text(buf, c, string(x), kText, lone)
		}
		c.note(kNumber)
		return append(buf, s...)
	case timeType:
		s, k := timeText(x, c.Type)
		c.note(k)
		return append(buf, s...)
	case []byte:
		c.note(kBinary)
		if len(x) == 0 && lone {
			return append(buf, `""`...)
		}
		return base64.StdEncoding.AppendEncode(buf, x)
	case JSON:
		k, ok := nestedKind(x)
		if !ok {
			return e.text(buf, c, string(x), kText, lone)
		}
		c.note(k)
		return appendCSV(buf, string(x), lone)
	case inFile:
		c.note(kFile)
		return appendCSV(buf, string(x), lone)
	case string:
		return e.text(buf, c, x, classifyText(x, c.Type), lone)
	}
	return buf
}

func (e *csvRows) text(buf []byte, c *column, s string, k kind, lone bool) []byte {
	c.note(k)
	if c.Codes != nil {
		c.code([]byte(s))
	}
	cell, unreadable := textCell(s)
	switch {
	case unreadable:
		c.unreadable++
	case needsEscape(s):
		cell = `\` + s
		c.escaped++
	case formulaLike(s):
		c.formulas++
	}
	return appendCSV(buf, cell, lone)
}

// appendCSV writes one cell, quoted where RFC 4180 wants it; a lone empty cell is quoted too, or its line would be empty.
func appendCSV(buf []byte, s string, lone bool) []byte {
	if s == "" {
		if lone {
			return append(buf, `""`...)
		}
		return buf
	}
	if !strings.ContainsAny(s, ",\"\r\n") && s[0] != ' ' && s[len(s)-1] != ' ' {
		return append(buf, s...)
	}
	buf = append(buf, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			buf = append(buf, s...)
			return append(buf, '"')
		}
		buf = append(buf, s[:i+1]...)
		buf = append(buf, '"')
		s = s[i+1:]
	}
}

// formulaLike says whether a spreadsheet may take the text for a formula. A telephone number or a signed number is none.
func formulaLike(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '@', '\t', '\r':
		return true
	case '+', '-':
		return strings.Trim(s[1:], "0123456789 ().,/-") != "" && len(s) > 1
	}
	return false
}
