package faults

import (
	"testing"

	"github.com/dossier-dsr/dossier/test/servers"
)

// TestANumberOfTheLakeGivenAnew: before the erasure is verified an application gives the number of an erased row to somebody else, whose own
// number stands in it. Nothing is done to it, then or at the second look.
func TestANumberOfTheLakeGivenAnew(t *testing.T) {
	t.Parallel()
	l := newLake(t, servers.Plain)
	p := l.planned(t, "C-2")
	l.appliedUntil(t, p, "verify/claimed/lake")
	l.stands(t, lakeAtLast())
	want := lakeAtLast()
	want[march+".csv"] += "1,C-7,2026-01-01,new\n"
	l.put(t, march+".csv", want[march+".csv"])
	l.finish(t, p.Request)
	l.stands(t, want)
}
