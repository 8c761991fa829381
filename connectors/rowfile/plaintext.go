package rowfile

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// PlainText writes a value as the text a path or a cell holds: an instant at midnight in loc as a date, another in
// RFC 3339. ok is false for NULL and for a document.
func PlainText(v any, loc *time.Location) (s string, ok bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case []byte:
		return string(x), true
	case bool:
		return strconv.FormatBool(x), true
	case int64:
		return strconv.FormatInt(x, 10), true
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64), true
	case connectors.Decimal:
		return string(x), true
	case connectors.JSON:
		return string(x), true
	case time.Time:
		t := x.In(loc)
		if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() == 0 {
			return t.Format("2006-01-02"), true
		}
		return t.Format(time.RFC3339Nano), true
	}
	return "", false
}

// SortedNames are the fields of a row.
func SortedNames(row connectors.Row) []string { return slices.Sorted(maps.Keys(row)) }

// base64Text is how bytes stand in JSON.
func base64Text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// unwritable is the error for a value of a kind that a file cannot hold.
func unwritable(v any) error {
	return fmt.Errorf("%w: a value of type %T cannot be written into a file of rows", connectors.ErrNotSupported, v)
}
