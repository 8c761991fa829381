package mongodb

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// forms are what a value looked for may be stored as, in every type that [connectors.Equal] takes for the same: the map writes texts, other
// systems give numbers, and documents hold either. The server's own comparison makes numbers of all widths one. Where it cannot be said what a value may
// be stored as, ok is false, and every document has to be looked at.
func (c can) forms(v any) (as []any, ok bool) {
	switch x := v.(type) {
	case string:
		return append([]any{x}, c.readings(x)...), true
	case int64:
		return []any{x, strconv.FormatInt(x, 10)}, true
	case float64:
		return []any{x, strconv.FormatFloat(x, 'f', -1, 64)}, true
	case bool:
		return []any{x, strconv.FormatBool(x)}, true
	case time.Time:
		return instants(x), true
	case connectors.Decimal:
		return append([]any{string(x)}, c.numbers(string(x))...), true
	case []byte:
		return []any{bson.Binary{Data: x}, bson.Binary{Subtype: bson.TypeBinaryBinaryOld, Data: x}, string(x)}, true
	case connectors.JSON:
		nested, err := fromJSON(x)
		return []any{nested, string(x)}, err == nil
	}
	return nil, false
}

// instants are an instant and the texts people write it as.
func instants(t time.Time) []any {
	t = t.UTC()
	out := []any{bson.NewDateTimeFromTime(t), t.Format(time.RFC3339Nano), t.Format("2006-01-02T15:04:05.000Z")}
	if t.Equal(t.Truncate(24 * time.Hour)) {
		out = append(out, t.Format(time.DateOnly))
	}
	return out
}

// readings are what a text may stand for.
func (c can) readings(s string) []any {
	out := c.numbers(s)
	if b, err := strconv.ParseBool(strings.ToLower(s)); err == nil {
		out = append(out, b)
	}
	if id, err := bson.ObjectIDFromHex(s); err == nil {
		out = append(out, id)
	}
	if b, ok := uuidBytes(s); ok {
		out = append(out, bson.Binary{Subtype: uuid, Data: b})
	}
	if t, _, ok := connectors.Date(s, time.UTC); ok {
		out = append(out, bson.NewDateTimeFromTime(t))
	}
	return out
}

func (c can) numbers(s string) []any {
	if !numeral(s) {
		return nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return []any{n}
	}
	var out []any
	if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsInf(f, 0) {
		out = append(out, f)
	}
	if d, err := bson.ParseDecimal128(s); err == nil && c.decimals {
		out = append(out, d)
	}
	return out
}

func numeral(s string) bool {
	return s != "" && len(s) < 100 && strings.Trim(s, "0123456789+-.eE") == "" && strings.ContainsAny(s, "0123456789")
}

// marks are such that two values [connectors.Equal] takes for the same have one in common: a place to look, not a proof.
func marks(v any) []string {
	switch x := v.(type) {
	case string:
		return textMarks(x)
	case []byte:
		return textMarks(string(x))
	case connectors.JSON:
		return textMarks(string(x))
	case bool:
		if x {
			return []string{"n1"}
		}
		return []string{"n0"}
	case int64:
		return []string{"n" + strconv.FormatInt(x, 10)}
	case float64:
		return worth(strconv.FormatFloat(x, 'g', -1, 64), nil)
	case connectors.Decimal:
		return worth(string(x), nil)
	case time.Time:
		return []string{"d" + strconv.FormatInt(x.UnixNano(), 10)}
	}
	return nil
}

func textMarks(s string) []string {
	out := worth(s, []string{"s" + s})
	if t, _, ok := connectors.Date(s, time.UTC); ok {
		out = append(out, "d"+strconv.FormatInt(t.UnixNano(), 10))
	}
	switch strings.ToLower(s) {
	case "t", "true":
		out = append(out, "n1")
	case "f", "false":
		out = append(out, "n0")
	}
	return out
}

// worth adds the mark of a number.
func worth(s string, to []string) []string {
	if !numeral(s) {
		return to
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return append(to, "n"+strconv.FormatInt(n, 10))
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if e, err := strconv.Atoi(s[i+1:]); err != nil || e > 400 || e < -400 {
			return to
		}
	}
	if r, ok := new(big.Rat).SetString(s); ok {
		return append(to, "n"+r.RatString())
	}
	return to
}
