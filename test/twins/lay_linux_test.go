package twins

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/moved"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// tables are those of the two databases that are in the map.
var tables = map[string][]string{
	"register": {"addresses", "members", "leases", "lease_parties", "vehicles", "subscriptions", "disclosures", "member_search"},
	"ledger":   {"accounts", "entries", "readings", "arrears_letters", "balances"},
}

// house is an installation, and how its databases are read.
type house struct {
	*product.House
	read map[string]func(t *testing.T, query string) [][]string // by system
}

// kinds are where a house has its databases, by what people call it. In none does a column of dates hold anything but dates, for those on
// a server could not.
var kinds = map[string]func(h *house, t *testing.T, system, file string){
	"SQLite":     (*house).stay,
	"PostgreSQL": (*house).toPostgres,
	"MariaDB":    (*house).toMySQL,
}

// newHouse is the sample with its databases at one of the kinds.
func newHouse(t *testing.T, kind string) *house {
	t.Helper()
	laid := cooperative.Lay(t, sample.Options{Members: 46})
	h := &house{House: built.House(t, laid), read: map[string]func(*testing.T, string) [][]string{}}
	h.Extra = map[string]string{}
	for _, system := range moved.Stores {
		file := filepath.Join(laid.Dir, system+".db")
		if err := moved.DatesOnly(t.Context(), file, false); err != nil {
			t.Fatal(err)
		}
		kinds[kind](h, t, system, file)
	}
	return h
}

// stay leaves a system's file where it is.
func (h *house) stay(_ *testing.T, system, _ string) {
	open := h.Register
	if system == "ledger" {
		open = h.Ledger
	}
	h.read[system] = func(t *testing.T, query string) [][]string { t.Helper(); return fromSQLite(t, open(t), query) }
}

// toPostgres moves a system's file to a database of its own, where an administrator grants and installs what is needed.
func (h *house) toPostgres(t *testing.T, system, file string) {
	t.Helper()
	db := servers.Postgres(t)
	admin, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close(context.Background()) })
	h.read[system] = func(t *testing.T, query string) [][]string { t.Helper(); return fromPostgres(t, admin, query) }
	h.at(t, system, file, "postgres", db, moved.Postgres{Conn: admin}, func(text string) error {
		_, err := admin.Exec(t.Context(), text)
		return err
	})
}

// toMySQL does the same on MariaDB.
func (h *house) toMySQL(t *testing.T, system, file string) {
	t.Helper()
	db := servers.MySQL(t)
	pool, err := servers.OpenMySQL(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	admin, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	h.read[system] = func(t *testing.T, query string) [][]string { t.Helper(); return fromMySQL(t, admin, query) }
	h.at(t, system, file, "mysql", db, moved.MySQL{Conn: admin}, func(text string) error {
		_, err := admin.ExecContext(t.Context(), text)
		return err
	})
}

// at is the house with a system there, once its administrator has run what the connector prints.
func (h *house) at(t *testing.T, system, file, connector string, db servers.Database, to moved.Target, run func(text string) error) {
	t.Helper()
	if err := errors.Join(moved.Move(t.Context(), file, to), moved.Map(h.Map, system, connector)); err != nil {
		t.Fatal(err)
	}
	name := strings.ToUpper(system)
	h.Extra[name+"_URL"], h.Extra[name+"_APP_URL"] = db.Bare, db.Ordinary
	for _, what := range []string{"grants", "install"} {
		if err := run(h.Must(t, "connector", what, system)); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
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
