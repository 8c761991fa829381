package connectors

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
)

// DeriveText is the text of How [Derive]: HMAC-SHA-256 under key over the row's key values, its first 80
// bits in lower-case base32, 16 characters. The same key and row give the same text on every retry;
// without key nobody can tell which row it came from. A number and its text give the same.
func DeriveText(key []byte, keyvalues ...any) string {
	mac := hmac.New(sha256.New, key)
	for _, v := range keyvalues {
		s := canonical(v)
		mac.Write(binary.AppendUvarint(nil, uint64(len(s)))) // so that ("a", "bc") is not ("ab", "c")
		mac.Write([]byte(s))
	}
	enc := base32.StdEncoding.WithPadding(base32.NoPadding)
	return strings.ToLower(enc.EncodeToString(mac.Sum(nil)[:10]))
}
