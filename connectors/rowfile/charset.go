package rowfile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"

	"github.com/dossier-dsr/dossier/connectors"
)

// charset turns bytes of a file into text and back. Only character sets in which ASCII is ASCII and every
// other character one byte, and UTF-8, are taken: in them a delimiter, quote or line end is what it looks like.
type charset struct{ table *charmap.Charmap } // nil: utf-8

func charsetOf(name string) (charset, error) {
	if n := strings.ToLower(name); n == "" || n == "utf-8" || n == "utf8" {
		return charset{}, nil
	}
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil {
		return charset{}, fmt.Errorf("rows: no encoding %q", name)
	}
	table, ok := e.(*charmap.Charmap)
	if !ok {
		return charset{}, fmt.Errorf("%w: encoding %q; it reads utf-8 and sets of one byte a character, as windows-1250", connectors.ErrNotSupported, name)
	}
	for b := range 128 {
		if table.DecodeByte(byte(b)) != rune(b) {
			return charset{}, fmt.Errorf("%w: encoding %q, in which ASCII is not ASCII", connectors.ErrNotSupported, name)
		}
	}
	return charset{table: table}, nil
}

// decode gives the text of b. A byte the set does not know becomes U+FFFD; in UTF-8 it is left as it is.
func (c charset) decode(b []byte) string {
	if c.table == nil {
		return string(b)
	}
	var out strings.Builder
	out.Grow(len(b))
	for _, x := range b {
		if x < utf8.RuneSelf {
			out.WriteByte(x)
		} else {
			out.WriteRune(c.table.DecodeByte(x))
		}
	}
	return out.String()
}

// encode gives the bytes of s, or an ErrConflict that does not say which character is at fault.
func (c charset) encode(s string) ([]byte, error) {
	if c.table == nil {
		if !utf8.ValidString(s) {
			return nil, fmt.Errorf("%w: the new value is not valid utf-8", connectors.ErrConflict)
		}
		return []byte(s), nil
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := c.table.EncodeRune(r)
		if !ok || r == utf8.RuneError {
			return nil, fmt.Errorf("%w: the new value cannot be written in %s", connectors.ErrConflict, c.table)
		}
		out = append(out, b)
	}
	return out, nil
}
