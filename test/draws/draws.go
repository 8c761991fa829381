// Package draws has property tests draw the same cases each time, so that nobody's work waits for a rare one that another change found.
package draws

import (
	"flag"
	"strconv"
	"testing"
)

// Alike has rapid draw the cases of a seed for the time of a test, as many as checks says; 0 leaves either as it is. What was said on the
// command line (-rapid.seed, -rapid.checks) holds. Not for parallel tests: the flags are the process's.
func Alike(t testing.TB, seed, checks int) {
	t.Helper()
	for name, n := range map[string]int{"rapid.seed": seed, "rapid.checks": checks} {
		f := flag.Lookup(name)
		if f == nil {
			t.Fatalf("the test draws nothing: there is no flag -%s", name)
		}
		was := f.Value.String()
		if n == 0 || was != f.DefValue {
			continue
		}
		if err := flag.Set(name, strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, was) })
	}
}
