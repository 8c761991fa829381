package clinic_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
)

// TestEveryRight carries one right after the other out, in one clinic: each finds it as the one before left it, and compares everything in
// every store with what should be there.
func TestEveryRight(t *testing.T) {
	h := newHouse(t, sample.Options{Patients: 12})
	for _, x := range []struct {
		name string
		test func(*testing.T, *house)
	}{
		{"access", accessed}, {"portability", ported}, {"restriction", restricted}, {"rectification", rectified},
		{"withdrawal", withdrawn}, {"objection", objected}, {"referral", referred}, {"instruction", instructed}, {"visitor", visitorErased},
		{"erasure", erased}, {"access after it", accessedAfter},
	} {
		if !t.Run(x.name, func(t *testing.T) { x.test(t, h) }) {
			t.Fatal("what comes after it would be about another clinic")
		}
	}
}
