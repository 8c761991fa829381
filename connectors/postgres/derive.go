package postgres

import (
	"encoding/hex"
	"fmt"
	"strings"

	"crypto/sha256"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// canonical is a column's value as text that is the same whenever it is read.
func canonical(of relational.Term) string {
	switch x := of.SQL; typeOf(of.Column).kind {
	case instant:
		return `regexp_replace(to_char(` + x + ` AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '\.?0+$', '') || 'Z'`
	case raw:
		return x
	default:
		return x + "::text"
	}
}

// derive writes connectors.DeriveText in SQL: HMAC-SHA-256 under secret over the values of a row's key, the first 80 bits in base 32. The
// secret itself is not sent; what it makes of the two pads of HMAC is.
func derive(secret []byte, key []relational.Term, bind func(any) string) string {
	inner, outer := pads(secret)
	parts := []string{bind(inner) + "::text::bytea"}
	for _, k := range key {
		bytes := "convert_to(" + canonical(k) + ", 'UTF8')"
		if typeOf(k.Column).kind == raw {
			bytes = k.SQL
		}
		// The length before each value, seven bits a byte, the lowest first.
		n := "octet_length(" + bytes + ")"
		parts = append(parts, fmt.Sprintf(`(CASE WHEN %[1]s < 128 THEN set_byte('\x00', 0, %[1]s) ELSE set_byte('\x80', 0, 128 | (%[1]s & 127)) || set_byte('\x00', 0, %[1]s >> 7) END)`, n), bytes)
	}
	hash := "encode(sha256(" + bind(outer) + "::text::bytea || sha256(" + strings.Join(parts, " || ") + ")), 'hex')"
	return "(SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', (((CASE WHEN k < 8 THEN a ELSE b END) >> (35 - 5 * (k % 8))) & 31)::int + 1, 1), '' ORDER BY k)" +
		" FROM (SELECT ('x' || substr(h, 1, 10))::bit(40)::int8 AS a, ('x' || substr(h, 11, 10))::bit(40)::int8 AS b FROM (SELECT " + hash + " AS h) AS hashed) AS halves," +
		" generate_series(0, 15) AS k)"
}

// pads are those of HMAC, as the text of a bytea.
func pads(secret []byte) (inner, outer string) {
	key := make([]byte, sha256.BlockSize)
	if len(secret) > len(key) {
		sum := sha256.Sum256(secret)
		secret = sum[:]
	}
	copy(key, secret)
	in, out := make([]byte, len(key)), make([]byte, len(key))
	for i, b := range key {
		in[i], out[i] = b^0x36, b^0x5c
	}
	return `\x` + hex.EncodeToString(in), `\x` + hex.EncodeToString(out)
}
