package files

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/dossier-dsr/dossier/connectors"
)

// copyAttributes gives f the extended attributes of like that say who may do what, and those programs set. Labels
// of the system's own (security.*) come from the folder.
func copyAttributes(f, like *os.File) error {
	size, err := unix.Flistxattr(int(like.Fd()), nil)
	if err != nil || size == 0 {
		return nil // the file system keeps none
	}
	names := make([]byte, size)
	if size, err = unix.Flistxattr(int(like.Fd()), names); err != nil {
		return nil
	}
	for name := range bytes.SplitSeq(names[:size], []byte{0}) {
		n := string(name)
		if !strings.HasPrefix(n, "user.") && n != "system.posix_acl_access" {
			continue
		}
		value := make([]byte, 64<<10)
		got, err := unix.Fgetxattr(int(like.Fd()), n, value)
		if err == nil {
			err = unix.Fsetxattr(int(f.Fd()), n, value[:got], 0)
		}
		if err != nil {
			return fmt.Errorf("%w: the access list of a file cannot be kept", connectors.ErrConflict)
		}
	}
	return nil
}
