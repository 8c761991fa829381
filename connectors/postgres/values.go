package postgres

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// written writes a value of the contract as text the column's type reads: looked at here, so that the database, whose errors quote values,
// has nothing to refuse. Its error wraps [relational.ErrForeign] where no value of the column can equal v.
func written(col relational.Column, v any) (string, error) {
	t := typeOf(col)
	var s string
	var ok bool
	switch t.kind {
	case whole:
		s, ok = wholeText(t.name, v)
	case exact, inexact:
		s, ok = relational.PlainNumber(v)
	case boolean:
		s, ok = truthText(v)
	case uuid:
		if s, ok = relational.Plain(v); ok {
			ok = isUUID.MatchString(s)
		}
	case date, stamp, instant:
		s, ok = momentText(t.kind, v)
	case raw:
		s, ok = bytesText(v)
	case nested:
		if s, ok = relational.Plain(v); ok {
			ok = json.Valid([]byte(s))
		}
	case enum:
		if s, ok = relational.Plain(v); ok {
			ok = slices.Contains(t.labels, s)
		}
	default:
		s, ok = relational.Plain(v)
	}
	if !ok || !utf8.ValidString(s) || strings.Contains(s, "\x00") {
		return "", fmt.Errorf("%w: a %T in column %s of type %s", relational.ErrForeign, v, col.Name, col.Type)
	}
	return s, nil
}

var isUUID = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$`)

var bits = map[string]uint{"int2": 16, "int4": 32, "int8": 64}

func wholeText(name string, v any) (string, bool) {
	if n, ok := v.(int64); ok && name == "int8" { // as most keys are
		return strconv.FormatInt(n, 10), true
	}
	r, ok := relational.Rational(v)
	if !ok || !r.IsInt() {
		return "", false
	}
	n := r.Num()
	if b := bits[name]; b > 0 {
		return n.String(), relational.InWidth(n, b)
	}
	return n.String(), n.Sign() >= 0 && n.BitLen() <= 32
}

func truthText(v any) (string, bool) {
	switch x := v.(type) {
	case bool:
		return strconv.FormatBool(x), true
	case int64:
		return strconv.FormatBool(x == 1), x == 0 || x == 1
	case string:
		b, err := strconv.ParseBool(strings.ToLower(x))
		return strconv.FormatBool(b), err == nil
	}
	return "", false
}

// momentText writes a date or time; what names an instant is one of UTC in a column without a zone.
func momentText(k kind, v any) (string, bool) {
	if s, ok := v.(string); ok && (s == "infinity" || s == "-infinity") {
		return s, true // as it is read
	}
	t, dateOnly, ok := connectors.Date(v, time.UTC)
	if !ok || t.Year() > 9999 {
		return "", false
	}
	midnight := dateOnly || t.Hour()+t.Minute()+t.Second()+t.Nanosecond() == 0
	switch k {
	case date:
		return t.Format(time.DateOnly), midnight
	case stamp:
		return t.Format("2006-01-02 15:04:05.999999999"), true
	}
	return t.UTC().Format("2006-01-02 15:04:05.999999999Z07:00"), true
}

func bytesText(v any) (string, bool) {
	switch x := v.(type) {
	case []byte:
		return `\x` + hex.EncodeToString(x), true
	case string:
		return `\x` + hex.EncodeToString([]byte(x)), true
	}
	return "", false
}

// read makes a value of the contract of the text the database gave; nil is NULL.
func (t typed) read(b []byte) any {
	if b == nil {
		return nil
	}
	if t.kind == whole {
		if n, err := strconv.ParseInt(string(b), 10, 64); err == nil { // no text need be kept
			return n
		}
	}
	s := string(b)
	switch t.kind {
	case exact:
		if relational.IsNumber(s) {
			return connectors.Decimal(s)
		}
	case inexact:
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f
		}
	case boolean:
		return s == "t"
	case instant:
		if at, err := time.Parse("2006-01-02 15:04:05Z07", s); err == nil {
			return at.UTC()
		}
	case raw:
		if out, err := hex.DecodeString(strings.TrimPrefix(s, `\x`)); err == nil {
			return out
		}
	case nested, array:
		return connectors.JSON(s)
	case text:
		if t.name == "bpchar" { // the blanks it is filled up with are no part of the value, to the database neither
			return strings.TrimRight(s, " ")
		}
	}
	return s
}
