package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/draws"
	"github.com/dossier-dsr/dossier/test/tables"
)

// held are values each type takes.
var held = map[string][]string{
	"int": {"5", "7", "0"}, "bigint": {"5", "7", "9007199254740993"}, "text": {"", "a", "A", "5", "05", "7.0", "2020-01-02", "b ", "t", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
	"varchar(40)": {"", "a", "A", "5", "b ", "6BA7B810-9dad-11d1-80b4-00c04fd430c8"}, "char(3)": {"a", "A", "5", "", "b"}, "text COLLATE folding": {"a", "A", "5", "ą", "Ą", ""},
	"numeric": {"5", "5.0", "7.5"}, "float8": {"5", "7.5", "0.1"}, "numeric(6,2)": {"5", "7.5", "0.10"}, "date": {"2020-01-02"}, "uuid": {"6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
	"bytea": {`\x61`, `\x`}, "boolean": {"t", "f"}, "timestamptz": {"2020-01-02 00:00:00Z"},
}

// TestPushedDownEqualsKeyHops lays out random tables whose keys are of types that PostgreSQL compares each in a way of its own, some of
// their rows held, and finds the same rows in one statement as hop by hop.
func TestPushedDownEqualsKeyHops(t *testing.T) {
	draws.Alike(t, 20261122, 0)
	h := newHouse(t, `CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`)
	var names []string
	for n := range held {
		names = append(names, n)
	}
	slices.Sort(names)
	types := rapid.SampledFrom(names)
	values := rapid.SampledFrom([]any{nil, "", "a", "A", "5", int64(5), 5.0, "05", int64(7), "7.0", 7.5, []byte("a"), []byte{}, "b ", "2020-01-02", true, "t", "ą",
		"6ba7b810-9dad-11d1-80b4-00c04fd430c8", connectors.Decimal("5.00"), time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)})
	round, unlike := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		a, b := coll(fmt.Sprintf("a%d", round), "id"), coll(fmt.Sprintf("b%d", round), "id") // others each time, for the schema is remembered
		for _, c := range []connectors.Collection{a, b} {
			x, y := types.Draw(r, "x"), types.Draw(r, "y")
			h.Run(fmt.Sprintf("CREATE TABLE %s (id int PRIMARY KEY, x %s, y %s)", c.At, x, y))
			pick := func(of string) any {
				if rapid.IntRange(0, 4).Draw(r, "null") == 0 {
					return nil
				}
				return rapid.SampledFrom(held[of]).Draw(r, "held")
			}
			for i := range rapid.IntRange(0, 8).Draw(r, "rows") {
				bare := func(of string) string { return strings.TrimSuffix(of, " COLLATE folding") }
				h.Run(fmt.Sprintf("INSERT INTO %s VALUES ($1, $2::text::%s, $3::text::%s)", c.At, bare(x), bare(y)), i, pick(x), pick(y))
			}
		}
		sel := tables.Paths(r, a, b, values, 2)
		if rapid.Bool().Draw(r, "held") {
			h.Install(uses(a, b))
			for _, c := range []connectors.Collection{a, b} {
				if _, err := h.Apply(move(connectors.Block, "R", c, int64(1), int64(2))); err != nil {
					r.Fatal(err)
				}
			}
		}
		// a path over columns of types nobody would lead from one to the other is not known
		if !tables.AsKeyByKey(t.Context(), r, h.Store, sel, 2, func(err error) bool { return errors.Is(err, connectors.ErrNotSupported) }) {
			unlike++
		}
	})
	if unlike*2 > round {
		t.Errorf("%d of %d rounds compared nothing", unlike, round)
	}
}
