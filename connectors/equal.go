package connectors

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Equal compares two values of the contract in Go, for stores that have no equality of their own:
// numbers by what they are worth, whatever their type (7, 7.0 and Decimal "7.00" are equal; a float is
// worth the shortest decimal that reads back as it); a text
// against a number, a bool or an instant by converting the text to that type, as a value written in
// the map is; texts, bytes and JSON by their bytes; blobs by ID. NULL equals only NULL: who matches
// identifiers or keys asks [Empty] first, because there NULL and the empty text match nothing.
func Equal(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if x, ok := text(a); ok {
		if y, ok := text(b); ok {
			return x == y
		}
		return textEqual(x, b)
	}
	if y, ok := text(b); ok {
		return textEqual(y, a)
	}
	switch x := a.(type) {
	case int64: // as most keys are
		if y, ok := b.(int64); ok {
			return x == y
		}
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case Blob:
		y, ok := b.(Blob)
		return ok && x.ID == y.ID
	}
	x, ok := number(a)
	y, ok2 := number(b)
	return ok && ok2 && x.Cmp(y) == 0
}

// text is what compares by its bytes.
func text(v any) (string, bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case []byte:
		return string(x), true
	case JSON:
		return string(x), true
	}
	return "", false
}

// textEqual compares s with v, which is no text, as v's type.
func textEqual(s string, v any) bool {
	switch x := v.(type) {
	case bool:
		b, err := strconv.ParseBool(strings.ToLower(s))
		return err == nil && b == x
	case time.Time:
		t, _, ok := Date(s, time.UTC)
		return ok && t.Equal(x)
	case float64:
		y, ok := numeral(s)
		if !ok {
			return false
		}
		f, _ := y.Float64() // as the text would be stored: the nearest float
		return f == x
	}
	x, ok := number(v)
	y, ok2 := numeral(s)
	return ok && ok2 && x.Cmp(y) == 0
}

// number reads what a value is worth; true is 1 and false 0, as in stores without a boolean type.
func number(v any) (*big.Rat, bool) {
	switch x := v.(type) {
	case bool:
		if x {
			return big.NewRat(1, 1), true
		}
		return new(big.Rat), true
	case int64:
		return new(big.Rat).SetInt64(x), true
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, false
		}
		return numeral(strconv.FormatFloat(x, 'g', -1, 64)) // 0.1 is worth Decimal "0.1"
	case Decimal:
		return numeral(string(x))
	}
	return nil, false
}

// maxExponent bounds what a text may make us write out.
const maxExponent = 400

func numeral(s string) (*big.Rat, bool) {
	if s == "" || len(s) > 1000 || strings.Trim(s, "0123456789+-.eE") != "" {
		return nil, false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > maxExponent || e < -maxExponent {
			return nil, false
		}
	}
	return new(big.Rat).SetString(s)
}

// Same says whether a and b are the same value of the same type, byte for byte: what a store must
// give back after Release. An instant is the same whatever its zone.
func Same(a, b any) bool {
	switch x := a.(type) {
	case []byte:
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	}
	if _, ok := b.([]byte); ok {
		return false
	}
	return a == b
}
