package archive

import (
	"errors"
	"fmt"
	"syscall"
)

// ErrNoSpace says that the spool folder, or the place the package is written to, has no room. The package
// was not made; trying again later is right (the request waits).
var ErrNoSpace = errors.New("no space left for the package: free some, or name another folder for temporary files")

// leastSpace is what must be free whatever is expected.
const leastSpace = 32 << 20

// noSpace makes a full disk recognisable as [ErrNoSpace].
func noSpace(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, errQuota) {
		return fmt.Errorf("%w (%w)", ErrNoSpace, err)
	}
	return err
}

// checkSpace wants room for expected bytes of rows: they lie in the folder deflated, twice, for a time.
func checkSpace(free func(string) (int64, error), dir string, expected int64) error {
	have, err := free(dir)
	if err != nil {
		return fmt.Errorf("the folder for temporary files cannot be used: %w", pathless(err))
	}
	if need := expected + leastSpace; have >= 0 && have < need {
		return fmt.Errorf("%w: %d MiB are needed, %d MiB are free", ErrNoSpace, need>>20, have>>20)
	}
	return nil
}
