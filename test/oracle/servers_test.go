package oracle

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/test/draws"
	"github.com/dossier-dsr/dossier/test/houses"
)

// timesEnv asks for that many times as many cases, and others each time: `make oracle`.
const timesEnv = "DOSSIER_ORACLE_TIMES"

// servers are the houses that stand on a database server.
var servers = map[string]func(testing.TB) *houses.House{"postgres": houses.Postgres, "mysql": houses.MySQL}

// cases sets how many are drawn: the same each time, so that nobody's work waits for a rare one; where more are asked for, others.
func cases(t *testing.T, n int) {
	t.Helper()
	seed := 20290103
	if text := os.Getenv(timesEnv); text != "" {
		times, err := strconv.Atoi(text)
		if err != nil || times < 1 {
			t.Fatalf("%s is no number of times", timesEnv)
		}
		n, seed = n*times, 0
	}
	draws.Alike(t, seed, n)
}

// onServers runs a property on every server, usual times over all of them; f draws a case, whose tables' names begin with name, counts what
// it is about, and says what is wrong. Of each of enough there must be something.
func onServers(t *testing.T, usual int, enough []string, f func(t *testing.T, rt *rapid.T, s *site, name string, seen map[string]int) string) {
	t.Helper()
	cases(t, usual/len(servers))
	for _, kind := range slices.Sorted(maps.Keys(servers)) {
		t.Run(kind, func(t *testing.T) {
			s, n, seen := newSite(t, servers[kind](t)), 0, map[string]int{}
			rapid.Check(t, func(rt *rapid.T) {
				n++
				if trouble := f(t, rt, s, fmt.Sprintf("c%d_", n), seen); trouble != "" {
					rt.Fatalf("on %s:\n%s", kind, trouble)
				}
			})
			t.Logf("%v", seen)
			for _, what := range enough {
				if !t.Failed() && seen[what] == 0 {
					t.Errorf("nothing was drawn that is %s: the cases say nothing of it", what)
				}
			}
		})
	}
}

// TestErasureOnServers draws maps, rows and requests as TestErasure does, in tables with types and keys of their own, and compares access, erasure
// and what applications read in the end.
func TestErasureOnServers(t *testing.T) {
	enough := []string{"deleted", "anonymised", "shell", "held", "shared", "other", "foreign keys", "unique columns"}
	onServers(t, 280, enough, func(t *testing.T, rt *rapid.T, s *site, name string, seen map[string]int) string {
		e := drawEstate(rt)
		p := s.plot(rt, e, name, seen)
		v := judge(e)
		tell(v, seen)
		return p.over(rt, v.explain, func() string { return tryOn(t, p.way(), 0, e, v, p.applied) })
	})
}

// TestBatchOnServers does the same for the work of a batch of one, and of two who may own rows together, as TestBatchOfOne and TestBatchOfTwo do.
func TestBatchOnServers(t *testing.T) {
	onServers(t, 130, []string{"planned", "compared", "foreign keys"}, func(t *testing.T, rt *rapid.T, s *site, name string, seen map[string]int) string {
		if (dice{rt}).chance(50, "two") {
			var p *plot
			two := drawPair(rt, func(e *estate) { p = s.plot(rt, e, name, seen) })
			return p.over(rt, two.explain, func() string { return two.try(t, p.way(), 0, p.applied, seen) })
		}
		e := drawEstate(rt)
		p := s.plot(rt, e, name, seen)
		v := judge(e)
		return p.over(rt, v.explain, func() string {
			went, trouble := tryBatch(t, p.way(), 0, e, v, p.applied)
			if went {
				seen["planned"]++
			}
			return trouble
		})
	})
}

// plot draws on what ground a case stands.
func (s *site) plot(rt *rapid.T, e *estate, name string, seen map[string]int) *plot {
	g := dice{rt}.ground(e, name)
	for _, xs := range g.foreign {
		seen["foreign keys"] += len(xs)
	}
	for _, fs := range g.unique {
		seen["unique columns"] += len(fs)
	}
	return &plot{site: s, e: e, g: g, tables: e.tables(g)}
}

// over runs a case, takes it away, and explains what is wrong.
func (p *plot) over(rt *rapid.T, explain, f func() string) string {
	trouble := f()
	if err := p.clear(); err != nil {
		rt.Fatal(err)
	}
	if trouble == "" {
		return ""
	}
	return trouble + "\n" + explain() + p.e.describe(p.g)
}
