package planner

import (
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/graph"
)

var never = connectors.AnyOf()

func isNever(c connectors.Cond) bool { return c.Op == connectors.Or && len(c.Kids) == 0 }

// anyOf drops what never holds.
func anyOf(cs ...connectors.Cond) connectors.Cond {
	var out []connectors.Cond
	for _, c := range cs {
		if !isNever(c) {
			out = append(out, c)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return connectors.AnyOf(out...)
}

// but is a, except where one of the others holds.
func but(cs ...connectors.Cond) []connectors.Cond {
	var out []connectors.Cond
	for _, c := range cs {
		if !isNever(c) {
			out = append(out, connectors.NotThat(c))
		}
	}
	return out
}

// atOnce is how many conditions stand side by side.
const atOnce = 32

// among holds of rows whose fields equal one of the tuples, inside its range where it has one. Of many ranges a row is asked by its
// values first, whether it is in one of them at all.
func among(fields []string, ts []connectors.Tuple) connectors.Cond {
	var plain, values [][]any
	var spans []connectors.Cond
	for _, t := range ts {
		if t.Within == nil {
			plain = append(plain, t.Values)
			continue
		}
		values = append(values, t.Values)
		spans = append(spans, connectors.AllOf(append([]connectors.Cond{graph.Among(fields, [][]any{t.Values})}, within(*t.Within)...)...))
	}
	if len(spans) > atOnce {
		spans = []connectors.Cond{connectors.AllOf(graph.Among(fields, values), nested(spans))}
	}
	if len(plain) > 0 {
		spans = append(spans, graph.Among(fields, plain))
	}
	return anyOf(spans...)
}

// nested is any of many, no more than so many side by side.
func nested(cs []connectors.Cond) connectors.Cond {
	for len(cs) > atOnce {
		var up []connectors.Cond
		for part := range slices.Chunk(cs, atOnce) {
			up = append(up, connectors.AnyOf(part...))
		}
		cs = up
	}
	return connectors.AnyOf(cs...)
}

// within says a range in conditions: dated, not before From, before the instant after To.
func within(r connectors.Range) []connectors.Cond {
	out := []connectors.Cond{connectors.DatedField(r.Field)}
	if r.From != nil {
		out = append(out, connectors.NotThat(connectors.BeforeTime(r.Field, *r.From)))
	}
	if r.To != nil {
		out = append(out, connectors.BeforeTime(r.Field, r.To.Add(time.Nanosecond)))
	}
	return out
}
