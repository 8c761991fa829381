package relational

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Number writes the number of rows over step from the row under alias, for a counter to be set to.
func Number(d Dialect, catalog Catalog, c connectors.Collection, alias string, step connectors.Step) (string, error) {
	s := newStatement(d, catalog)
	t, err := catalog(c)
	if err != nil {
		return "", err
	}
	var parts []string
	err = s.over(step, place{alias: alias, table: t, zone: c.Zone}, func(from string, where []string, _ place) error {
		parts = append(parts, "(SELECT count(*) FROM "+from+" WHERE "+strings.Join(where, " AND ")+")")
		return nil
	})
	return strings.Join(parts, " + "), err
}
