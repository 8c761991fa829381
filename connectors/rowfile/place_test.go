package rowfile

import (
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestPlace: who plans by the map alone knows which field of a key is the place of a row.
func TestPlace(t *testing.T) {
	for _, name := range Formats {
		f := &connectors.RowFormat{Format: name}
		code, err := CodecFor(f, time.UTC)
		if err != nil || code.Position() != f.Place() {
			t.Errorf("%s: %q, %v; the map's is %q", name, code.Position(), err, f.Place())
		}
	}
}
