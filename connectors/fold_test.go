package connectors

import "testing"

// TestFoldTwice: what is folded is folded, every letter there is.
func TestFoldTwice(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= 0x10ffff; r++ {
		once := Fold(string(r))
		if twice := Fold(once); twice != once {
			t.Errorf("%q became %q, then %q", r, once, twice)
		}
	}
	for _, same := range [][2]string{{"Ꭰ", "ꭰ"}, {"Straße", "STRASSE"}, {" A  b ", "a B"}, {"Ś", "S\u0301"}} {
		if Fold(same[0]) != Fold(same[1]) {
			t.Errorf("%q and %q differ: %q, %q", same[0], same[1], Fold(same[0]), Fold(same[1]))
		}
	}
}
