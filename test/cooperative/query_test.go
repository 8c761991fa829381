package cooperative

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"testing"
)

// text is the text a query gives.
func text(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	var s string
	if err := db.QueryRow("SELECT CAST(("+query+") AS TEXT)", args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

// files are the documents below folder, by path from the root of documents.
func files(t *testing.T, w *World, folder string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join(w.DocumentsDir, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(w.DocumentsDir, path)
		out = append(out, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
