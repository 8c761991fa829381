package archive

import (
	"bytes"
	"encoding/json"
	"html"
	"strconv"
	"strings"
	"time"
)

// Up to so many rows of a table with more columns than that are shown as records, one field a line.
const (
	recordRows    = 3
	recordColumns = 5
	shownText     = 2000 // bytes of one value that the page shows
	wideText      = 120  // from here on a text gets a wide column
)

// head is the beginning of a table, for the page and for dossier.json. Used by one goroutine.
type head struct {
	words   words
	columns []*column
	seen    int
	shown   int        // rows in html
	html    []byte     // as table rows
	records [][]string // the first few, cell by cell
	inline  []byte     // the rows as JSON; nil once there are too many
	over    bool       // inline was given up
	full    bool       // html takes no more
}

func (h *head) add(row []any, asJSON []byte) {
	h.seen++
	if h.seen > inlineRows || len(h.inline)+len(asJSON) > inlineBytes {
		h.over, h.inline = true, nil
	}
	if !h.over {
		if len(h.inline) > 0 {
			h.inline = append(h.inline, ",\n"...)
		}
		h.inline = append(h.inline, asJSON...)
	}
	if h.full || h.seen > inlineRows || len(h.html) > inlineBytes {
		h.full = true
		return
	}
	h.shown++
	h.html = append(h.html, "<tr>"...)
	var cells []string
	for i, c := range h.columns {
		from := len(h.html)
		h.html = h.words.cell(h.html, c, row[i])
		if h.seen <= recordRows {
			cells = append(cells, string(h.html[from:]))
		}
	}
	h.html = append(h.html, "</tr>\n"...)
	if cells != nil {
		h.records = append(h.records, cells)
	}
}

// cell is one value as a td element.
func (w words) cell(buf []byte, c *column, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(buf, `<td class="n">—</td>`...)
	case Withheld:
		return append(append(append(buf, `<td class="w">`...), w.T("data.legend.withheld")...), "</td>"...)
	case bool:
		if x {
			return w.coded(buf, c, "true", w.T("yes"), "")
		}
		return w.coded(buf, c, "false", w.T("no"), "")
	case int64:
		s := strconv.FormatInt(x, 10)
		return w.coded(buf, c, s, s, ` class="r"`)
	case float64:
		return appendCell(buf, ` class="r"`, floatText(x))
	case Decimal:
		s, _ := decimalText(x)
		return appendCell(buf, ` class="r"`, s)
	case time.Time:
		s, k := timeText(x, c.Type)
		if k == kInstant {
			s = x.In(w.zone).Format("2006-01-02 15:04:05")
			s = strings.TrimSuffix(s, ":00")
		}
		return appendCell(buf, ` class="d"`, s)
	case []byte:
		return appendCell(buf, ` class="m"`, w.T("binary", w.Size(int64(len(x)))))
	case inFile:
		name := string(x[strings.LastIndexByte(string(x), '/')+1:])
		return append(buf, `<td><a href="`+html.EscapeString(string(x))+`">`+html.EscapeString(name)+`</a></td>`...)
	case JSON:
		return w.long(buf, ` class="j"`, indented(string(x)))
	case string:
		cell, unreadable := textCell(x)
		if unreadable {
			return appendCell(buf, ` class="m"`, w.T("binary", w.Size(int64(len(x)))))
		}
		if classifyText(x, c.Type) == kDate {
			return appendCell(buf, ` class="d"`, x)
		}
		if label := c.Codes[cell]; label != "" {
			return w.coded(buf, c, cell, cell, "")
		}
		return w.long(buf, "", cell)
	}
	return append(buf, "<td></td>"...)
}

// coded shows what a code means, and the code beside it.
func (w words) coded(buf []byte, c *column, code, plain, attr string) []byte {
	label := c.Codes[code]
	if label == "" || label == code {
		return appendCell(buf, attr, plain)
	}
	buf = append(appendHTML(append(buf, "<td>"...), label), " <code>"...)
	return append(appendHTML(buf, code), "</code></td>"...)
}

// long shows a text, shortened where it is very long.
func (w words) long(buf []byte, attr, s string) []byte {
	if attr == "" && len(s) > wideText {
		attr = ` class="t"`
	}
	if len(s) <= shownText {
		return appendCell(buf, attr, s)
	}
	cut := shownText
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	buf = appendHTML(append(append(append(buf, "<td"...), attr...), '>'), s[:cut])
	return append(append(append(buf, `<span class="w">`...), w.T("cut")...), "</span></td>"...)
}

func appendCell(buf []byte, attr, s string) []byte {
	buf = append(append(append(buf, "<td"...), attr...), '>')
	return append(appendHTML(buf, s), "</td>"...)
}

// appendHTML escapes a text; control characters become the pictures Unicode has of them.
func appendHTML(buf []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		var with string
		switch b := s[i]; {
		case b == '&':
			with = "&amp;"
		case b == '<':
			with = "&lt;"
		case b == '>':
			with = "&gt;"
		case b == '"':
			with = "&#34;"
		case b == '\'':
			with = "&#39;"
		case b < 0x20 && b != '\t' && b != '\n' && b != '\r':
			with = string(rune(0x2400) + rune(b))
		case b == 0x7f:
			with = "\u2421"
		default:
			continue
		}
		buf = append(append(buf, s[start:i]...), with...)
		start = i + 1
	}
	return append(buf, s[start:]...)
}

// indented lays a short nested value out over lines.
func indented(s string) string {
	var b bytes.Buffer
	if len(s) > shownText || json.Indent(&b, []byte(s), "", "  ") != nil {
		return s
	}
	return b.String()
}
