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

// tables are those of the two databases that are in the map, with their keys.
var tables = map[string][]struct{ name, key string }{
	"register": {{"addresses", "id"}, {"members", "id"}, {"leases", "lease_no"}, {"lease_parties", "lease_no, member_id"}, {"vehicles", "id"},
		{"subscriptions", "id"}, {"disclosures", "id"}, {"member_search", "member_id"}},
	"ledger": {{"accounts", "account_no"}, {"entries", "book, entry_no"}, {"readings", "flat_no, meter, read_on"}, {"arrears_letters", "id"}, {"balances", "account_no"}},
}

// house is an installation, and how its databases are read.
type house struct {
	*product.House
	read map[string]func(t *testing.T, query string) [][]string // by system
}

// twins are two houses of one sample: one as it is, and one whose databases are on a server. In neither does a column of dates hold
// anything but dates, for the one on the server could not.
func twins(t *testing.T) (a, b *house) {
	t.Helper()
	first, second := cooperative.Lay(t, sample.Options{Members: 46}), cooperative.Lay(t, sample.Options{Members: 46})
	a = &house{House: built.House(t, first), read: map[string]func(*testing.T, string) [][]string{}}
	b = &house{House: built.House(t, second), read: map[string]func(*testing.T, string) [][]string{}}
	a.Extra, b.Extra = map[string]string{}, map[string]string{}
	for _, system := range moved.Stores {
		file, db := first.RegisterFile, first.Register
		if system == "ledger" {
			file, db = first.LedgerFile, first.Ledger
		}
		if err := moved.DatesOnly(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		a.read[system] = func(t *testing.T, query string) [][]string { t.Helper(); return fromSQLite(t, db(t), query) }
		b.toPostgres(t, system, filepath.Join(second.Dir, filepath.Base(file)))
	}
	return a, b
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
	if err := errors.Join(moved.Move(t.Context(), file, moved.Postgres{Conn: admin}), moved.Map(h.Map, system, "postgres")); err != nil {
		t.Fatal(err)
	}
	name := strings.ToUpper(system)
	h.Extra[name+"_URL"], h.Extra[name+"_APP_URL"] = db.Bare, db.Ordinary
	h.read[system] = func(t *testing.T, query string) [][]string { t.Helper(); return fromPostgres(t, admin, query) }
	for _, what := range []string{"grants", "install"} {
		if _, err := admin.Exec(t.Context(), h.Must(t, "connector", what, system)); err != nil {
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
