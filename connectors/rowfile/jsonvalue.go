package rowfile

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/connectors"
)

// member is one member of an object, by where it stands in the text.
type member struct {
	name       string
	start, end int // of the value
}

// members lists the members of the object raw, which is valid JSON; ok is false for another value.
func members(raw []byte) (list []member, ok bool) {
	i := skipSpace(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return nil, false
	}
	for i++; ; i++ {
		if i = skipSpace(raw, i); raw[i] == '}' {
			return list, true
		}
		end := skipJSON(raw, i)
		var m member
		_ = json.Unmarshal(raw[i:end], &m.name)
		m.start = skipSpace(raw, skipSpace(raw, end)+1)
		m.end = skipJSON(raw, m.start)
		list = append(list, m)
		if i = skipSpace(raw, m.end); raw[i] == '}' {
			return list, true
		}
	}
}

func skipSpace(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\t' || raw[i] == '\n' || raw[i] == '\r') {
		i++
	}
	return i
}

// skipJSON gives the end of the value that starts at i.
func skipJSON(raw []byte, i int) int {
	depth := 0
	for ; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			for i+1 < len(raw) && !strings.ContainsRune(" \t\r\n,:]}[{\"", rune(raw[i+1])) {
				i++
			}
			if depth > 0 {
				continue
			}
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(raw)
}

// spans are where the values of name stand in the object raw: of a.b, member b of member a. An exact name goes
// first. Members of one name are all given; readers take the last.
func spans(raw []byte, name string) []member {
	list, _ := members(raw)
	var out []member
	for _, m := range list {
		if m.name == name {
			out = append(out, m)
		}
	}
	head, rest, nested := strings.Cut(name, ".")
	if len(out) > 0 || !nested {
		return out
	}
	for _, m := range list {
		if m.name != head {
			continue
		}
		for _, in := range spans(raw[m.start:m.end], rest) {
			out = append(out, member{in.name, m.start + in.start, m.start + in.end})
		}
	}
	return out
}

// FromJSON gives the value of a member: numbers exactly, objects and arrays as JSON.
func FromJSON(raw []byte) any {
	switch raw[0] {
	case 'n':
		return nil
	case 't':
		return true
	case 'f':
		return false
	case '"':
		var s string
		_ = json.Unmarshal(raw, &s)
		return s
	case '{', '[':
		return connectors.JSON(raw)
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n
	}
	if bytes.ContainsAny(raw, "eE") {
		if f, err := strconv.ParseFloat(string(raw), 64); err == nil {
			return f
		}
	}
	return connectors.Decimal(raw)
}

// toJSON writes v. A text takes the place of a number or a bool in their type where it can be read as one, as a
// text of the map is converted to the column's type.
func toJSON(v any, was []byte) ([]byte, error) {
	switch x := v.(type) {
	case nil:
		return []byte("null"), nil
	case bool:
		return strconv.AppendBool(nil, x), nil
	case int64:
		return strconv.AppendInt(nil, x, 10), nil
	case float64:
		return json.Marshal(x)
	case connectors.Decimal:
		if json.Valid([]byte(x)) && isNumber([]byte(x)) {
			return []byte(x), nil
		}
		return quoteJSON(string(x))
	case connectors.JSON:
		if !json.Valid([]byte(x)) {
			return nil, unwritable(v)
		}
		var out bytes.Buffer
		err := json.Compact(&out, []byte(x)) // on one line, as jsonl needs
		return out.Bytes(), err
	case []byte:
		return quoteJSON(base64Text(x))
	case time.Time:
		s, _ := PlainText(x, time.UTC)
		return quoteJSON(s)
	case string:
		if len(was) > 0 && json.Valid([]byte(x)) && (isNumber(was) && isNumber([]byte(x)) || isBool(was) && isBool([]byte(x))) {
			return []byte(x), nil
		}
		return quoteJSON(x)
	}
	return nil, unwritable(v)
}

func isNumber(raw []byte) bool {
	return len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}
func isBool(raw []byte) bool { return string(raw) == "true" || string(raw) == "false" }

func quoteJSON(s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, unwritable(s)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}
