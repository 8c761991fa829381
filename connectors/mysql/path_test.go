package mysql

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/test/tables"
)

// TestLongPathsAreLookedUp: over a table of 100,000 rows, a few of them held, no path and no repetition reads all of it.
func TestLongPathsAreLookedUp(t *testing.T) {
	h := newHouse(t, `CREATE TABLE n (id int PRIMARY KEY, up int, code varchar(20), above varchar(20), KEY (up), KEY (code), KEY (above));
		INSERT INTO n SELECT seq, seq DIV 2, concat('c', seq), concat('c', seq DIV 2) FROM seq_1_to_100000; ANALYZE TABLE n`) //nolint:misspell // SQL spells it so
	c := coll("n", "id")
	path := func(from, to string, repeat bool, hops int, values ...any) connectors.Selection {
		sel := by(c, from, values...)
		for range hops {
			sel.Any[0].Via = append(sel.Any[0].Via, connectors.Hop{Collection: c, From: []string{from}, To: []string{to}, Repeat: repeat})
		}
		return sel
	}
	twice := path("id", "up", true, 2, int64(700), int64(701))
	twice.Any = append(twice.Any, path("up", "id", false, 12, int64(400)).Any...)
	all := map[string]connectors.Selection{
		"one hop": path("id", "up", false, 1, int64(7)), "down": path("id", "up", false, 12, int64(7), int64(11)), "up": path("up", "id", false, 12, int64(40000)),
		"by texts": path("code", "above", false, 12, "c7"), "a tree": path("id", "up", true, 1, int64(300)), "a tree by texts": path("code", "above", true, 1, "c300"), "two trees and a path": twice,
	}
	look := func(when string) {
		for name, sel := range all {
			if whole := h.readWhole(sel); len(whole) > 0 {
				t.Errorf("%s, %s: read from end to end: %v", name, when, whole)
				continue // it would take minutes
			}
			tables.AsKeyByKey(t.Context(), t, h.Store, sel, 1000, nil)
		}
	}
	look("nothing can be held")
	h.Install(uses(c))
	if _, err := h.Apply(move(connectors.Block, "R", c, int64(14), int64(15), int64(1234))); err != nil {
		t.Fatal(err)
	}
	look("rows are held")
}

// readWhole are the places of a selection's statement at which the server means to read all rows of a table, but for that of held rows.
func (h *house) readWhole(sel connectors.Selection) (out []string) {
	h.Helper()
	s := h.Store.(*store)
	err := s.reading(h.Context(), s.pool, func(v *view) error {
		q, _, err := relational.Select(v.dialect(), v.relational, sel, func(at relational.At) ([]string, error) { return at.Identity(), nil })
		if err != nil {
			return err
		}
		q.SQL = "EXPLAIN " + q.SQL
		return v.line.each(h.Context(), "explaining", q, func(row [][]byte) error {
			alias, how := string(row[2]), string(row[3])
			if (how == "ALL" || how == "index") && (alias[0] == 't' || alias[0] == 'x') && !strings.HasSuffix(alias, "h") {
				out = append(out, alias)
			}
			return nil
		})
	})
	if err != nil {
		h.Fatal(err)
	}
	return out
}
