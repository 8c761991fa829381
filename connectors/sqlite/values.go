package sqlite

import (
	"encoding/json"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// blobLimit is the size in bytes above which a BLOB leaves as a Blob.
const blobLimit = 64 << 10

// plain is a column as SQL that gives the value as it is stored; the driver would make instants of texts
// in DATE columns, and not give back the text that stood there.
func plain(expr string, col relational.Column) string {
	if declared(col.Type).timed() {
		return "+" + expr
	}
	return expr
}

// stored are columns as SQL that gives the values as they are stored, whatever their types.
func stored(exprs []string) []string {
	out := make([]string, len(exprs))
	for i, e := range exprs {
		out[i] = "+" + e
	}
	return out
}

// decoder turns a stored value into one of the contract.
type decoder func(v any) any

// decoderFor gives the decoder of a column; nil where values stay as they are.
func decoderFor(col relational.Column) decoder {
	switch d := declared(col.Type); {
	case d.boolean():
		return func(v any) any {
			if n, ok := v.(int64); ok && (n == 0 || n == 1) {
				return n == 1
			}
			return v
		}
	case d.nested():
		return func(v any) any {
			if s, ok := v.(string); ok && json.Valid([]byte(s)) {
				return connectors.JSON(s)
			}
			return v
		}
	case d.exact():
		return func(v any) any {
			if s, ok := v.(string); ok && s != "" && strings.Trim(s, "0123456789.-") == "" {
				return connectors.Decimal(s)
			}
			return v
		}
	}
	return nil
}

// decode makes a value the driver gave one of the contract.
func (d decoder) decode(v any) any {
	if b, ok := v.([]byte); ok && b == nil {
		return []byte{} // an empty BLOB, which the driver gives as nil; NULL is another type
	}
	if d != nil {
		return d(v)
	}
	return v
}
