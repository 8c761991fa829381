package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/planner"
)

// edgeFor says which edge of the map would have the rows behind a foreign key treated with those they refer to. The path is a
// diagnostic's, TABLE.COLUMN or TABLE.COLUMN, COLUMN; "" where it is about no foreign key.
func (e *Engine) edgeFor(ctx context.Context, sys *planner.System, path string) string {
	inspector, ok := connectors.As[connectors.Inspector](sys.Store)
	if !ok || path == "" {
		return ""
	}
	schema, err := inspector.Inspect(ctx)
	if err != nil {
		return "" // what stands in the way is known without it
	}
	for _, t := range schema.Collections {
		for _, ref := range t.References {
			if strings.EqualFold(path, t.Name+"."+strings.Join(ref.Fields, ", ")) {
				return edgeWords(sys.Map, t.Name, ref)
			}
		}
	}
	return ""
}

// edgeWords says what of the map is missing between a table and the one it refers to.
func edgeWords(sys *datamap.System, table string, ref connectors.Reference) string {
	target := ref.Target
	if c := standingAt(sys, ref.Target); c != nil {
		target = c.Name
	}
	edge := fmt.Sprintf("%s: { owned_by: %s }", strings.Join(ref.Fields, ", "), target)
	if len(ref.Fields) > 1 {
		edge = fmt.Sprintf("edges: [{ fields: [%s], owned_by: %s }]", strings.Join(ref.Fields, ", "), target)
	}
	child := standingAt(sys, table)
	if child == nil {
		for left := range sys.Outside {
			if strings.EqualFold(left, table) {
				return fmt.Sprintf("the map leaves %s outside: map it instead, with %s", table, edge)
			}
		}
		return fmt.Sprintf("the map does not know %s: add it to system %s, with %s", table, sys.Name, edge)
	}
	for _, x := range child.Edges {
		if x.To != nil && strings.EqualFold(x.To.At, ref.Target) && sameFields(x.Fields, ref.Fields) {
			return fmt.Sprintf("the map has the edge %s -> %s (%s:%d), and rows of %s stay that refer to what goes: say with leave: what becomes of the reference, or let the rows go too",
				child.Name, target, x.Pos.File, x.Pos.Line, child.Name)
		}
	}
	return fmt.Sprintf("the map has no edge %s -> %s: add %s to %s (%s:%d), or refers_to: where the row is to stay", child.Name, target, edge, child.Name, child.Pos.File, child.Pos.Line)
}

// standingAt is the collection that is kept in a table, or nil.
func standingAt(sys *datamap.System, table string) *datamap.Collection {
	for _, c := range sys.Collections {
		if strings.EqualFold(c.At, table) {
			return c
		}
	}
	return nil
}

func sameFields(a, b []string) bool {
	return strings.EqualFold(strings.Join(a, ","), strings.Join(b, ","))
}
