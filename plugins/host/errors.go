package host

import (
	"errors"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

var (
	// ErrDied is a connector whose process ended during the call. What it had not been told to commit is
	// not committed; what it had been told to commit may be. The next call starts it again.
	ErrDied = fmt.Errorf("the connector's process died: %w", connectors.ErrTryLater)

	// ErrChecksum is a binary that is not the one the lock file names.
	ErrChecksum = errors.New("the binary is not the one in " + LockName)

	// ErrUnasked is a connector that changed rows without asking for a confirmation. It breaks the
	// contract and must not be used.
	ErrUnasked = errors.New("the connector changed rows without asking first")

	errClosed = errors.New("it is closed")
)
