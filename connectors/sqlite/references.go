package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"modernc.org/sqlite"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/prepared"
)

// deferReferences has foreign keys checked when the transaction ends. SQLite does so while the pragma is prepared; running it would in
// addition have every statement the connection keeps prepared anew. Where it was not done then, it is run.
func (w *writer) deferReferences(ctx context.Context) error {
	err := w.conn.Raw(func(dc any) error {
		p, ok := dc.(driver.ConnPrepareContext)
		if !ok {
			return errors.New("the SQLite driver prepares no statements")
		}
		st, err := p.PrepareContext(ctx, "PRAGMA defer_foreign_keys = ON")
		if err != nil {
			return err
		}
		return st.Close()
	})
	if err != nil {
		return err
	}
	on := false
	if err := w.conn.QueryRowContext(ctx, "PRAGMA defer_foreign_keys").Scan(&on); err != nil || on {
		return err
	}
	_, err = w.exec(ctx, "PRAGMA defer_foreign_keys = ON")
	return err
}

// checkReferences finds out, before the host is asked and also when nothing will be committed, whether a deferred foreign
// key would forbid the commit.
func (w *work) checkReferences() error {
	open := 0
	err := w.writer.conn.Raw(func(dc any) error {
		status, ok := prepared.Under(dc).(sqlite.DBStatus)
		if !ok {
			return errors.New("the SQLite driver cannot say whether foreign keys hold")
		}
		var err error
		open, _, err = status.Status(sqlite.DBStatusDeferredFKs, false)
		return err
	})
	if err != nil {
		return failure(w.ctx, "checking foreign keys", err)
	}
	if open == 0 {
		return nil
	}
	notes, err := w.broken()
	if err != nil {
		return err
	}
	w.jobs[len(w.jobs)-1].out.Notes = append(w.jobs[len(w.jobs)-1].out.Notes, notes...)
	return jobs.Conflict(notes...)
}

// broken names the foreign keys of treated tables, and of those that refer to them, that do not hold.
func (w *work) broken() (connectors.Diagnostics, error) {
	treated := map[string]bool{}
	for _, j := range w.jobs {
		treated[strings.ToLower(j.table.Name)] = true
	}
	rows, err := w.writer.conn.QueryContext(w.ctx, `SELECT m.name, f."table", f."from", f.id FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
		WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq`)
	if err != nil {
		return nil, failure(w.ctx, "checking foreign keys", err)
	}
	defer rows.Close()
	type key struct {
		table string
		id    int
	}
	name, parent := map[key]string{}, map[key]string{}
	var tables []string
	for rows.Next() {
		var k key
		var to, from string
		if err := rows.Scan(&k.table, &to, &from, &k.id); err != nil {
			return nil, failure(w.ctx, "checking foreign keys", err)
		}
		if !treated[strings.ToLower(k.table)] && !treated[strings.ToLower(to)] {
			continue
		}
		if name[k] != "" {
			from = name[k] + ", " + from
		}
		name[k], parent[k] = from, to
		if len(tables) == 0 || tables[len(tables)-1] != k.table {
			tables = append(tables, k.table)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, failure(w.ctx, "checking foreign keys", err)
	}
	var notes connectors.Diagnostics
	for _, t := range tables {
		ids, err := w.violated(t)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			k := key{t, id}
			notes = append(notes, connectors.Diagnostic{Severity: connectors.Error, Path: t + "." + name[k],
				Summary: "rows of " + t + " still refer to rows of " + parent[k] + " by " + name[k],
				Detail:  "treat them in the same plan, or keep the rows they refer to"})
		}
	}
	if len(notes) == 0 {
		notes = connectors.Diagnostics{{Severity: connectors.Error, Summary: "a foreign key forbids the change"}}
	}
	return notes, nil
}

// violated are the foreign keys of a table that some row of it breaks.
func (w *work) violated(table string) ([]int, error) {
	var out []int
	err := collect(w.ctx, w.writer.conn, &out, "SELECT DISTINCT fkid FROM pragma_foreign_key_check(?1) ORDER BY fkid", table)
	return out, failure(w.ctx, "checking foreign keys", err)
}
