package engine

import (
	"context"
	"fmt"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/memory"
	"github.com/dossier-dsr/dossier/core/planner"
)

// TestSlicesKeepToTheWay: a slice asks by the owners' keys, and only for rows the edge leads to.
func TestSlicesKeepToTheWay(t *testing.T) {
	rows := connectors.Collection{Name: "rows", At: "rows", Key: []string{"id"}}
	held, when := connectors.NullField("held"), connectors.InValues("kind", "theirs")
	m := connectors.Match{Fields: []string{"owner"}}
	for i := range 100 {
		for person := range 2 { // both own all of them
			m.Values = append(m.Values, connectors.Tuple{Person: person, Values: []any{int64(i)}})
		}
	}
	work := &planner.SystemWork{
		Treatments: []connectors.Treatment{{ID: "rows/delete", Verb: connectors.Delete, On: connectors.Selection{Collection: rows, Where: []connectors.Cond{held}}}},
		Purposes:   []planner.Class{{Collection: "rows", Planned: 1000, Leaf: true}},
		Checks:     []planner.Check{{ID: "rows/delete", Edge: true, Selection: connectors.Selection{Collection: rows, Any: []connectors.Match{m}, Where: []connectors.Cond{held, when}}}},
	}
	out := slicesOf(work, 100)
	seen := map[string]string{}
	for _, s := range out {
		if n := len(s.On.Where); n != 2 || s.On.Where[1].Field != "kind" {
			t.Fatalf("%s has %d conditions", s.ID, n)
		}
		for _, v := range s.On.Any[0].Values {
			key := fmt.Sprint(v.Values)
			if seen[key] == "" {
				seen[key] = s.ID
			} else if seen[key] != s.ID {
				t.Errorf("the rows of owner %s are counted for one person in %s and for the other in %s", key, seen[key], s.ID)
			}
		}
	}
	if len(out) < 5 || len(seen) != 100 {
		t.Errorf("%d slices of %d owners", len(out), len(seen))
	}
}

// TestOneOwnerOfVeryMany: rows of one owner that are too many for one transaction go by their own keys, so many at a time, each counted for
// all whose they are; a row given away meanwhile stays with whom it was given to.
func TestOneOwnerOfVeryMany(t *testing.T) {
	ctx := context.Background()
	rows := connectors.Collection{Name: "rows", At: "rows", Key: []string{"id"}}
	store, err := (&memory.Connector{}).Open(ctx, connectors.Config{"name": "many"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var all []connectors.Row
	for i := range 1050 {
		owner := int64(1)
		if i >= 1000 {
			owner = 2
		}
		all = append(all, connectors.Row{"id": int64(i), "owner": owner})
	}
	if err := store.(connectors.Fixture).Load(ctx, map[string][]connectors.Row{"rows": all}); err != nil {
		t.Fatal(err)
	}
	sys := &planner.System{Store: store, Card: (&memory.Connector{}).Describe()}
	slice := connectors.Treatment{ID: "rows/delete/slice/0", Verb: connectors.Delete, AtMost: 1 << 30, On: connectors.Selection{Collection: rows, Any: []connectors.Match{
		{Fields: []string{"owner"}, Values: []connectors.Tuple{{Person: 0, Values: []any{int64(1)}}, {Person: 1, Values: []any{int64(1)}}, {Person: 1, Values: []any{int64(2)}}}}}}}
	given := connectors.Treatment{ID: "given", Verb: connectors.Set, AtMost: 1, Assign: []connectors.Assign{{Field: "owner", To: int64(3)}},
		On: connectors.Selection{Collection: rows, Any: []connectors.Match{{Fields: []string{"id"}, Values: []connectors.Tuple{{Values: []any{int64(0)}}}}}}}
	yes := connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }}
	var parts, most int
	by := map[int]int64{}
	err = cutByKeys(ctx, sys, slice, 100, func(x connectors.Treatment) error {
		if parts++; parts == 1 { // between finding it and locking it
			if _, err := store.(connectors.Writer).Apply(ctx, []connectors.Treatment{given}, yes); err != nil {
				return err
			}
		}
		out, err := store.(connectors.Writer).Apply(ctx, []connectors.Treatment{x}, yes)
		if err != nil {
			return err
		}
		most = max(most, int(out[0].Changed))
		for p, n := range out[0].ByPerson {
			by[p] += n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	left, err := store.(connectors.Fixture).Dump(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if parts < 11 || most > 100 || by[0] != 999 || by[1] != 1049 || len(left["rows"]) != 1 || left["rows"][0]["owner"] != int64(3) {
		t.Errorf("%d parts of at most %d rows, %v by person, %d rows left", parts, most, by, len(left["rows"]))
	}
}
