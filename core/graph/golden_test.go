package graph_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

var update = flag.Bool("update", false, "write golden files anew")

// golden compares text with testdata/name.
func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), text); d != "" {
		t.Error(d)
	}
}

func TestCooperative(t *testing.T) {
	m, problems := datamap.Load("../../manifests/cooperative")
	if m == nil {
		t.Fatal(problems)
	}
	golden(t, "cooperative.txt", describe(graph.New(m)))
}

// describe writes a graph out: order, edges, ways with their hops.
func describe(g *graph.Graph) string {
	var b strings.Builder
	order, needs := g.Systems()
	b.WriteString("systems, who needs keys first\n")
	for _, s := range order {
		var of []string
		for _, u := range needs[s] {
			of = append(of, u.Name)
		}
		fmt.Fprintf(&b, "  %s waits for: %s\n", s.Name, strings.Join(of, ", "))
	}
	b.WriteString("top down\n")
	for _, ring := range g.Rings() {
		var names []string
		for _, c := range ring {
			names = append(names, c.Address())
		}
		fmt.Fprintf(&b, "  %s\n", strings.Join(names, " = "))
	}
	for _, s := range g.Map.Systems {
		var names []string
		for _, c := range g.ReferrersFirst(s) {
			names = append(names, c.Name)
		}
		fmt.Fprintf(&b, "%s, referrers first: %s\n", s.Name, strings.Join(names, ", "))
	}
	for _, c := range g.Collections() {
		fmt.Fprintf(&b, "%s\n", c.Address())
		for _, f := range graph.Identifying(c) {
			fmt.Fprintf(&b, "  named by %s (%s)\n", f.Name, f.Identifier.Name)
		}
		for _, e := range g.Parents(c) {
			fmt.Fprintf(&b, "  owned over %s%s\n", e.ID, host(g, e))
		}
		for _, e := range g.Referring(c) {
			fmt.Fprintf(&b, "  referred to over %s\n", e.ID)
		}
		for _, w := range g.Ways(c) {
			fmt.Fprintf(&b, "  way from %s: %s\n", entry(w.Entry), hops(g.Hops(w), c))
		}
		if !g.Exclusive(c) {
			b.WriteString("  a row may have several owners\n")
		}
	}
	return b.String()
}

func host(g *graph.Graph, e *datamap.Edge) string {
	if g.Host(e) {
		return ", by the host"
	}
	return ""
}

func entry(e graph.Entry) string {
	if e.Edge == nil {
		return e.Collection.Name + " by name"
	}
	return e.Collection.Name + " over " + e.Edge.ID
}

func hops(hs []connectors.Hop, last *datamap.Collection) string {
	var out []string
	for _, h := range hs {
		s := fmt.Sprintf("%s(%s→%s)", h.Collection.Name, strings.Join(h.From, "+"), strings.Join(h.To, "+"))
		for _, c := range h.If {
			s += fmt.Sprintf(" if %s in %v", c.Field, c.Values)
		}
		for _, c := range h.Then {
			s += fmt.Sprintf(" then %s in %v", c.Field, c.Values)
		}
		if h.Repeat {
			s += "*"
		}
		out = append(out, s)
	}
	return strings.Join(append(out, last.Name), " → ")
}
