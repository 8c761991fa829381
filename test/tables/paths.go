package tables

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
)

// Fails is a test, or a case of one that is drawn.
type Fails interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// Paths draws what leads, on at most so many hops, some of which repeat, to rows of b: by fields x, y and id of a and of b, both of key id.
func Paths(r *rapid.T, a, b connectors.Collection, values *rapid.Generator[any], most int) connectors.Selection {
	field, one := rapid.SampledFrom([]string{"x", "y", "id"}), rapid.SampledFrom([]connectors.Collection{a, b})
	sel := connectors.Selection{Collection: b, Fields: []string{"id"}}
	for range rapid.IntRange(1, 2).Draw(r, "matches") {
		m := connectors.Match{Fields: []string{field.Draw(r, "by")}}
		for range rapid.IntRange(1, 4).Draw(r, "tuples") {
			m.Values = append(m.Values, connectors.Tuple{Person: rapid.IntRange(0, 1).Draw(r, "person"), Values: []any{values.Draw(r, "value")}})
		}
		next := b
		for range rapid.IntRange(1, most).Draw(r, "hops") {
			h := connectors.Hop{Collection: one.Draw(r, "over"), From: []string{field.Draw(r, "from")}, To: []string{field.Draw(r, "to")}}
			h.Repeat = h.Collection.At == next.At && rapid.Bool().Draw(r, "repeats")
			m.Via, next = append([]connectors.Hop{h}, m.Via...), h.Collection
		}
		sel.Any = append(sel.Any, m)
	}
	return sel
}

// AsKeyByKey compares the rows a path pushed down gives with those of the same path followed key by key, so many keys at a time. It is false
// where the store does not know the path, by its error.
func AsKeyByKey(ctx context.Context, t Fails, s connectors.Store, sel connectors.Selection, keys int, unknown func(error) bool) bool {
	t.Helper()
	pushed, err := found(ctx, s, sel)
	if err != nil && unknown != nil && unknown(err) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	parts, err := connectors.Decompose(ctx, s, connectors.Description{MaxValues: keys}, sel)
	if err != nil {
		t.Fatal(err)
	}
	var hops []string
	for _, p := range parts {
		rows, err := found(ctx, s, p)
		if err != nil {
			t.Fatal(err)
		}
		hops = append(hops, rows...)
	}
	slices.Sort(pushed)
	slices.Sort(hops)
	if strings.Join(pushed, "; ") != strings.Join(hops, "; ") {
		t.Errorf("pushed down %v\nkey by key %v", pushed, hops)
	}
	if len(slices.Compact(slices.Clone(pushed))) != len(pushed) {
		t.Errorf("a row stands twice for one person: %v", pushed)
	}
	return true
}

// found gives the rows of a selection as texts.
func found(ctx context.Context, s connectors.Store, sel connectors.Selection) ([]string, error) {
	var out []string
	err := connectors.Each(ctx, s, sel, func(person int, values []any) error {
		out = append(out, fmt.Sprint(person, values))
		return nil
	})
	return out, err
}
