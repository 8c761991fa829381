package sqlite

import (
	"database/sql/driver"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// referring are the foreign keys that point at t.
func (w *work) referring(t *table) ([]shells.Reference, error) {
	return w.references(`SELECT m.name, f.id, f."from", coalesce(f."to", '') FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
		WHERE m.type = 'table' AND f."table" = ?1 COLLATE NOCASE ORDER BY m.name, f.id, f.seq`, t.Name, func(string) (*table, error) { return t, nil })
}

// pointing are those t points away with.
func (w *work) pointing(t *table) ([]shells.Reference, error) {
	return w.references(`SELECT f."table", f.id, f."from", coalesce(f."to", '') FROM pragma_foreign_key_list(?1) AS f ORDER BY f.id, f.seq`, t.Name, w.tableOf)
}

// tableOf is a table by its name.
func (w *work) tableOf(name string) (*table, error) {
	return w.view.table(connectors.Collection{Name: name, At: name})
}

// references reads foreign keys, column by column; parent is the table one of them points at, by the name read.
func (w *work) references(text, of string, parent func(string) (*table, error)) ([]shells.Reference, error) {
	var out []shells.Reference
	last, lastID := "", int64(-1)
	q := relational.Query{SQL: text, Args: []any{of}}
	err := w.view.each(w.ctx, q, func(row []driver.Value) error {
		name, id, from, to := row[0].(string), row[1].(int64), row[2].(string), row[3].(string)
		if name != last || id != lastID {
			out = append(out, shells.Reference{Table: dialect{}.Quote(name), Address: name})
			last, lastID = name, id
		}
		r := &out[len(out)-1]
		r.From, r.To = append(r.From, from), append(r.To, to)
		return nil
	})
	for _, r := range out {
		if err != nil {
			break
		}
		err = resolved(r, parent)
	}
	return out, err
}

// resolved writes the columns a foreign key points at as they are called; the primary key where it names none.
func resolved(r shells.Reference, parent func(string) (*table, error)) error {
	t, err := parent(r.Address)
	if err != nil {
		return err
	}
	for i, to := range r.To {
		if to == "" {
			r.To[i] = t.key[min(i, len(t.key)-1)]
		} else if c, err := t.Column(to); err == nil {
			r.To[i] = c.Name
		}
	}
	return nil
}

// staysAsShell writes whether something of the row stays: where another row refers to it, and where its number would be given
// to the next row inserted.
func (t *table) staysAsShell(refs []shells.Reference, alias string) string {
	if t.alias != "" && !t.numbersOnce {
		return "TRUE"
	}
	return shells.Referred(dialect{}, refs, alias)
}

// placeholders writes what becomes of the columns of a shell, which stands under u.
func (t *table) placeholders(refs []shells.Reference) (string, error) {
	number := "(SELECT h." + heldKey + " FROM " + dialect{}.Quote(t.held.name) + " AS h WHERE " + t.sameKey("h", "u") + ")"
	return shells.Placeholders(dialect{}, &t.Table, t.key, refs, "", number, least)
}

// least is the least a column that may not be NULL can hold.
func least(c relational.Column, unique bool, number string) string {
	switch {
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
