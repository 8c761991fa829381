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
	name, named int // of its name, with the quotes
	start, end  int // of the value
}

// is says whether it has a name.
func (m member) is(raw []byte, name string) bool {
	if in := raw[m.name+1 : m.named-1]; plainText(in) {
		return string(in) == name
	}
	return m.called(raw) == name
}

// called is its name.
func (m member) called(raw []byte) string { return fromQuotes(raw[m.name:m.named]) }

// plainText says whether what stands between quotes is the text it means: nothing in it is written otherwise, or no text.
func plainText(in []byte) bool { return bytes.IndexByte(in, '\\') < 0 && utf8.Valid(in) }

// fromQuotes is the text that raw, with its quotes, means.
func fromQuotes(raw []byte) string {
	if in := raw[1 : len(raw)-1]; plainText(in) {
		return string(in)
	}
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

// members appends the members of the object raw; ok is false for another value, and for what is not valid JSON.
func members(list []member, raw []byte) (_ []member, ok bool) {
	i := skipSpace(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return list, false
	}
	end := listEnd(raw, i, 1, func(m member) { list = append(list, m) })
	return list, end > 0 && skipSpace(raw, end) == len(raw)
}

func skipSpace(raw []byte, i int) int {
	for i < len(raw) && isSpace(raw[i]) {
		i++
	}
	return i
}

// spans are where the values of name stand in the object raw, which has the members of list: of a.b, member b of member a. An exact name goes
// first. Members of one name are all given; readers take the last.
func spans(raw []byte, list []member, name string) []member {
	var out []member
	for _, m := range list {
		if m.is(raw, name) {
			out = append(out, m)
		}
	}
	head, rest, nested := strings.Cut(name, ".")
	if len(out) > 0 || !nested {
		return out
	}
	for _, m := range list {
		if !m.is(raw, head) {
			continue
		}
		inner := raw[m.start:m.end]
		within, _ := members(nil, inner)
		for _, in := range spans(inner, within, rest) {
			out = append(out, member{start: m.start + in.start, end: m.start + in.end})
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
		return fromQuotes(raw)
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
