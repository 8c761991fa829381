package archive

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// kind is what a value turned out to be; a column's kinds make its type.
type kind uint16

const (
	kText kind = 1 << iota
	kInteger
	kNumber
	kBoolean
	kDate
	kInstant
	kObject
	kArray
	kNested // JSON, neither object nor array
	kBinary
	kFile
)

// The cells that are no text.
const (
	nullCell     = `\N`
	withheldCell = `\W`
	bytesPrefix  = `\x:`
)

// needsEscape says whether the text s would read as one of the special cells, or as an escaped one.
func needsEscape(s string) bool {
	if len(s) < 2 || s[0] != '\\' {
		return false
	}
	rest := strings.TrimLeft(s, `\`)
	return rest == "N" || rest == "W" || strings.HasPrefix(rest, "x:")
}

// textCell is a text as both CSV and JSON write it, but for the escapes that only the CSV needs.
func textCell(s string) (cell string, unreadable bool) {
	if !utf8.ValidString(s) {
		return bytesPrefix + base64.StdEncoding.EncodeToString([]byte(s)), true
	}
	return s, false
}

// classifyText is the kind of a text in a field declared t: stores that keep dates and numbers as text are believed
// where every text has the right form.
func classifyText(s string, t Type) kind {
	switch t {
	case Date:
		if isDate(s) {
			return kDate
		}
	case DateTime:
		if v, err := time.Parse(time.RFC3339, s); err == nil && v.Year() > 0 {
			return kInstant
		}
	case Integer:
		if d := strings.TrimPrefix(s, "-"); isDigits(d) && (d[0] != '0' || s == "0") { // "007" is a text
			return kInteger
		}
	case Number:
		if isNumber(s) {
			return kNumber
		}
	}
	return kText
}

func isDate(s string) bool {
	if len(s) != len(time.DateOnly) {
		return false
	}
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isNumber says whether s is a number as JSON writes it.
func isNumber(s string) bool {
	if s == "" || s[0] != '-' && (s[0] < '0' || s[0] > '9') {
		return false
	}
	return isPlain(s) || json.Valid([]byte(s))
}

// isPlain says whether s is digits, with a point between them or without one, perhaps after a minus sign, as JSON writes them: what most
// numbers are.
func isPlain(s string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return isDigits(whole) && (len(whole) == 1 || whole[0] != '0') && (!point || isDigits(fraction))
}

// decimalText is an exact number in the form tables use, and whether it is one.
func decimalText(d Decimal) (string, bool) {
	s := string(d)
	if isPlain(s) {
		return s, true
	}
	switch strings.ToLower(s) {
	case "nan":
		return "NaN", true
	case "inf", "+inf", "infinity", "+infinity":
		return "INF", true
	case "-inf", "-infinity":
		return "-INF", true
	}
	return s, isNumber(s) || isDigits(strings.ReplaceAll(strings.TrimPrefix(s, "-"), ".", "")) && strings.Count(s, ".") <= 1
}

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "INF"
	case math.IsInf(f, -1):
		return "-INF"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// timeText is a time in the form of the field: a date where it is declared one and the value has no clock, else an instant in UTC.
// Years the formats cannot write are text.
func timeText(v time.Time, t Type) (string, kind) {
	if y := v.Year(); t == Date && y >= 1 && y <= 9999 {
		if h, m, s := v.Clock(); h|m|s == 0 && v.Nanosecond() == 0 {
			return v.Format(time.DateOnly), kDate
		}
	}
	u := v.UTC()
	if y := u.Year(); y < 1 || y > 9999 {
		return u.Format(time.RFC3339Nano), kText
	}
	return u.Format(time.RFC3339Nano), kInstant
}

// nestedKind is the kind of a JSON text; ok is false where it is none.
func nestedKind(j JSON) (kind, bool) {
	s := strings.TrimLeft(string(j), " \t\r\n")
	if !json.Valid([]byte(j)) || !utf8.ValidString(string(j)) {
		return kText, false
	}
	switch s[0] {
	case '{':
		return kObject, true
	case '[':
		return kArray, true
	}
	return kNested, true
}
