package relational

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Plain writes a value of the contract as text, without a word about its type; false for one that has none, NULL and a Blob.
func Plain(v any) (string, bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case []byte:
		return string(x), true
	case connectors.JSON:
		return string(x), true
	case connectors.Decimal:
		return string(x), true
	case int64:
		return strconv.FormatInt(x, 10), true
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64), true
	case bool:
		return strconv.FormatBool(x), true
	case time.Time:
		return x.Format("2006-01-02 15:04:05.999999999Z07:00"), true
	}
	return "", false
}

// IsNumber says whether s is a number as stores and people write it, with a point and perhaps an exponent.
func IsNumber(s string) bool { return common(s) || number.MatchString(s) }

// common says whether s is digits, with a point among them or none, perhaps after a minus sign, as most numbers are.
func common(s string) bool {
	s = strings.TrimPrefix(s, "-")
	if s == "" || s[0] < '0' || s[0] > '9' {
		return false
	}
	points := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '.' {
			points++
		} else if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return points <= 1
}

var number = regexp.MustCompile(`^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$`)

// PlainNumber writes a value of the contract that is a number, or reads as one, as text; a truth is 1 or 0.
func PlainNumber(v any) (string, bool) {
	switch x := v.(type) {
	case bool:
		if x {
			return "1", true
		}
		return "0", true
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return "", false
		}
	case time.Time, connectors.JSON:
		return "", false
	}
	s, ok := Plain(v)
	return s, ok && len(s) <= 1000 && IsNumber(s)
}

// Rational is what a number of [PlainNumber] is exactly.
func Rational(v any) (*big.Rat, bool) {
	s, ok := PlainNumber(v)
	if !ok {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// InWidth says whether a signed whole number of so many bits can be n: 8 bits hold -2^7 … 2^7-1.
func InWidth(n *big.Int, bits uint) bool {
	top := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return n.Cmp(top) < 0 && n.Cmp(new(big.Int).Neg(top)) >= 0
}
