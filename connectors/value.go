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

const masked = "•••"

// Format keeps values out of logs and errors whatever verb prints them.
func (r Row) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "row of %d fields %s", len(r), masked)
}
func (t Tuple) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "tuple of %d %s", len(t.Values), masked)
}
func (k *Keys) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "keys %v %s", k.Fields, masked) }
func (a Assign) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s: %s%s", a.Field, a.How, masked)
}
func (c Cond) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s %s %s", c.Field, c.Op, masked) }
func (c Config) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "config of %d settings %s", len(c), masked)
}

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
