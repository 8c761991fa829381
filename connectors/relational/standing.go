package relational

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Standing writes [connectors.Treatment.Standing] in SQL. is writes that a field holds what it is given, from that it holds one of the old
// values of a correction.
func Standing(t connectors.Treatment, is, from func(connectors.Assign) (string, error)) (string, error) {
	var done, open []string
	for _, a := range t.Assign {
		there, err := is(a)
		if err != nil {
			return "", err
		}
		done = append(done, there)
		if len(a.From) == 0 {
			continue
		}
		old, err := from(a)
		if err != nil {
			return "", err
		}
		open = append(open, "("+there+" OR "+old+")")
	}
	out := fmt.Sprintf("CASE WHEN %s THEN %d", strings.Join(done, " AND "), connectors.Done)
	if len(open) > 0 {
		out += fmt.Sprintf(" WHEN NOT (%s) THEN %d", strings.Join(open, " AND "), connectors.Conflict)
	}
	return out + fmt.Sprintf(" ELSE %d END", connectors.ToDo), nil
}
