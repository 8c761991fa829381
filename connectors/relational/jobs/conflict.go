package jobs

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// Conflict is an ErrConflict that says what stands in the way.
func Conflict(notes ...connectors.Diagnostic) error {
	return fmt.Errorf("%w: %w", connectors.ErrConflict, connectors.Diagnostics(notes))
}
