//go:build !linux

package files

import (
	"fmt"
	"os"

	"github.com/dossier-dsr/dossier/connectors"
)

// as runs f with the rights of the account on files; here, only with our own.
func (a *account) as(f func() error) error {
	if a == nil || a.uid == os.Geteuid() {
		return f()
	}
	return fmt.Errorf("%w: trying files as another account on this system; leave ordinary_user out", connectors.ErrNotSupported)
}
