package twins

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

const null = "\x00NULL"

// fromSQLite reads rows as the texts that are stored.
func fromSQLite(t *testing.T, db *sql.DB, query string) [][]string {
	t.Helper()
	rows, err := db.Query("SELECT * FROM (" + query + ")")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err = errors.Join(err, rows.Err()); err != nil {
		t.Fatal(err)
	}
	for i, c := range columns { // else the driver makes instants of dates
		columns[i] = `CAST("` + c + `" AS TEXT)`
	}
	rows.Close()
	if rows, err = db.Query("SELECT " + strings.Join(columns, ", ") + " FROM (" + query + ")"); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	return cellsOf(t, rows, len(columns))
}

// cellsOf reads all rows as texts.
func cellsOf(t *testing.T, rows *sql.Rows, columns int) (out [][]string) {
	t.Helper()
	for rows.Next() {
		cells, into := make([]sql.NullString, columns), make([]any, columns)
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, written(cells))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func written(cells []sql.NullString) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		if out[i] = c.String; !c.Valid {
			out[i] = null
		}
	}
	return out
}

// fromMySQL reads rows as texts.
func fromMySQL(t *testing.T, conn *sql.Conn, query string) [][]string {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	return cellsOf(t, rows, len(columns))
}

// fromPostgres reads rows as texts.
func fromPostgres(t *testing.T, conn *pgx.Conn, query string) [][]string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query, pgx.QueryResultFormats{pgx.TextFormatCode})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var out [][]string
	for rows.Next() {
		var row []string
		for _, v := range rows.RawValues() {
			if v == nil {
				row = append(row, null)
				continue
			}
			row = append(row, string(v))
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}
