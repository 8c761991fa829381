package mysql

import (
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
	"int": {"5", "7", "0"}, "bigint unsigned": {"5", "7", "18446744073709551615"}, "varchar(40) COLLATE utf8mb4_bin": {"", "a", "A", "5", "05", "7.0", "2020-01-02", "b ", " "},
	"text COLLATE utf8mb4_nopad_bin": {"", "a", "A", "5", "b ", " "}, "char(3) COLLATE utf8mb4_general_ci": {"a", "A", "5", "", "b"}, "varchar(9) CHARACTER SET latin2 COLLATE latin2_general_ci": {"a", "A", "5", "ą", "Ą", ""},
	"varchar(9) CHARACTER SET latin1": {"a", "é", "E", ""}, "decimal(8,2)": {"5", "7.5", "0.10"}, "double": {"5", "7.5", "0.1"}, "date": {"2020-01-02", "0000-00-00"}, "datetime(3)": {"2020-01-02", "2020-01-02 00:00:00.5"},
	"varbinary(9)": {"a", ""}, "timestamp NULL DEFAULT NULL": {"2020-01-02 00:00:00"}, "bit(4)": {"5", "7"}, "enum('a', 'A1', '5')": {"a", "5"}, "json": {`"a"`, "5"},
}

// TestPushedDownEqualsKeyHops lays out random tables whose keys are of types that the server compares each in a way of its own, some of
// their rows held, and finds the same rows in one statement as hop by hop.
func TestPushedDownEqualsKeyHops(t *testing.T) {
	draws.Alike(t, 20261122, 0)
	h := newHouse(t, "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'")
	var names []string
	for n := range held {
		names = append(names, n)
	}
	slices.Sort(names)
	types := rapid.SampledFrom(names)
	values := rapid.SampledFrom([]any{nil, "", "a", "A", "5", int64(5), 5.0, "05", int64(7), "7.0", 7.5, []byte("a"), []byte{}, "b ", " ", "2020-01-02", true, "ą", "é", "0000-00-00",
		connectors.Decimal("5.00"), connectors.JSON("5"), time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)})
	round := 0
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
				v := rapid.SampledFrom(held[of]).Draw(r, "held")
				if strings.HasPrefix(of, "bit") {
					return int64(v[0] - '0')
				}
				return v
			}
			for i := range rapid.IntRange(0, 8).Draw(r, "rows") {
				h.Run(fmt.Sprintf("INSERT INTO %s VALUES (?, ?, ?)", c.At), i, pick(x), pick(y))
			}
		}
		sel := tables.Paths(r, a, b, values, 4)
		if rapid.IntRange(0, 4).Draw(r, "held") == 0 { // which takes many statements to install
			h.Install(uses(a, b))
			for _, c := range []connectors.Collection{a, b} {
				if _, err := h.Apply(move(connectors.Block, "R", c, int64(1), int64(2))); err != nil {
					r.Fatal(err)
				}
			}
		}
		tables.AsKeyByKey(t.Context(), r, h.Store, sel, 2, nil)
	})
}
