package rowfile

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// Place names a row by its number in the file and a fingerprint of its bytes, so that a row which moved
// into the place of another is not taken for it.
func Place(r Record) string {
	sum := sha256.Sum256(r.Bytes())
	return strconv.FormatInt(r.Number(), 10) + "~" + hex.EncodeToString(sum[:6])
}
