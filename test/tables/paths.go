package tables

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Fails is a test, or a case of one that is drawn.
type Fails interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// AsKeyByKey compares the rows a path pushed down gives with those of the same path followed key by key, two keys at a time. It is false where
// the store does not know the path.
func AsKeyByKey(ctx context.Context, t Fails, s connectors.Store, sel connectors.Selection, unknown func(error) bool) bool {
	t.Helper()
	pushed, err := found(ctx, s, sel)
	if err != nil && unknown(err) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	parts, err := connectors.Decompose(ctx, s, connectors.Description{MaxValues: 2}, sel)
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
