package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// referred writes whether another row refers to that under alias, which then stays as a shell.
func (t *table) referred(refs []reference, alias string) string {
	parts := []string{"FALSE"}
	for _, r := range refs {
		parts = append(parts, "EXISTS (SELECT 1 FROM "+r.child()+" AS r WHERE "+same(r.from, "r", r.to, alias)+")")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// emptied are the columns of a shell that keep nothing: all but keys, and what others refer by.
func (t *table) emptied(refs []reference) []relational.Column {
	var out []relational.Column
	for _, c := range t.stored() {
		keeps := slices.Contains(t.key, c.Name) || slices.ContainsFunc(refs, func(r reference) bool { return slices.Contains(r.to, c.Name) })
		if leads := typeOf(c).points && typeOf(c).notNull; !keeps && !leads {
			out = append(out, c)
		}
	}
	return out
}

// placeholders writes what becomes of the columns of a shell, under the alias u, whose held row stands under h.
func (t *table) placeholders(refs []reference) (string, error) {
	var out []string
	for _, c := range t.emptied(refs) {
		v, err := t.nothing(c)
		if err != nil {
			return "", err
		}
		out = append(out, "u."+quote(c.Name)+" = "+v)
	}
	if len(out) == 0 { // keys and nothing else
		out = []string{"u." + quote(t.key[0]) + " = u." + quote(t.key[0])}
	}
	return strings.Join(out, ", "), nil
}

// nothing is the least a column can hold. In a column of a unique key it names the held row, so that there can be many shells.
func (t *table) nothing(c relational.Column) (string, error) {
	own := typeOf(c)
	if !own.notNull {
		return "NULL", nil
	}
	unique := slices.ContainsFunc(t.Unique, func(key []string) bool { return slices.Contains(key, c.Name) })
	value := ""
	switch {
	case own.name == "enum":
		value = literal(own.label)
	case own.json:
		value = "'null'"
	case own.kind == text && own.name != "set" && unique:
		return "CONCAT('restricted ', h." + heldKey + ")", nil
	case numeric(own.kind) && unique && own.unsigned:
		return "", t.noNothing(c)
	case numeric(own.kind) && own.kind != bits && unique:
		return "-h." + heldKey, nil
	case own.kind == text:
		value = "''"
	case numeric(own.kind):
		value = "0"
	case dates(own.kind):
		value = "'0000-00-00'" // which nobody takes for known
	case own.kind == clock:
		value = "'00:00:00'"
	case own.kind == raw:
		value = "''"
	case own.kind == nested:
		value = "'null'"
	case own.kind == uuid:
		value = "'00000000-0000-0000-0000-000000000000'"
	case own.kind == inet4:
		value = "'0.0.0.0'"
	case own.kind == inet6:
		value = "'::'"
	}
	if value == "" || unique {
		return "", t.noNothing(c)
	}
	return value, nil
}

func (t *table) noNothing(c relational.Column) error {
	return conflict(connectors.Diagnostic{Severity: connectors.Error, Path: t.Name + "." + c.Name,
		Summary: fmt.Sprintf("column %s of table %s may not be NULL, and there is no empty value of type %s to stand for a restricted one", c.Name, t.Name, c.Type),
		Detail:  "treat the rows that refer to the restricted ones too, so that they move whole"})
}
