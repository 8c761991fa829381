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

// among holds of rows whose fields equal one of the tuples, inside its range where it has one.
func among(fields []string, ts []connectors.Tuple) connectors.Cond {
	var plain [][]any
	var spans []connectors.Cond
	for _, t := range ts {
		if t.Within == nil {
			plain = append(plain, t.Values)
			continue
		}
		spans = append(spans, connectors.AllOf(append(within(*t.Within), graph.Among(fields, [][]any{t.Values}))...))
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
