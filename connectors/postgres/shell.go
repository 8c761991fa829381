package postgres

import (
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// referring are the foreign keys that point at t.
func (w *work) referring(t *table) ([]shells.Reference, error) {
	return w.references("f.confrelid = $1::oid", "f.conrelid", t)
}

// pointing are those t points away with.
func (w *work) pointing(t *table) ([]shells.Reference, error) {
	return w.references("f.conrelid = $1::oid", "f.confrelid", t)
}

func (w *work) references(where, table string, t *table) ([]shells.Reference, error) {
	var out []shells.Reference
	q := query{Args: []any{t.oid}, SQL: `SELECT '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"', n.nspname || '.' || c.relname,
		(SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.att),
		(SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = k.att)
		FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = ` + table + ` JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE f.contype = 'f' AND ` + where + ` ORDER BY f.oid`}
	err := w.line.each(w.ctx, "reading foreign keys", q, func(r [][]byte) error {
		out = append(out, shells.Reference{Table: string(r[0]), Address: string(r[1]), From: texts(r[2]), To: texts(r[3])})
		return nil
	})
	return out, err
}

// placeholders writes what becomes of the columns of a shell, under the alias u, whose held row stands under h.
func (t *table) placeholders(refs []shells.Reference) (string, error) {
	return shells.Placeholders(dialect{}, &t.Table, t.key, refs, "", "h."+heldKey, least)
}

// least is the least a column that may not be NULL can hold.
func least(c relational.Column, unique bool, number string) string {
	own := typeOf(c)
	switch {
	case own.kind == text && unique:
		return "'restricted ' || " + number
	case numeric(own.kind) && unique:
		return "-" + number
	case own.kind == uuid:
		return "md5('restricted ' || " + number + ")::uuid"
	case unique:
		return ""
	case own.kind == text, own.name == "xml":
		return "''"
	case numeric(own.kind):
		return "0"
	case own.kind == boolean:
		return "FALSE"
	case own.kind == date, own.kind == stamp, own.kind == instant:
		return "'0001-01-01'" // which no application stumbles over, and nobody takes for known
	case own.kind == raw:
		return `'\x'`
	case own.kind == nested:
		return "'null'"
	case own.kind == array:
		return "'{}'"
	case own.kind == enum && len(own.labels) > 0:
		return literal(own.labels[0])
	}
	return ""
}
