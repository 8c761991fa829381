package twins

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/moved"
	"github.com/dossier-dsr/dossier/test/servers"
)

// tables are those of the two databases that are in the map.
var tables = map[string][]string{
	"register": {"addresses", "members", "leases", "lease_parties", "vehicles", "subscriptions", "disclosures", "member_search"},
	"ledger":   {"accounts", "entries", "readings", "arrears_letters", "balances"},
}

// place is where the databases of a laid-out sample are, by system, and how they are come to.
type place struct {
	kind string
	read map[string]func(t *testing.T, query string) [][]string  // as their administrator
	run  map[string]func(ctx context.Context, text string) error // several statements, as he does
	url  map[string]servers.Database
}

// kinds are where databases can be, by what people call it.
var kinds = map[string]func(p *place, t *testing.T, laid *cooperative.World, system, file string){
	"SQLite":     (*place).stay,
	"PostgreSQL": (*place).toPostgres,
	"MariaDB":    (*place).toMySQL,
}

// put moves the databases of a sample, which are files before, and has its map say so. Of what is no date in a column of dates only '0000-00-00' stays, where
// it may, on every kind: no server knows more.
func put(t *testing.T, kind string, laid *cooperative.World, zero bool) *place {
	t.Helper()
	p := &place{kind: kind, read: map[string]func(*testing.T, string) [][]string{}, run: map[string]func(context.Context, string) error{}, url: map[string]servers.Database{}}
	for _, system := range moved.Stores {
		file := filepath.Join(laid.Dir, system+".db")
		if err := moved.DatesOnly(t.Context(), file, zero); err != nil {
			t.Fatal(err)
		}
		kinds[kind](p, t, laid, system, file)
	}
	return p
}

// env is what the map's ${…} stand for: addresses of the executor's account, or of the databases' owner.
func (p *place) env(owner bool) map[string]string {
	out := map[string]string{}
	for system, db := range p.url {
		name := strings.ToUpper(system)
		out[name+"_URL"], out[name+"_APP_URL"] = db.Bare, db.Ordinary
		if owner {
			out[name+"_URL"] = db.URL
		}
	}
	return out
}

// stay leaves a system's file where it is.
func (p *place) stay(_ *testing.T, laid *cooperative.World, system, _ string) {
	open := laid.Register
	if system == "ledger" {
		open = laid.Ledger
	}
	p.read[system] = func(t *testing.T, query string) [][]string { t.Helper(); return fromSQLite(t, open(t), query) }
}

// toPostgres moves a system's file to a database of its own.
func (p *place) toPostgres(t *testing.T, laid *cooperative.World, system, file string) {
	t.Helper()
	db := servers.Postgres(t)
	admin := onPostgres(t, db.URL)
	p.read[system] = func(t *testing.T, query string) [][]string { t.Helper(); return fromPostgres(t, admin, query) }
	p.run[system] = func(ctx context.Context, text string) error {
		_, err := admin.Exec(ctx, text)
		return err
	}
	p.at(t, laid, system, file, "postgres", db, moved.Postgres{Conn: admin})
}

func onPostgres(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// toMySQL does the same on MariaDB.
func (p *place) toMySQL(t *testing.T, laid *cooperative.World, system, file string) {
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
	p.read[system] = func(t *testing.T, query string) [][]string { t.Helper(); return fromMySQL(t, admin, query) }
	p.run[system] = func(ctx context.Context, text string) error {
		_, err := admin.ExecContext(ctx, text)
		return err
	}
	p.at(t, laid, system, file, "mysql", db, moved.MySQL{Conn: admin})
}

func (p *place) at(t *testing.T, laid *cooperative.World, system, file, connector string, db servers.Database, to moved.Target) {
	t.Helper()
	if err := errors.Join(moved.Move(t.Context(), file, to), moved.Map(laid.MapDir, system, connector)); err != nil {
		t.Fatal(err)
	}
	p.url[system] = db
}
