package planner

import (
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

// spansAtOnce is how many ranges stand side by side: a row is asked by its values first whether it is among so many, then by dates.
const spansAtOnce = 32

// among holds of rows whose fields equal one of the tuples, inside its range where it has one.
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
	if len(spans) > spansAtOnce {
		var parts []connectors.Cond
		for at := 0; at < len(spans); at += spansAtOnce {
			end := min(at+spansAtOnce, len(spans))
			parts = append(parts, connectors.AllOf(graph.Among(fields, values[at:end]), connectors.AnyOf(spans[at:end]...)))
		}
		spans = parts
	}
	if len(plain) > 0 {
		spans = append(spans, graph.Among(fields, plain))
	}
	return anyOf(spans...)
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
