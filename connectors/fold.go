package connectors

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which texts compare in a [Match] that is Folded: upper and lower case are one (Unicode case folding, NFC), white
// space around the text is off, and within it one space.
func Fold(text string) string {
	return norm.NFC.String(cases.Fold().String(strings.Map(cherokee, norm.NFC.String(strings.Join(strings.Fields(text), " ")))))
}

// cherokee makes Cherokee letters small, so that folding, which is into capitals there, finds one form: [cases.Fold] makes the small
// ones capital and the capital ones small.
func cherokee(r rune) rune {
	if unicode.Is(unicode.Cherokee, r) {
		return unicode.ToLower(r)
	}
	return r
}

// FoldedEqual compares two values as a Folded [Match] does: texts by [Fold], all else as [Equal].
func FoldedEqual(a, b any) bool {
	x, ok := a.(string)
	y, ok2 := b.(string)
	if ok && ok2 {
		return Fold(x) == Fold(y)
	}
	return Equal(a, b)
}
