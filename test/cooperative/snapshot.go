package cooperative

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Snapshot is every row and every file of the three stores, by name: "register/members/17",
// "ledger/entries/N/3", "documents/letters/C-00101/…": what each holds is a digest.
type Snapshot map[string]string

// Changed are the names that came, went or changed between two snapshots, sorted.
func (a Snapshot) Changed(b Snapshot) []string {
	names := map[string]bool{}
	for name, v := range a {
		if w, there := b[name]; !there || v != w {
			names[name] = true
		}
	}
	for name := range b {
		if _, there := a[name]; !there {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Digest is one digest over the whole snapshot.
func (a Snapshot) Digest() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(a)) {
		_, _ = fmt.Fprintf(h, "%q %q\n", name, a[name])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// Snapshot reads all three stores.
func (w *World) Snapshot(t testing.TB) Snapshot {
	t.Helper()
	out := Snapshot{}
	if err := rowsOf(w.Register(t), "register", out); err != nil {
		t.Fatal(err)
	}
	if err := rowsOf(w.Ledger(t), "ledger", out); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(w.DocumentsDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(w.DocumentsDir, path)
		out["documents/"+filepath.ToSlash(rel)] = digest(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func digest(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

// rowsOf adds every row of every table of db, named by its primary key.
func rowsOf(db *sql.DB, system string, out Snapshot) error {
	tables, err := texts(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil {
		return err
	}
	for _, table := range tables {
		columns, err := texts(db, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table)
		if err != nil {
			return err
		}
		keys, err := texts(db, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			keys = []string{"rowid"}
		}
		query := "SELECT " + joined(keys, "coalesce(CAST(%s AS TEXT), '')", "|| '/' ||") + ", " + joined(columns, "quote(%s)", "|| ',' ||") + " FROM " + quoted(table)
		if err := readRows(db, query, system+"/"+table+"/", out); err != nil {
			return fmt.Errorf("%s/%s: %w", system, table, err)
		}
	}
	return nil
}

func readRows(db *sql.DB, query, prefix string, out Snapshot) error {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var key, row string
		if err := rows.Scan(&key, &row); err != nil {
			return err
		}
		out[prefix+key] = digest([]byte(row))
	}
	return rows.Err()
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func joined(names []string, form, with string) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = fmt.Sprintf(form, quoted(n))
	}
	return strings.Join(parts, " "+with+" ")
}

func texts(db *sql.DB, query string, args ...any) ([]string, error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
