package connectors

import (
	"fmt"
	"time"
)

// Values in rows, keys and conditions are one of a closed list: nil, bool, int64, float64, string,
// []byte, time.Time, [Decimal], [JSON], [Blob]. [Rows.Add] enforces it.
type (
	// Decimal is an exact number as text: "-12.50".
	Decimal string
	// JSON is a nested value, as JSON text.
	JSON string
	// Blob stands for bytes too large or too foreign for a row; open it with [BlobOpener].
	Blob struct {
		ID        string // the connector's own handle
		Name      string // a file name for the archive, without folders
		MediaType string
		Size      int64 // -1 unknown
	}
)

// Row is a row by field name: pleasant for authors and tests. It prints masked.
type Row map[string]any

// Empty says whether v matches nothing: NULL, or the empty text.
func Empty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case []byte:
		return len(x) == 0
	}
	return false
}

// Check says whether v is of the closed list.
func Check(v any) error {
	switch v.(type) {
	case nil, bool, int64, float64, string, []byte, time.Time, Decimal, JSON, Blob:
		return nil
	}
	return fmt.Errorf("a value of Go type %T is not of the contract", v)
}
