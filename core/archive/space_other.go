//go:build !linux && !darwin

package archive

import (
	"errors"
	"os"
)

var errQuota = errors.New("quota")

// freeSpace cannot tell here (-1); a full disk is then noticed when it is.
func freeSpace(dir string) (int64, error) {
	_, err := os.Stat(dir)
	return -1, err
}
