package twins

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// tables are those of the register, parents first, with their keys.
var tables = []struct{ name, key string }{
	{"staff", "id"}, {"schema_migrations", "version"}, {"addresses", "id"}, {"members", "id"}, {"leases", "lease_no"}, {"lease_parties", "lease_no, member_id"}, {"vehicles", "id"},
	{"subscriptions", "id"}, {"disclosures", "id"}, {"member_search", "member_id"},
}

// house is an installation, and how its register is read.
type house struct {
	*product.House
	read func(t *testing.T, query string) [][]string
}

// twins are two houses of one sample. In neither does a column of dates hold anything but dates, for the one on PostgreSQL could not.
func twins(t *testing.T) (a, b *house) {
	t.Helper()
	first, second := cooperative.Lay(t, sample.Options{Members: 46}), cooperative.Lay(t, sample.Options{Members: 46})
	for _, w := range []*cooperative.World{first, second} {
		datesOnly(t, w.Register(t))
	}
	a = &house{House: built.House(t, first), read: func(t *testing.T, query string) [][]string {
		t.Helper()
		return fromSQLite(t, first.Register(t), query)
	}}
	a.Extra = map[string]string{}

	db := servers.Postgres(t)
	admin, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close(context.Background()) })
	move(t, second, admin)
	rewrite(t, filepath.Join(second.MapDir, "register.yaml"))
	b = &house{read: func(t *testing.T, query string) [][]string { t.Helper(); return fromPostgres(t, admin, query) }}
	b.House = built.House(t, second)
	b.Extra = map[string]string{"REGISTER_URL": db.Bare, "REGISTER_APP_URL": db.Ordinary}
	for _, what := range []string{"grants", "install"} { // as the register's administrator would
		if _, err := admin.Exec(t.Context(), b.Must(t, "connector", what, "register")); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	return a, b
}

// datesOnly clears what is no date out of columns that should hold dates.
func datesOnly(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, c := range fromSQLite(t, db, `SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.type = 'DATE'`) {
		instead := "NULL"
		if c[1] == "joined_on" {
			instead = "'1999-01-02'"
		}
		if _, err := db.Exec(fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s IS NOT NULL AND date(%s) IS NOT %s", c[0], c[1], instead, c[1], c[1], c[1])); err != nil {
			t.Fatal(err)
		}
	}
}

// rewrite names the other connector in the map.
func rewrite(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before := "connector: sqlite\nconfig: { file: \"${REGISTER_FILE}\" }"
	if !strings.Contains(string(text), before) {
		t.Fatalf("%s does not name the connector as it did", file)
	}
	after := strings.Replace(string(text), before, "connector: postgres\nconfig: { url: \"${REGISTER_URL}\", ordinary_url: \"${REGISTER_APP_URL}\" }", 1)
	if err := os.WriteFile(file, []byte(after), 0o600); err != nil {
		t.Fatal(err)
	}
}

// move copies the register to PostgreSQL, by the same statements that made it, and takes the file away.
func move(t *testing.T, w *cooperative.World, admin *pgx.Conn) {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(filepath.Dir(cooperative.MapDir(t)), "cooperative", "sample", "register.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec(t.Context(), strings.ReplaceAll(string(script), " COLLATE NOCASE", "")+"; SET session_replication_role = replica"); err != nil {
		t.Fatal(err)
	}
	db := w.Register(t)
	for _, x := range tables {
		var columns, marks []string
		for i, c := range fromSQLite(t, db, "SELECT name FROM pragma_table_info('"+x.name+"')") {
			columns, marks = append(columns, c[0]), append(marks, fmt.Sprintf("$%d", i+1))
		}
		for _, row := range fromSQLite(t, db, "SELECT "+strings.Join(columns, ", ")+" FROM "+x.name) {
			args := []any{pgx.QueryExecModeSimpleProtocol} // texts become what their columns are
			for _, v := range row {
				if v == null {
					args = append(args, nil)
					continue
				}
				args = append(args, v)
			}
			if _, err := admin.Exec(t.Context(), "INSERT INTO "+x.name+" ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...); err != nil {
				t.Fatalf("%s: %v", x.name, err)
			}
		}
	}
	if _, err := admin.Exec(t.Context(), "SET session_replication_role = origin"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(w.RegisterFile); err != nil {
		t.Fatal(err)
	}
}

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
	var out [][]string
	for rows.Next() {
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
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
