package mysql

import (
	"context"
	"database/sql"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
	"github.com/dossier-dsr/dossier/test/servers"
	"github.com/dossier-dsr/dossier/test/tables"
)

// house is a database of a test, seen by an application and by the connector.
type house struct {
	*tables.House
	servers.Database
	app *sql.Conn
}

// application is an application's connection.
type application struct{ *sql.Conn }

func (a application) Run(ctx context.Context, statements string, args ...any) error {
	_, err := a.ExecContext(ctx, statements, args...)
	return err
}

func (a application) Text(ctx context.Context, query string) (string, error) {
	var got sql.NullString
	err := a.QueryRowContext(ctx, query).Scan(&got)
	return got.String, err
}

// newHouse is an empty database in which statements were run.
func newHouse(t *testing.T, statements string) *house {
	t.Helper()
	return houseOn(t, servers.MySQL(t), statements)
}

func houseOn(t *testing.T, db servers.Database, statements string) *house {
	t.Helper()
	h := &house{House: &tables.House{T: t}, Database: db}
	h.app = h.connect(h.URL)
	h.App, h.Waits = application{h.app}, h.waits
	h.Connect = func() tables.App { return application{h.connect(h.URL)} }
	h.Forget = func() { forget(h.Store) }
	h.Run(statements)
	h.Store = h.open(h.URL)
	return h
}

func (h *house) open(url string) connectors.Store {
	h.Helper()
	store, err := Connector{}.Open(h.Context(), connectors.Config{settings.URL: url, settings.Ordinary: h.Ordinary, settings.Lock: "1s"})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { store.Close() })
	return store
}

func (h *house) connect(url string) *sql.Conn {
	h.Helper()
	db, err := servers.OpenMySQL(url)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { conn.Close() })
	return conn
}

// waits waits until a statement that holds these words has been at it for a while, which it is where it waits for another's lock.
func (h *house) waits(ctx context.Context, words string) error {
	conn := h.connect(h.URL)
	for waiting := 0; waiting == 0; {
		err := conn.QueryRowContext(ctx, "SELECT count(*) + sleep(0.01) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE concat('%', ?, '%') AND ID <> CONNECTION_ID() AND TIME_MS > 50", words).Scan(&waiting)
		if err != nil {
			return err
		}
	}
	return nil
}

// forget has the schema read anew, as it is in two seconds.
func forget(s connectors.Store) { s.(*store).forget() }

// uses is everything that can be done with rows of collections.
func uses(all ...connectors.Collection) []connectors.Use { return tables.Uses(Connector{}, all...) }

// What tests write treatments with.
var coll, by, del, set, move = tables.Coll, tables.By, tables.Del, tables.Set, tables.Move
