package servers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// tool is a server built by the first who needs it and kept among the tools of the house. test/servers/NAME is a module of its own, so that
// nothing of it comes into the product; what is built is a package of it or of what it requires.
func tool(name, pkg string) (string, error) {
	house, err := house()
	if err != nil {
		return "", err
	}
	tools, source := filepath.Join(house, ".tools"), filepath.Join(house, "test", "servers", name)
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(tools, name+".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	binary := filepath.Join(tools, name)
	of := []string{filepath.Join(source, "go.mod"), filepath.Join(source, "go.sum")}
	if own, err := filepath.Glob(filepath.Join(source, "*.go")); err == nil {
		of = append(of, own...)
	}
	if newer(binary, of...) {
		return binary, nil
	}
	build := exec.Command("go", "build", "-trimpath", "-o", binary, pkg)
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building it: %w\n%s", err, out)
	}
	now := time.Now() // go build leaves a binary alone that is as it should be
	return binary, os.Chtimes(binary, now, now)
}

// newer says whether a file is there and not older than any of the others.
func newer(file string, others ...string) bool {
	info, err := os.Stat(file)
	if err != nil {
		return false
	}
	for _, o := range others {
		if other, err := os.Stat(o); err != nil || other.ModTime().After(info.ModTime()) {
			return false
		}
	}
	return true
}

// house is the folder above the tests' own that holds the servers' sources.
func house() (string, error) {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "test", "servers", "ferretdb", "go.mod")); err == nil {
			return dir, nil
		}
		dir = filepath.Dir(dir)
	}
	return "", errors.Join(errors.New("no folder above this test holds test/servers/ferretdb"), err)
}
