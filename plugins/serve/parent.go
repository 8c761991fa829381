package serve

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hashicorp/go-plugin"

	"github.com/dossier-dsr/dossier/plugins/wire"
)

// exitWithParent ends the process the moment the host's end of the pipe is closed, which the kernel does
// however the host ends. Nothing is finished first: what is not committed must not be.
func exitWithParent() error {
	var st syscall.Stat_t
	if err := syscall.Fstat(wire.ParentFD, &st); err != nil || st.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return errors.New("descriptor 3 is not the pipe of a host\nhint: start connectors through dossier")
	}
	syscall.CloseOnExec(wire.ParentFD)
	pipe := os.NewFile(wire.ParentFD, "parent")
	go func() {
		_, _ = io.Copy(io.Discard, pipe)
		removeSockets(os.Getenv(plugin.EnvUnixSocketDir))
		os.Exit(1)
	}()
	return nil
}

// removeSockets clears the folder the host made for this process's socket, which a killed host cannot.
func removeSockets(dir string) {
	if dir == "" {
		return
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type()&os.ModeSocket != 0 {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	_ = os.Remove(dir) // only where it is empty now
}
