package objects

import (
	"encoding/binary"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// join appends a text and its length, so that ("a", "bc") is not ("ab", "c").
func join(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// joinKindred is join of what is kindred to a value.
func joinKindred(b []byte, v any) []byte {
	var room [64]byte
	like := kindred(room[:0], v)
	return append(binary.AppendUvarint(b, uint64(len(like))), like...)
}

// kindred appends one text for all values that [connectors.Equal] may hold equal: numbers by what they are worth, whatever
// their type, texts that read as numbers, truth values or dates with those. Who finds two values
// kindred still asks Equal.
func kindred(b []byte, v any) []byte {
	switch x := v.(type) {
	case bool:
		if x {
			return append(b, "#1"...)
		}
		return append(b, "#0"...)
	case int64:
		return kindredText(b, strconv.FormatInt(x, 10))
	case float64:
		return kindredText(b, strconv.FormatFloat(x, 'g', -1, 64))
	case string:
		return kindredText(b, x)
	case connectors.Decimal:
		return kindredText(b, string(x))
	case time.Time:
		return strconv.AppendInt(append(b, '@'), x.UnixNano(), 10)
	}
	s, _ := rowfile.PlainText(v, time.UTC)
	return kindredText(b, s)
}

func kindredText(b []byte, s string) []byte {
	if plainNumber(s) {
		return append(append(b, '#'), s...)
	}
	if len(s) <= len("false") {
		switch strings.ToLower(s) {
		case "t", "true":
			return append(b, "#1"...)
		case "f", "false":
			return append(b, "#0"...)
		}
	}
	if len(s) >= len("2006-01-02") && s[4] == '-' && s[7] == '-' {
		if t, _, ok := connectors.Date(s, time.UTC); ok {
			return strconv.AppendInt(append(b, '@'), t.UnixNano(), 10)
		}
	}
	if s != "" && len(s) <= 1000 && strings.Trim(s, "0123456789+-.eE") == "" && smallExponent(s) {
		if r, ok := new(big.Rat).SetString(s); ok {
			if r.IsInt() && plainNumber(r.Num().String()) {
				return append(append(b, '#'), r.Num().String()...)
			}
			f, _ := r.Float64()
			return strconv.AppendFloat(append(b, '~'), f, 'g', -1, 64)
		}
	}
	return append(append(b, '\''), s...)
}

// plainNumber says whether s is an integer as Go writes it, and one a float holds exactly: the common case,
// without arithmetic. Other numbers come together by the nearest float.
func plainNumber(s string) bool {
	if s == "" || len(s) > 15 || s[0] == '0' && len(s) > 1 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// smallExponent keeps a text from making us write out a number of a million digits.
func smallExponent(s string) bool {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return true
	}
	e, err := strconv.Atoi(s[i+1:])
	return err == nil && e <= 400 && e >= -400
}
