package sqlite

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// conflict is an ErrConflict that says what stands in the way.
func conflict(notes ...connectors.Diagnostic) error {
	return fmt.Errorf("%w: %w", connectors.ErrConflict, connectors.Diagnostics(notes))
}
