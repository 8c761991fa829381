package shells

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Tells writes whether something of a held row's content, under u, stands in its shell, under b: the same value, which is not the empty one, in a
// column that keeps nothing. number is the held row's; alike writes that both hold the same and not what is empty.
func Tells(d relational.Dialect, t *relational.Table, key []string, refs []Reference, number string, least Least, alike func(c relational.Column, empty string) string) (string, error) {
	parts := []string{"FALSE"}
	for _, c := range Emptied(t, key, refs) {
		empty, err := Nothing(t, c, number, least)
		if err != nil {
			return "", err
		}
		if !c.NotNull {
			parts = append(parts, "b."+d.Quote(c.Name)+" IS NOT NULL")
			continue
		}
		parts = append(parts, alike(c, empty))
	}
	return "(" + strings.Join(parts, " OR ") + ")", nil
}
