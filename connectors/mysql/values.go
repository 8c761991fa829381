package mysql

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// written writes a value of the contract as text the column's type reads: looked at here, so that the database, which would make something else
// of a text it cannot read, is never left to. Its error wraps [relational.ErrForeign] where no value of the column can equal v.
func written(col relational.Column, v any) (string, error) {
	t := typeOf(col)
	var s string
	var ok bool
	switch t.kind {
	case whole, bits:
		s, ok = wholeText(t, v)
	case exact:
		s, ok = exactText(v)
	case inexact:
		s, ok = floatText(t.name, v)
	case date, stamp, instant:
		s, ok = momentText(t.kind, v)
	case raw:
		s, ok = bytesText(v)
	case nested:
		if s, ok = relational.Plain(v); ok {
			ok = json.Valid([]byte(s))
		}
	case clock, uuid, inet4, inet6:
		s, ok = wordText(t.kind, v)
	case text:
		s, ok = relational.Plain(v)
		ok = ok && utf8.ValidString(s) && !(t.charset == "utf8mb3" && strings.ContainsFunc(s, func(r rune) bool { return r > 0xffff }))
	}
	if !ok {
		return "", fmt.Errorf("%w: a %T in column %s of type %s", relational.ErrForeign, v, col.Name, col.Type)
	}
	return s, nil
}

var widths = map[string]uint{"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}

func wholeText(t typed, v any) (string, bool) {
	if n, ok := v.(int64); ok && t.kind == whole && t.name == "bigint" && (n >= 0 || !t.unsigned) { // as most keys are
		return strconv.FormatInt(n, 10), true
	}
	r, ok := relational.Rational(v)
	if !ok || !r.IsInt() {
		return "", false
	}
	n, width := r.Num(), widths[t.name]
	switch {
	case t.kind == bits:
		return n.String(), n.Sign() >= 0 && n.BitLen() <= 64
	case t.name == "year":
		return n.String(), n.Sign() >= 0 && n.BitLen() <= 12
	case t.unsigned:
		return n.String(), n.Sign() >= 0 && uint(n.BitLen()) <= width //nolint:gosec // a length
	}
	return n.String(), relational.InWidth(n, width)
}

// fraction is how many digits after the point a number is compared with.
const fraction = 30

func exactText(v any) (string, bool) {
	r, ok := relational.Rational(v)
	if !ok {
		return "", false
	}
	s := r.FloatString(fraction)
	back, _ := new(big.Rat).SetString(s)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), "."), back.Cmp(r) == 0 && len(s) <= 36+1+fraction
}

func floatText(name string, v any) (string, bool) {
	r, ok := relational.Rational(v)
	if !ok {
		return "", false
	}
	f, _ := r.Float64()
	if name == "float" {
		f = float64(float32(f))
	}
	return strconv.FormatFloat(f, 'e', -1, 64), !math.IsInf(f, 0)
}

var (
	dayText   = regexp.MustCompile(`^\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])$`)
	stampText = regexp.MustCompile(`^\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$`)
)

// momentText writes a date or time; what names an instant is one of UTC in a column without a zone. What no calendar knows and the
// database keeps, such as 0000-00-00, is written as it is read.
func momentText(k kind, v any) (string, bool) {
	if s, ok := v.(string); ok && (k == date && dayText.MatchString(s) || k != date && stampText.MatchString(s)) {
		return s, true
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
		return t.Format(finest), t.Equal(t.Truncate(time.Microsecond))
	}
	return t.UTC().Format(finest), t.Equal(t.Truncate(time.Microsecond))
}

// finest is a time as finely as the database keeps it.
const finest = "2006-01-02 15:04:05.999999"

// bytesText writes bytes in hexadecimal.
func bytesText(v any) (string, bool) {
	switch x := v.(type) {
	case []byte:
		return fmt.Sprintf("%x", x), true
	case string:
		return fmt.Sprintf("%x", x), true
	}
	return "", false
}

var (
	isClock = regexp.MustCompile(`^-?\d{1,3}:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?$`)
	isUUID  = regexp.MustCompile(`^(?i)[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$`)
)

func wordText(k kind, v any) (string, bool) {
	s, ok := relational.Plain(v)
	if !ok {
		return "", false
	}
	switch k {
	case clock:
		return s, isClock.MatchString(s)
	case uuid:
		return s, isUUID.MatchString(s)
	}
	a, err := netip.ParseAddr(s)
	return s, err == nil && a.Zone() == "" && (a.Is4() == (k == inet4) || k == inet6)
}

// read makes a value of the contract of the text the database gave; nil is NULL.
func (t typed) read(b []byte) any {
	if b == nil {
		return nil
	}
	if t.kind == whole && !t.boolean {
		if n, err := strconv.ParseInt(string(b), 10, 64); err == nil { // no text need be kept
			return n
		}
	}
	s := string(b)
	switch t.kind {
	case whole, bits:
		if t.boolean && (s == "0" || s == "1") {
			return s == "1"
		}
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n
		}
		return connectors.Decimal(s)
	case exact:
		return connectors.Decimal(s)
	case inexact:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return s
		}
		if t.name == "float" { // 0.1 stands as 0.10000000149011612
			f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
		}
		return f
	case instant:
		if at, err := time.Parse(time.DateTime, s); err == nil {
			return at
		}
	case raw:
		return []byte(s)
	case nested:
		return connectors.JSON(s)
	case text:
		if t.json {
			return connectors.JSON(s)
		}
	}
	return s
}

// plain is a column as SQL whose text can be read.
func plain(expr string, t typed) string {
	switch {
	case t.kind == bits:
		return "(" + expr + " + 0)"
	case t.name == "float":
		return "(" + expr + " + 0e0)" // else six digits of it are shown
	case t.kind == other:
		return "ST_AsText(" + expr + ")"
	}
	return expr
}
