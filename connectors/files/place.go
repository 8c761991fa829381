package files

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// place names a row by its number in the file and a fingerprint of its bytes, so that a row which moved
// into the place of another is not taken for it.
func place(r record) string {
	sum := sha256.Sum256(r.bytes())
	return strconv.FormatInt(r.number(), 10) + "~" + hex.EncodeToString(sum[:6])
}
