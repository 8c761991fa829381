package mysql

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// guard is a trigger that refuses a change of a row, unless the executor makes it, where the condition holds.
type guard struct{ schema, table, name, event, condition string }

// guards are those of a table whose rows can be restricted: on it, and on the rows a restricted row refers to by a key that cascades, and
// those their tables refer to so, because what a cascade does sets off no trigger.
func (v *view) guards(t *table) ([]guard, error) {
	held := quote(v.store.own()) + "." + quote(t.heldName())
	row := func(name string) string {
		return "EXISTS (SELECT 1 FROM " + held + " AS h WHERE " + same(t.key, "h", t.key, name) + ")"
	}
	var out []guard
	for _, x := range [][2]string{{"INSERT", row("NEW")}, {"UPDATE", row("OLD") + " OR " + row("NEW")}, {"DELETE", row("OLD")}} {
		out = append(out, guard{t.schema, t.Name, "dossier_" + strings.ToLower(x[0]) + "_" + t.Name, x[0], x[1]})
	}
	above, err := v.above(t.refs, held+" AS h", "h", t.Name, map[string]bool{t.address(): true})
	return append(out, above...), err
}

// above are the guards of the rows that rows of from, the last of whose aliases is given, refer to.
func (v *view) above(refs []reference, from, alias, for_ string, seen map[string]bool) ([]guard, error) {
	var out []guard
	cascades := func(rule string) bool { return rule == "cascade" || strings.HasPrefix(rule, "set") }
	for _, r := range refs {
		if seen[r.toSchema+"."+r.toTable] || !cascades(r.onDelete) && !cascades(r.onUpdate) {
			continue
		}
		seen[r.toSchema+"."+r.toTable] = true
		condition := "EXISTS (SELECT 1 FROM " + from + " WHERE " + same(r.from, alias, r.to, "OLD") + ")"
		if cascades(r.onDelete) {
			out = append(out, guard{r.toSchema, r.toTable, "dossier_delete_" + r.toTable + "_for_" + for_, "DELETE", condition})
		}
		if cascades(r.onUpdate) { // other columns are changed freely
			out = append(out, guard{r.toSchema, r.toTable, "dossier_update_" + r.toTable + "_for_" + for_, "UPDATE", condition + " AND (" + differs(r.to, "OLD", "NEW") + ")"})
		}
		next, err := v.references("k.TABLE_SCHEMA = "+placeholder(1)+" AND k.TABLE_NAME = "+placeholder(2), r.toSchema, r.toTable)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("p%d", len(seen))
		more, err := v.above(next, from+" JOIN "+r.parent()+" AS "+name+" ON "+same(r.to, name, r.from, alias), name, for_, seen)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// guarding writes a guard.
func (v *view) guarding(g guard) (string, error) {
	login, _, err := v.login()
	if err != nil {
		return "", err
	}
	if len(g.name) > 64 {
		return "", fmt.Errorf("%w: the name of table %s is too long for that of a trigger that guards it", connectors.ErrNotSupported, g.table)
	}
	// USER() is who came; CURRENT_USER() in a trigger is who made it.
	return "CREATE TRIGGER " + quote(g.schema) + "." + quote(g.name) + " BEFORE " + g.event + " ON " + quote(g.schema) + "." + quote(g.table) + " FOR EACH ROW INSERT INTO " + quote(v.store.own()) + ".refusals" +
		" SELECT 1 FROM DUAL WHERE LEFT(USER(), CHAR_LENGTH(USER()) - CHAR_LENGTH(SUBSTRING_INDEX(USER(), '@', -1)) - 1) <> " + literal(login) + " AND (" + g.condition + ")", nil
}

// differs writes that columns do not hold the same under two aliases.
func differs(columns []string, a, b string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = "NOT (" + a + "." + quote(c) + " <=> " + b + "." + quote(c) + ")"
	}
	return strings.Join(parts, " OR ")
}
