package planner

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// speaking is a store that says how far it is.
type speaking struct{ counting }

func (s *speaking) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	connectors.ProgressOf(ctx)(1, 2)
	return s.counting.Locate(ctx, sel, out)
}

func (s *speaking) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	connectors.ProgressOf(ctx)(2, 2)
	return s.counting.Count(ctx, sels)
}

// TestSystemsTellInTheirNames: whichever system was asked last, each says how far it is under its own name.
func TestSystemsTellInTheirNames(t *testing.T) {
	var said []string
	ctx := WithProgress(t.Context(), func(system string, done, total int64) {
		said = append(said, fmt.Sprint(system, " ", done, " of ", total))
	})
	lake := &System{Map: &datamap.System{Name: "lake"}, Store: &speaking{}}
	desk := &System{Map: &datamap.System{Name: "desk"}, Store: &speaking{}}
	sel := of(map[int][]string{0: {"C-1"}})
	if _, err := lake.Count(ctx, sel); err != nil {
		t.Fatal(err)
	}
	err := desk.Each(ctx, sel, func(int, []any) error { return nil })
	if err == nil {
		_, err = lake.Count(lake.Telling(desk.Telling(ctx)), sel)
	}
	if want := []string{"lake 2 of 2", "desk 1 of 2", "lake 2 of 2"}; err != nil || !slices.Equal(said, want) {
		t.Errorf("%q, %v; want %q", said, err, want)
	}
	if connectors.ProgressOf(lake.Telling(t.Context())) != nil {
		t.Error("nobody looks, and somebody is told")
	}
}
