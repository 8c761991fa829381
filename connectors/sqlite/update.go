package sqlite

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// update is a statement about rows of one shelf while it is written; parameter 1 is kept for what names the rows.
type update struct {
	shelf shelf
	args  []any
}

// Field is a column of the row, which stands under the alias u.
func (u *update) Field(name string) (string, relational.Column, error) {
	c, err := u.shelf.Column(name)
	return "u." + dialect{}.Quote(c.Name), c, err
}

// Bind adds a parameter.
func (u *update) Bind(v any) string {
	u.args = append(u.args, v)
	return dialect{}.Placeholder(1 + len(u.args))
}

// set writes the assignments of a treatment: what each field becomes.
func (u *update) set(assign []connectors.Assign, value func(connectors.Assign) (string, error)) (string, error) {
	parts := make([]string, len(assign))
	for i, a := range assign {
		_, col, err := u.Field(a.Field)
		if err != nil {
			return "", err
		}
		want, err := value(a)
		if err != nil {
			return "", err
		}
		parts[i] = dialect{}.Quote(col.Name) + " = " + want
	}
	return "UPDATE " + u.shelf.as("u") + " SET " + strings.Join(parts, ", "), nil
}
