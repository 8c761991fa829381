package archive

import (
	"context"
	"fmt"
	"io"
)

// Values beside Go's own; see the package documentation for the closed list.
type (
	// Decimal is an exact number as text: "-12.50".
	Decimal string
	// JSON is a nested value, as JSON text.
	JSON string
	// Blob stands for bytes that become a file of the package.
	Blob struct {
		Name      string // proposed file name; "" where the original would tell of a path
		MediaType string
		Size      int64 // -1 unknown
		Open      func(context.Context) (io.ReadCloser, error)
	}
	// Withheld stands for a value that exists and was left out (art. 15(4), 20(4)), so that it does not read as absent.
	Withheld struct{}
	// inFile is a value that was written to a file of the package: its path there.
	inFile string
)

const masked = "•••"

// Format keeps values out of logs and errors whatever verb prints them.
func (Decimal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// Format keeps values out of logs and errors whatever verb prints them.
func (JSON) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// Format keeps names out of logs and errors whatever verb prints them.
func (Blob) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "blob "+masked) }

// weigh is about how much memory v holds.
func weigh(v any) int {
	switch x := v.(type) {
	case string:
		return len(x) + 16
	case []byte:
		return len(x) + 24
	case Decimal:
		return len(x) + 16
	case JSON:
		return len(x) + 16
	}
	return 16
}

func known(v any) bool {
	switch v.(type) {
	case nil, bool, int64, float64, string, []byte, timeType, Decimal, JSON, Blob, Withheld, inFile:
		return true
	}
	return false
}
