package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// reference is a foreign key: columns of the table named refer to columns of another.
type reference struct {
	table    string // as SQL
	address  string // with its schema, as a table is found by
	from, to []string
}

// referring are the foreign keys that point at t.
func (w *work) referring(t *table) ([]reference, error) {
	return w.references("f.confrelid = $1::oid", "f.conrelid", t)
}

// referred are those t points away with; the table is the one pointed at.
func (w *work) pointing(t *table) ([]reference, error) {
	return w.references("f.conrelid = $1::oid", "f.confrelid", t)
}

func (w *work) references(where, table string, t *table) ([]reference, error) {
	var out []reference
	q := query{Args: []any{t.oid}, SQL: `SELECT '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"', n.nspname || '.' || c.relname,
		(SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.att),
		(SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = k.att)
		FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = ` + table + ` JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE f.contype = 'f' AND ` + where + ` ORDER BY f.oid`}
	err := w.line.each(w.ctx, "reading foreign keys", q, func(r [][]byte) error {
		out = append(out, reference{string(r[0]), string(r[1]), texts(r[2]), texts(r[3])})
		return nil
	})
	return out, err
}

// referred writes whether another row refers to that under alias, which then stays as a shell.
func (t *table) referred(refs []reference, alias string) string {
	parts := []string{"FALSE"}
	for _, r := range refs {
		var on []string
		for i := range r.from {
			on = append(on, alias+"."+quote(r.to[i])+" = r."+quote(r.from[i]))
		}
		parts = append(parts, "EXISTS (SELECT 1 FROM "+r.table+" AS r WHERE "+strings.Join(on, " AND ")+")")
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
		out = append(out, quote(c.Name)+" = "+v)
	}
	if len(out) == 0 { // keys and nothing else
		return quote(t.key[0]) + " = u." + quote(t.key[0]), nil
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
	case own.kind == text && unique:
		return "'restricted ' || h." + heldKey, nil
	case numeric(own.kind) && unique:
		return "-h." + heldKey, nil
	case own.kind == uuid:
		return "md5('restricted ' || h." + heldKey + ")::uuid", nil
	case own.kind == text, own.name == "xml":
		value = "''"
	case numeric(own.kind):
		value = "0"
	case own.kind == boolean:
		value = "FALSE"
	case own.kind == date, own.kind == stamp, own.kind == instant:
		value = "'0001-01-01'" // which no application stumbles over, and nobody takes for known
	case own.kind == raw:
		value = `'\x'`
	case own.kind == nested:
		value = "'null'"
	case own.kind == array:
		value = "'{}'"
	case own.kind == enum && len(own.labels) > 0:
		value = literal(own.labels[0])
	}
	if value == "" || unique {
		return "", conflict(connectors.Diagnostic{Severity: connectors.Error, Path: t.Name + "." + c.Name,
			Summary: fmt.Sprintf("column %s of table %s may not be NULL, and there is no empty value of type %s to stand for a restricted one", c.Name, t.Name, c.Type),
			Detail:  "treat the rows that refer to the restricted ones too, so that they move whole"})
	}
	return value, nil
}
