package archive

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// slug makes a plain ASCII name of a label: letters, digits and sep. fallback serves where nothing is left.
func slug(label string, sep byte, limit int, fallback string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(strings.ToLower(label)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte(sep)
			}
			gap = false
			b.WriteRune(r)
		case r == 'ł':
			if gap && b.Len() > 0 {
				b.WriteByte(sep)
			}
			gap = false
			b.WriteByte('l')
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
		default:
			gap = true
		}
		if b.Len() >= limit {
			break
		}
	}
	if b.Len() == 0 {
		return fallback
	}
	return b.String()
}

// names gives each name once: a second "members" becomes "members-2".
type names map[string]bool

func (n names) unique(name string, sep string) string {
	out := name
	for i := 2; n[out]; i++ {
		out = name + sep + strconv.Itoa(i)
	}
	n[out] = true
	return out
}
