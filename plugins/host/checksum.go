package host

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
)

// Checksum is the SHA-256 of a file, in lower-case hex.
func Checksum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// verify hashes the binary and compares it with what is wanted; "" wants nothing.
func verify(path, want string) (string, error) {
	sum, err := Checksum(path)
	if err != nil {
		return "", err
	}
	if want != "" && !strings.EqualFold(sum, want) {
		return "", fmt.Errorf("%s: %w\nhint: if it was replaced on purpose, run `dossier connector lock`", path, ErrChecksum)
	}
	return sum, nil
}
