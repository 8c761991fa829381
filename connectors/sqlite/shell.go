package sqlite

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// reference is a foreign key that points at a table, or away from it.
type reference struct {
	table    string
	from, to []string // columns of table; columns of the table pointed at
}

// referencing are the foreign keys that point at t.
func (w *work) referencing(t *table) ([]reference, error) {
	rows, err := w.writer.conn.QueryContext(w.ctx, `SELECT m.name, f.id, f."from", coalesce(f."to", '') FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
		WHERE m.type = 'table' AND f."table" = ?1 COLLATE NOCASE ORDER BY m.name, f.id, f.seq`, t.Name)
	if err != nil {
		return nil, failure(w.ctx, "reading foreign keys", err)
	}
	defer rows.Close()
	var out []reference
	last, lastID := "", -1
	for rows.Next() {
		var name, from, to string
		var id int
		if err := rows.Scan(&name, &id, &from, &to); err != nil {
			return nil, failure(w.ctx, "reading foreign keys", err)
		}
		if name != last || id != lastID {
			out = append(out, reference{table: name})
			last, lastID = name, id
		}
		r := &out[len(out)-1]
		if to == "" { // the primary key
			to = t.key[min(len(r.to), len(t.key)-1)]
		}
		r.from, r.to = append(r.from, from), append(r.to, to)
	}
	return out, failure(w.ctx, "reading foreign keys", rows.Err())
}

// staysAsShell writes whether something of the row stays: where another row refers to it, and where its number would be given
// to the next row inserted.
func (t *table) staysAsShell(refs []reference, alias string) string {
	if t.alias != "" && !t.numbersOnce {
		return "TRUE"
	}
	d := dialect{}
	parts := []string{"FALSE"}
	for _, r := range refs {
		var on []string
		for i := range r.from {
			on = append(on, alias+"."+d.Quote(r.to[i])+" = r."+d.Quote(r.from[i]))
		}
		parts = append(parts, "EXISTS (SELECT 1 FROM "+d.Quote(r.table)+" AS r WHERE "+strings.Join(on, " AND ")+")")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// placeholders writes what becomes of the columns of a shell. Keys others refer by stay; of the rest, what may be NULL is NULL,
// what points at another row stays where it may not, and everything else is empty.
func (t *table) placeholders(refs []reference) string {
	stays := map[string]bool{}
	for _, r := range refs {
		for _, c := range r.to {
			stays[strings.ToLower(c)] = true
		}
	}
	d := dialect{}
	var out []string
	for _, c := range t.stored() {
		name := strings.ToLower(c.Name)
		detail := t.detail(c.Name)
		if stays[name] || t.stays(name) {
			continue
		}
		out = append(out, d.Quote(c.Name)+" = "+t.nothing(c, detail))
	}
	if len(out) == 0 { // keys and nothing else
		return d.Quote(t.key[0]) + " = " + d.Quote(t.key[0])
	}
	return strings.Join(out, ", ")
}

// stays says whether a column is a key, or must refer to some row.
func (t *table) stays(name string) bool {
	return slices.ContainsFunc(t.key, func(k string) bool { return strings.EqualFold(k, name) }) || t.points[name] && t.detail(name).notNull
}

// nothing is the least a column can hold. In a column of a unique key it names the row again, so that there can be many shells.
func (t *table) nothing(c relational.Column, detail detail) string {
	unique := false
	for _, key := range t.Unique {
		for _, k := range key {
			unique = unique || strings.EqualFold(k, c.Name)
		}
	}
	number := "(SELECT h." + heldKey + " FROM " + dialect{}.Quote(t.held.name) + " AS h WHERE " + t.sameKey("h", "u") + ")"
	switch {
	case !detail.notNull:
		return "NULL"
	case unique && c.Class == relational.ClassNumber:
		return "-" + number
	case unique:
		return "'restricted ' || " + number
	case c.Class == relational.ClassNumber:
		return "0"
	case declared(c.Type).has("BLOB"):
		return "x''"
	}
	return "''"
}
