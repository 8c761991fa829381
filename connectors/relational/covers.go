package relational

import (
	"reflect"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Covering are those of some selections of one table that lock, without what asks for other rows ([Alone]), all rows the others would lock: of two
// that start from the same values, the one with fewer conditions. Rows locked once need not be locked again.
func Covering(sels []connectors.Selection) []connectors.Selection {
	var out []connectors.Selection
	for _, sel := range sels {
		sel = Alone(sel)
		if slices.ContainsFunc(out, func(o connectors.Selection) bool { return covers(o, sel) }) {
			continue
		}
		out = append(slices.DeleteFunc(out, func(o connectors.Selection) bool { return covers(sel, o) }), sel)
	}
	return out
}

// covers says whether every row of b is surely one of a.
func covers(a, b connectors.Selection) bool {
	if !reflect.DeepEqual(a.Collection, b.Collection) || a.All != b.All || !reflect.DeepEqual(a.Any, b.Any) {
		return false
	}
	for _, c := range a.Where {
		if !slices.ContainsFunc(b.Where, func(d connectors.Cond) bool { return reflect.DeepEqual(c, d) }) {
			return false
		}
	}
	return true
}
