package sqlite

import (
	"database/sql/driver"
	"maps"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// release lifts a request's marks, and puts rows that nobody holds any more back as they were.
func (w *work) release(j *job) error {
	if err := w.ready(j); err != nil {
		return err
	}
	return j.table.each(j.rows, func(s shelf, rows []target) error {
		if !s.arm.Held {
			there, err := w.present(s, rows)
			j.out.Already += int64(len(there)) // never held, or free again
			return err
		}
		where, arg, err := s.chosen("h", rows)
		if err != nil {
			return err
		}
		lifted, err := w.writtenMarks(s, relational.Query{SQL: "DELETE FROM " + marksTable + " WHERE in_table = ?2 AND request = ?3 AND held IN (SELECT h." + heldKey +
			" FROM " + s.as("h") + " WHERE " + where + ") RETURNING held", Args: []any{arg, s.Name, j.t.Mark}})
		if err != nil {
			return err
		}
		if err := w.countMarks(j, s, rows, lifted); err != nil {
			return err
		}
		if len(lifted) == 0 {
			return nil
		}
		return w.putBack(s, slices.Collect(maps.Keys(lifted)))
	})
}

// putBack restores those of held rows, given by their numbers, that nobody holds any more.
func (w *work) putBack(s shelf, lifted []int64) error {
	var free []int64
	q := relational.Query{SQL: "SELECT h." + heldKey + " FROM " + s.as("h") + " WHERE h." + heldKey + " IN (SELECT value FROM json_each(?2)) AND NOT EXISTS (SELECT 1 FROM " + marksTable +
		" AS m WHERE m.in_table = ?1 AND m.held = h." + heldKey + ")", Args: []any{s.Name, numbered(lifted)}}
	err := w.view.each(w.ctx, q, func(row []driver.Value) error {
		free = append(free, row[0].(int64))
		return nil
	})
	if err != nil || len(free) == 0 {
		return err
	}
	if err := shells.Uphold(lifting{w}, s.table, free); err != nil {
		return err
	}
	return back{w, s, numbered(free)}.put()
}

// back is the return of rows that nobody holds any more.
type back struct {
	*work
	s    shelf
	rows string // their numbers
}

// free picks them; it takes the first parameter.
func (b back) free() string { return "h." + heldKey + " IN (SELECT value FROM json_each(?1))" }

// run runs a statement about them.
func (b back) run(text string) error {
	_, err := b.writer.exec(b.ctx, text, b.rows)
	return failure(b.ctx, "putting back rows of "+b.s.Name, err)
}

// put restores every one of them.
func (b back) put() error {
	s := b.s
	for _, check := range []struct{ rows, summary string }{
		{"h." + heldShell + " IS NULL AND EXISTS (SELECT 1 FROM " + s.base().as("u") + " WHERE " + s.sameKey("u", "h") + ")",
			"another row of table " + s.Name + " has taken the key of a restricted one"},
		{"h." + heldShell + " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM " + s.base().as("u") + " WHERE " + s.sameKey("u", "h") + " AND " + s.written("u") + " = h." + heldShell + ")",
			"what was left in place of a restricted row of table " + s.Name + " has been changed or is gone"},
	} {
		if err := b.none(check.rows, check.summary, shells.Settle); err != nil {
			return err
		}
	}
	if err := b.refill(true); err != nil {
		return err
	}
	if err := b.exact(); err != nil {
		return err
	}
	if err := b.returned(); err != nil {
		return err
	}
	return b.run("DELETE FROM " + s.as("h") + " WHERE " + b.free())
}

// returned names rows that are back as applications do, for the treatments still to come.
func (b back) returned() error {
	s, base := b.s, b.s.base()
	q := relational.Query{SQL: "SELECT " + strings.Join(append(s.named("h"), base.named("u")...), ", ") + " FROM " + s.as("h") + " CROSS JOIN " + base.as("u") +
		" ON " + s.sameKey("u", "h") + " WHERE " + b.free(), Args: []any{b.rows}}
	n := len(s.arm.Identity)
	return b.view.each(b.ctx, q, func(row []driver.Value) error {
		b.renamed(s.table, target{held: true, id: values(row[:n])}, target{id: values(row[n:])})
		return nil
	})
}

// none is a conflict where some of them fits the condition.
func (b back) none(rows, summary, detail string) error {
	var some bool
	err := b.writer.conn.QueryRowContext(b.ctx, "SELECT EXISTS (SELECT 1 FROM "+b.s.as("h")+" WHERE "+b.free()+" AND "+rows+")", b.rows).Scan(&some)
	if err != nil {
		return failure(b.ctx, "comparing held rows of "+b.s.Name, err)
	}
	if some {
		return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: b.s.Name, Summary: summary, Detail: detail})
	}
	return nil
}

// refill fills shells again and, with missing, inserts rows that moved whole.
func (b back) refill(missing bool) error {
	d, s := dialect{}, b.s
	var set, cols, values []string
	for _, c := range s.stored() {
		q := d.Quote(c.Name)
		set, cols, values = append(set, q+" = h."+q), append(cols, q), append(values, "h."+q)
	}
	err := b.run("UPDATE " + s.base().as("u") + " SET " + strings.Join(set, ", ") + " FROM " + s.as("h") + " WHERE " + s.sameKey("u", "h") + " AND " + b.free())
	if err != nil || !missing {
		return err
	}
	return b.run(s.inserts(cols, values) + " WHERE h." + heldShell + " IS NULL AND " + b.free())
}

// inserts writes an INSERT of what stands in columns of held rows, under h, into their table.
func (t *table) inserts(cols, values []string) string {
	d := dialect{}
	if t.rowid != "" && t.alias == "" { // its old number, if that is free; it is no key of the application's
		cols = append(slices.Clone(cols), d.Quote(t.rowid))
		values = append(slices.Clone(values), "CASE WHEN NOT EXISTS (SELECT 1 FROM "+t.base().as("u")+" WHERE u."+d.Quote(t.rowid)+" = h."+heldRow+") THEN h."+heldRow+" END")
	}
	return "INSERT INTO " + d.Quote(t.Name) + " (" + strings.Join(cols, ", ") + ") SELECT " + strings.Join(values, ", ") + " FROM " + d.Quote(t.held.name) + " AS h"
}

// exact makes sure that rows are back byte for byte. Triggers of the application may have written to them on the way, such as
// those that keep a date of the last change: then the values are put in once more while these are out of the way, within the
// transaction, and the triggers put back as they were.
func (b back) exact() error {
	s := b.s
	var differs []string
	for _, c := range s.stored() {
		q := dialect{}.Quote(c.Name)
		differs = append(differs, "u."+q+" IS NOT h."+q+" COLLATE BINARY OR typeof(u."+q+") <> typeof(h."+q+")")
	}
	test := "NOT EXISTS (SELECT 1 FROM " + s.base().as("u") + " WHERE " + s.sameKey("u", "h") + " AND NOT (" + strings.Join(differs, " OR ") + "))"
	check := func() error {
		return b.none(test, "a trigger on table "+s.Name+" changes rows as they come back", "switch the trigger off while the restriction is lifted")
	}
	if check() == nil {
		return nil
	}
	put, err := b.withoutTriggers(s)
	if err != nil {
		return err
	}
	if err := b.refill(false); err != nil {
		return err
	}
	if err := put(); err != nil {
		return err
	}
	return check()
}

// withoutTriggers takes the application's triggers off a table, and gives what puts them back.
func (w *work) withoutTriggers(s shelf) (put func() error, err error) {
	var names, texts []string
	for _, x := range []struct {
		column string
		into   *[]string
	}{{"name", &names}, {"sql", &texts}} {
		err := collect(w.ctx, w.writer.conn, x.into, "SELECT "+x.column+" FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE ORDER BY rowid", s.Name)
		if err != nil {
			return nil, failure(w.ctx, "reading triggers of "+s.Name, err)
		}
	}
	for _, n := range names {
		if _, err := w.writer.conn.ExecContext(w.ctx, "DROP TRIGGER "+dialect{}.Quote(n)); err != nil {
			return nil, failure(w.ctx, "setting a trigger aside", err)
		}
	}
	return func() error {
		for _, text := range texts {
			if _, err := w.writer.conn.ExecContext(w.ctx, text); err != nil {
				return failure(w.ctx, "putting a trigger back", err)
			}
		}
		return nil
	}, nil
}

// dropShells removes what stands for held rows that are to be deleted: their shells and marks.
func (w *work) dropShells(s shelf, rows []target) error {
	where, arg, err := s.chosen("h", rows)
	if err != nil {
		return err
	}
	picked := " FROM " + s.as("h") + " WHERE " + where
	_, err = w.writer.exec(w.ctx, "DELETE FROM "+s.base().as("u")+" WHERE ("+s.keys("u")+") IN (SELECT "+s.keys("h")+picked+" AND h."+heldShell+" IS NOT NULL)", arg)
	if err != nil {
		return failure(w.ctx, "deleting from "+s.Name, err)
	}
	_, err = w.writer.exec(w.ctx, "DELETE FROM "+marksTable+" WHERE in_table = ?2 AND held IN (SELECT h."+heldKey+picked+")", arg, s.Name)
	return failure(w.ctx, "deleting from "+s.Name, err)
}
