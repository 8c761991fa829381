package planner_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestRectificationOfRandomRows compares what a rectification leaves with a row-by-row calculation: the person's rows with the old value hold
// the new one, every other row of everybody is as it was, the checks find nothing, and doing it again changes nothing.
func TestRectificationOfRandomRows(t *testing.T) {
	const folks = `
  people: { purposes: { p: { since: d } }, guards: { root_rows: 50, because: drawn at random }, fields: { pid: { identifier: pid }, name: identity.name.family, kin: { category: identity.name.family, third_person: true }, d: preference.topic, home: { owns: homes } } }
  notes:  { fields: { of: { owned_by: people }, name: identity.name.family, also: identity.name.family } }
  homes:  { fields: { name: identity.name.family } }
`
	values := []any{"Nowak", " Nowak", "Kowal", "Kos", "nowak", "", nil}
	for seed := range uint64(150) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := rand.New(rand.NewPCG(seed, 7))
			draw := func() any { return values[d.IntN(len(values))] }
			data := rows{}
			owner, tenants := map[int64]bool{}, map[int64]map[string]bool{}
			for i := range int64(6) {
				who, home := fmt.Sprintf("P%d", 1+d.IntN(3)), int64(1+d.IntN(4))
				owner[i+1] = who == "P1"
				if tenants[home] == nil {
					tenants[home] = map[string]bool{}
				}
				tenants[home][who] = true
				data["people"] = append(data["people"], connectors.Row{"id": i + 1, "pid": who, "name": draw(), "kin": draw(), "d": "2026-01-01", "home": home})
			}
			for i := range int64(8) {
				data["notes"] = append(data["notes"], connectors.Row{"id": i + 1, "of": int64(1 + d.IntN(6)), "name": draw(), "also": draw()})
			}
			for i := range int64(4) {
				data["homes"] = append(data["homes"], connectors.Row{"id": i + 1, "name": draw()})
			}
			after := func(mine bool, v any) string {
				if s, ok := v.(string); ok && mine && strings.TrimSpace(s) == "Nowak" {
					return "Kowal"
				}
				return fmt.Sprint(v)
			}
			want := map[string][]string{}
			add := func(place string, r connectors.Row, field string, mine bool) {
				want[place] = append(want[place], fmt.Sprintf("%v=%s", r["id"], after(mine, r[field])))
			}
			for _, r := range data["people"] {
				add("people.name", r, "name", owner[r["id"].(int64)])
				add("people.kin", r, "kin", false)
			}
			for _, r := range data["notes"] {
				add("notes.name", r, "name", owner[r["of"].(int64)])
				add("notes.also", r, "also", owner[r["of"].(int64)])
			}
			for _, r := range data["homes"] {
				of := tenants[r["id"].(int64)]
				add("homes.name", r, "name", len(of) == 1 && of["P1"])
			}
			h := build(t, map[string]string{"a": folks}, map[string]rows{"a": data})
			made := h.plan(fix("pid P1", "identity.name.family: Nowak > Kowal"))
			if !made.Plan.Applicable {
				t.Fatal(made.Plan.Blockers)
			}
			h.carry(made)
			for place, rows := range want {
				collection, field, _ := strings.Cut(place, ".")
				if got := h.dump("a", collection, field); got != strings.Join(rows, " ") {
					t.Errorf("%s: %q, want %q", place, got, strings.Join(rows, " "))
				}
			}
			if n := h.unproven(made); n != 0 {
				t.Errorf("%d rows are not as they should be", n)
			}
			if changed, _ := h.carry(made); changed != 0 {
				t.Errorf("done again, %d changed", changed)
			}
		})
	}
}
