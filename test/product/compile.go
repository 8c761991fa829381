package product

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// BuiltOnce names the environment's folder in which what was compiled for one package of tests is left for the others of the same run; without
// it each compiles its own.
const BuiltOnce = "DOSSIER_TEST_BUILT"

// Compile makes the program of a package of this checkout, named from its root (./cmd/dossier), with the named tags.
func Compile(tags, to, what string) error {
	folder := os.Getenv(BuiltOnce)
	if folder == "" {
		return compile(tags, to, what)
	}
	once := filepath.Join(folder, strings.NewReplacer("/", "-", ".", "").Replace(tags+what))
	if err := alone(once+".lock", func() error {
		if _, err := os.Stat(once); err == nil {
			return nil
		}
		if err := compile(tags, once+".new", what); err != nil {
			return err
		}
		return os.Rename(once+".new", once)
	}); err != nil {
		return err
	}
	return copied(once, to) // no link: a test may write over its own
}

func compile(tags, to, what string) error {
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-tags", tags, "-o", to, what)
	cmd.Dir, cmd.Env = checkout(), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", what, err, out)
	}
	return nil
}

// alone does something while no other process does it under this lock.
func alone(lock string, do func() error) error {
	f, err := os.OpenFile(lock, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return do()
}

func copied(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := out.ReadFrom(in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
