// Package livecheck compares a data map with what connectors and stores say of themselves: the settings and
// methods a connector has, and the tables, columns, keys, cascades and triggers a store has. Pure functions: what
// was inspected comes in, problems at places of the map come out. They find what would otherwise be found by
// an erasure: rows a cascade takes along, copies a trigger makes, values a column does not let go.
package livecheck

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// report gathers problems of one system.
type report struct{ problems datamap.Problems }

func (r *report) error(at datamap.Pos, hint, text string, args ...any) {
	r.problems = append(r.problems, datamap.At(at, datamap.Error, fmt.Sprintf(text, args...), hint))
}

func (r *report) warn(at datamap.Pos, hint, text string, args ...any) {
	r.problems = append(r.problems, datamap.At(at, datamap.Warning, fmt.Sprintf(text, args...), hint))
}

func commas(s []string) string { return strings.Join(s, ", ") }
