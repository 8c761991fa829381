package oracle

import (
	"flag"
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

// fewest is how many cases each server must have been asked when all are done. A case is one right of one person, or of a batch, in a world that was
// drawn: what the plan says, and every value that leaves, that an application can read, or that stands in the tables in the end, is compared.
const fewest = 500

// property is one kind of cases: worlds is how many worlds are drawn for it, on each server; of each of enough there must be something.
type property struct {
	worlds int
	enough []string
	// try draws a world, whose tables' names begin with name, counts the cases in it and what they are about, and says what is wrong.
	try func(t *testing.T, rt *rapid.T, s *site, name string, seen map[string]int) string
}

// TestOnServers draws maps, rows and requests as the tests in memory do, in tables with types and keys of their own. It compares access, erasure, restriction and
// lift, and what applications read in the end.
func TestOnServers(t *testing.T) {
	all := map[string]property{"erasure": erasures, "batch": batches, "restriction": restrictions}
	for _, kind := range slices.Sorted(maps.Keys(servers)) {
		t.Run(kind, func(t *testing.T) {
			usual, cases := flag.Lookup("rapid.checks").Value.String() == flag.Lookup("rapid.checks").DefValue, map[string]int{}
			for _, right := range slices.Sorted(maps.Keys(all)) {
				t.Run(right, func(t *testing.T) { cases[right] = all[right].on(t, newSite(t, servers[kind](t))) })
			}
			sum := 0
			for _, n := range cases {
				sum += n
			}
			t.Logf("%d cases on %s: %v", sum, kind, cases)
			if !t.Failed() && usual && len(cases) == len(all) && sum < fewest {
				t.Errorf("%d cases on %s, want %d", sum, kind, fewest)
			}
		})
	}
}

// on runs the property on a server, and says how many cases there were.
func (p property) on(t *testing.T, s *site) int {
	t.Helper()
	often(t, p.worlds)
	n, seen := 0, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		n++
		if trouble := p.try(t, rt, s, fmt.Sprintf("c%d_", n), seen); trouble != "" {
			rt.Fatalf("on %s:\n%s", s.Kind, trouble)
		}
	})
	t.Logf("%v", seen)
	for _, what := range p.enough {
		if !t.Failed() && seen[what] == 0 {
			t.Errorf("nothing was drawn that is %s: the cases say nothing of it", what)
		}
	}
	return seen["tried"]
}

// often sets how many worlds are drawn: the same each time, so that nobody's work waits for a rare one; where more are asked for, others.
func often(t *testing.T, n int) {
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

// erasures: two persons are shown what is theirs, and one of them is erased.
var erasures = property{140, []string{"deleted", "anonymised", "shell", "held", "shared", "other", "foreign keys", "unique columns"},
	func(t *testing.T, rt *rapid.T, s *site, name string, seen map[string]int) string {
		e := drawEstate(rt)
		p := s.plot(rt, e, name, seen)
		v, other := judge(e), judge(dice{rt}.second(e))
		tell(v, seen)
		seen["tried"] += 3
		return p.over(rt, v.explain, func() string { return tryOn(t, p.way(), 0, e, v, p.applied, other) })
	}}

// batches of one, and of two who may own rows together, as in TestBatchOfOne and TestBatchOfTwo.
var batches = property{65, []string{"planned", "compared", "foreign keys"}, func(t *testing.T, rt *rapid.T, s *site, name string, seen map[string]int) string {
	if (dice{rt}).chance(50, "two") {
		var p *plot
		two := drawPair(rt, func(e *estate) { p = s.plot(rt, e, name, seen) })
		return p.over(rt, two.explain, func() string {
			before := seen["compared"]
			trouble := two.try(t, p.way(), 0, p.applied, seen)
			seen["tried"] += seen["compared"] - before // who is judged apart is no case of a batch
			return trouble
		})
	}
	e := drawEstate(rt)
	p := s.plot(rt, e, name, seen)
	v := judge(e)
	return p.over(rt, v.explain, func() string {
		went, trouble := tryBatch(t, p.way(), 0, e, v, p.applied)
		seen["tried"]++
		if went {
			seen["planned"]++
		}
		return trouble
	})
}}

// restrictions: two persons who may own rows together are restricted and lifted again, as in TestRestrictionAndLift.
var restrictions = property{40, []string{"alone", "shared", "of both, alone", "of both, shared", "marked", "second", "foreign keys"},
	func(t *testing.T, rt *rapid.T, s *site, name string, seen map[string]int) string {
		var p *plot
		c := drawLimits(rt, func(e *estate) { p = s.plot(rt, e, name, seen) })
		c.kinds = c.kinds[:2] // but for servers
		c.tell(seen)
		seen["tried"] += 2
		p.restricted = true
		return p.over(rt, c.explain, func() string { return c.on(t, p.way(), 0, p) })
	}}

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
