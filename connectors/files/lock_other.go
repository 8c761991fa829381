//go:build !unix

package files

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"github.com/dossier-dsr/dossier/connectors"
)

// verbs: without advisory locks and renames over open files nothing is changed.
func verbs() []connectors.Verb { return nil }

func methods() []string { return nil }

func lockFile(context.Context, *folder, string) (*os.File, error) {
	return nil, fmt.Errorf("%w: changing files on this system", connectors.ErrNotSupported)
}

func tryLock(*os.File) bool { return false }

func lockFolder(*os.File, bool) bool { return true }

func ours(fs.FileInfo) bool { return true }

func sameDevice(string, string) bool { return true }

func moveTo(*folder, string, *folder, string) error {
	return fmt.Errorf("%w: changing files on this system", connectors.ErrNotSupported)
}

func links(fs.FileInfo) uint64 { return 1 }

func resemble(_, _ *os.File, _ fs.FileInfo) error { return nil }

func linkTo(*folder, string, *folder, string) error {
	return fmt.Errorf("%w: changing files on this system", connectors.ErrNotSupported)
}
