package relational

import "testing"

// TestIsNumber: what is seen at a glance is what the pattern takes.
func TestIsNumber(t *testing.T) {
	for _, s := range []string{"", "-", ".", "-.", "1", "-1", "+1", "0", "007", "1.", ".5", "1.5", "-1.50", "1.2.3", "1e5", "-1.5E-12", "1e1000", "e5", "NaN", "1 ", "١", "--1", "1-"} {
		if got, want := IsNumber(s), number.MatchString(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
		if common(s) && !number.MatchString(s) {
			t.Errorf("%q is taken for a number", s)
		}
	}
}
