package mysql

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Folded works a text's case folding out of what the server has: small letters by a collation of Unicode, the few whose folding is
// another, and letters that are written as a letter and a mark put together, for which servers have no word.
func (d dialect) Folded(of relational.Term) string {
	if typeOf(of.Column).kind != text {
		return of.SQL
	}
	x := "CONVERT(" + of.SQL + " USING utf8mb4)"
	x = "REGEXP_REPLACE(" + x + ` COLLATE utf8mb4_bin, '[\\s\\x{0085}\\x{00a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]+', ' ')`
	x = "LOWER(REPLACE(TRIM(" + x + "), 'İ', 'i\u0307') COLLATE " + d.unicode() + ")"
	for _, c := range [][2]string{{"ß", "ss"}, {"ŉ", "ʼn"}, {"ﬀ", "ff"}, {"ﬁ", "fi"}, {"ﬂ", "fl"}, {"ﬃ", "ffi"}, {"ﬄ", "ffl"}, {"ς", "σ"}, {"ſ", "s"}} {
		x = "REPLACE(" + x + ", '" + c[0] + "', '" + c[1] + "')"
	}
	x = "(" + x + " COLLATE utf8mb4_bin)"
	return "(NULLIF(CASE WHEN " + x + ` REGEXP '[\\x{0300}-\\x{036f}]' THEN ` + composed(x) + " ELSE " + x + " END, '') COLLATE utf8mb4_bin)"
}

// unicode is a collation by whose rules letters are made small, and that tells all of them apart.
func (d dialect) unicode() string {
	switch {
	case !d.maria:
		return "utf8mb4_0900_as_cs"
	case d.version >= 101001:
		return "utf8mb4_uca1400_as_cs"
	}
	return "utf8mb4_unicode_520_ci"
}

// marked are the small letters of Latin and Cyrillic that can be written as a letter and a mark, and how.
var marked = sync.OnceValue(func() [][2]string {
	var out [][2]string
	for r := rune(0xe0); r < 0x0460; r++ {
		if one := string(r); unicode.IsLower(r) && norm.NFC.String(one) == one {
			if two := norm.NFD.String(one); two != one {
				out = append(out, [2]string{two, one})
			}
		}
	}
	return out
})

// composed is a text with letters and marks put together.
func composed(x string) string {
	var begin, end strings.Builder
	for _, m := range marked() {
		begin.WriteString("REPLACE(")
		end.WriteString(", '" + m[0] + "', '" + m[1] + "')")
	}
	return begin.String() + x + end.String()
}
