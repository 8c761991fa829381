package host

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// LockName is the usual name of the lock file.
const LockName = "connectors.lock"

// Lock pins connectors: the SHA-256 of each binary, in hex, by the connector's name. A nil Lock pins
// nothing; in any other, a connector that is not named may not be started.
type Lock map[string]string

// ReadLock reads a lock file: a line `name sha256` for each connector, # begins a comment. A file that does
// not exist is a nil Lock and no error: pinning is recommended, and [Pool.Warnings] says so.
func ReadLock(path string) (Lock, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lock, err := ParseLock(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", path, err)
	}
	return lock, nil
}

// ParseLock reads the text of a lock file; an error begins with the line.
func ParseLock(data []byte) (Lock, error) {
	lock := Lock{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 || !validName(fields[0]) || !validSum(fields[1]) {
			return nil, fmt.Errorf("%d: not a line of the form `name sha256`\nhint: write it with `dossier connector lock`", n)
		}
		if _, twice := lock[fields[0]]; twice {
			return nil, fmt.Errorf("%d: %s stands here twice", n, fields[0])
		}
		lock[fields[0]] = strings.ToLower(fields[1])
	}
	return lock, lines.Err()
}

func validSum(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}

// Text is the lock as a file, sorted by name.
func (l Lock) Text() []byte {
	var b bytes.Buffer
	b.WriteString("# The connectors dossier may start, and the SHA-256 of each binary. Written by `dossier connector lock`.\n")
	for _, name := range slices.Sorted(maps.Keys(l)) {
		fmt.Fprintf(&b, "%s %s\n", name, l[name])
	}
	return b.Bytes()
}

// Write replaces the file at path, whole or not at all.
func (l Lock) Write(path string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), LockName+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone once renamed
	if err := errors.Join(writeAll(tmp, l.Text()), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func writeAll(f *os.File, b []byte) error {
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	return f.Sync()
}

// LockOf is the lock of the connectors as they are installed now.
func LockOf(installed []Installed) (Lock, error) {
	lock := Lock{}
	for _, i := range installed {
		sum, err := Checksum(i.Path)
		if err != nil {
			return nil, err
		}
		lock[i.Name] = sum
	}
	return lock, nil
}
