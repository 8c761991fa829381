package sqlite

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestPushedDownEqualsKeyHops lays out random tables whose keys are of every type, collation and value that SQLite compares in a
// way of its own, some of their rows held, and finds the same rows in one statement as hop by hop.
func TestPushedDownEqualsKeyHops(t *testing.T) {
	path, db := newFile(t, "")
	rapid.Check(t, func(r *rapid.T) {
		s := opened(t, path)
		defer s.Close()
		types := rapid.SampledFrom([]string{"INTEGER", "TEXT", "TEXT COLLATE NOCASE", "", "REAL", "NUMERIC", "TEXT UNIQUE", "INTEGER UNIQUE", "UNIQUE"})
		values := rapid.SampledFrom([]any{nil, "", "a", "A", "5", int64(5), 5.0, "05", int64(7), "7.0", 7.5, []byte("a"), []byte{}, "b "})
		run(t, db, "DROP TABLE IF EXISTS a; DROP TABLE IF EXISTS b; DROP TABLE IF EXISTS dossier_held_a; DROP TABLE IF EXISTS dossier_held_b; DROP TABLE IF EXISTS dossier_marks")
		for _, name := range []string{"a", "b"} {
			run(t, db, fmt.Sprintf("CREATE TABLE %s (id INTEGER PRIMARY KEY, x %s, y %s)", name, types.Draw(r, "x"), types.Draw(r, "y")))
			for i := range rapid.IntRange(0, 8).Draw(r, "rows") {
				if _, err := db.Exec("INSERT OR IGNORE INTO "+name+" VALUES (?1, ?2, ?3)", i, values.Draw(r, "vx"), values.Draw(r, "vy")); err != nil {
					r.Fatal(err)
				}
			}
		}
		a, b := coll("a", "id"), coll("b", "id")
		field := rapid.SampledFrom([]string{"x", "y", "id"})
		sel := connectors.Selection{Collection: b, Fields: []string{"id"}}
		for range rapid.IntRange(1, 2).Draw(r, "matches") {
			m := connectors.Match{Fields: []string{field.Draw(r, "by")}}
			for range rapid.IntRange(1, 4).Draw(r, "tuples") {
				m.Values = append(m.Values, one(rapid.IntRange(0, 1).Draw(r, "person"), values.Draw(r, "value")))
			}
			if rapid.Bool().Draw(r, "repeats") {
				h := hop(a, field.Draw(r, "from"), field.Draw(r, "to"))
				h.Repeat = true
				m.Via = append(m.Via, h)
			}
			m.Via = append(m.Via, hop(a, field.Draw(r, "from"), field.Draw(r, "to")))
			sel.Any = append(sel.Any, m)
		}
		if rapid.Bool().Draw(r, "held") {
			for _, c := range []connectors.Collection{a, b} {
				if _, err := apply(s, treat(connectors.Block, by(c, "id", one(0, int64(1)), one(0, int64(2))), "R")); err != nil {
					r.Fatal(err)
				}
			}
		}
		pushed, err := located(s, sel)
		if err != nil {
			r.Fatal(err)
		}
		parts, err := connectors.Decompose(t.Context(), s, connectors.Description{MaxValues: 2}, sel)
		if err != nil {
			r.Fatal(err)
		}
		var hops []string
		for _, p := range parts {
			rows, err := located(s, p)
			if err != nil {
				r.Fatal(err)
			}
			hops = append(hops, rows...)
		}
		slices.Sort(hops)
		if strings.Join(pushed, "; ") != strings.Join(hops, "; ") {
			r.Errorf("pushed down %v\nkey by key %v", pushed, hops)
		}
		if len(slices.Compact(slices.Clone(pushed))) != len(pushed) {
			r.Errorf("a row stands twice for one person: %v", pushed)
		}
	})
}
