package relational

import (
	"regexp"
	"strconv"
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

// IsNumber matches a number as stores and people write it, with a point and perhaps an exponent.
var IsNumber = regexp.MustCompile(`^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$`)
