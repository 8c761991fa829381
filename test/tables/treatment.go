package tables

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
)

// Coll is a collection named as its table is.
func Coll(at string, key ...string) connectors.Collection {
	return connectors.Collection{Name: at, At: at, Key: key}
}

// By selects rows of a collection by the values of one field, each for a person of its own.
func By(c connectors.Collection, field string, values ...any) connectors.Selection {
	m := connectors.Match{Fields: []string{field}}
	for i, v := range values {
		m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{v}})
	}
	return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: c.Key}
}

// Del deletes the rows of a selection.
func Del(sel connectors.Selection) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Delete, On: sel}
}

// Set assigns to the rows of a selection.
func Set(sel connectors.Selection, as ...connectors.Assign) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Set, On: sel, Assign: as}
}

// Move blocks rows by moving them, or releases them, on a request's account.
func Move(v connectors.Verb, mark string, c connectors.Collection, ids ...any) connectors.Treatment {
	return connectors.Treatment{Verb: v, On: By(c, "id", ids...), Method: "move", Mark: mark}
}

// Uses is everything a connector does with rows of collections, where it moves those that are restricted.
func Uses(of connectors.Connector, all ...connectors.Collection) []connectors.Use {
	var out []connectors.Use
	for _, c := range all {
		out = append(out, connectors.Use{Collection: c, Reads: c.Key, Verbs: of.Describe().Verbs, Method: "move"})
	}
	return out
}

// Yes confirms whatever is asked.
func Yes(context.Context, []connectors.Outcome) error { return nil }
