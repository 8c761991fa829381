package houses

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the application's driver

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
)

var inSQLite = words{
	types:    map[Type]string{Text: "TEXT", Whole: "INTEGER", Day: "DATE", Moment: "DATETIME"},
	text:     "CAST(%s AS TEXT)",
	inline:   true,
	dropping: "DROP TABLE IF EXISTS %s",
}

// SQLite is a house in a file.
func SQLite(t testing.TB) *House {
	t.Helper()
	file := filepath.Join(t.TempDir(), "house.db")
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=synchronous(off)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.ExecContext(t.Context(), "PRAGMA user_version = 1"); err != nil { // so that there is a file
		t.Fatal(err)
	}
	return &House{Kind: "sqlite", Connector: sqlite.Connector{}, Config: connectors.Config{"file": file}, words: inSQLite,
		run: func(ctx context.Context, statements []string) error {
			_, err := db.ExecContext(ctx, strings.Join(statements, ";\n"))
			return err
		},
		read: func(ctx context.Context, queries []string) ([][][]*string, error) {
			out := make([][][]*string, len(queries))
			for i, q := range queries {
				var err error
				if out[i], err = readRows(ctx, db, q); err != nil {
					return nil, err
				}
			}
			return out, nil
		},
	}
}

// readRows reads the rows of one query as texts.
func readRows(ctx context.Context, db *sql.DB, query string) ([][]*string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return texts(rows)
}

// texts are the rows of one answer.
func texts(rows *sql.Rows) ([][]*string, error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]*string
	for rows.Next() {
		cells, into := make([]*string, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, cells)
	}
	return out, rows.Err()
}
