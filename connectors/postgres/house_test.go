package postgres

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
	"github.com/dossier-dsr/dossier/test/servers"
	"github.com/dossier-dsr/dossier/test/tables"
)

// house is a database of a test, seen by an application and by the connector.
type house struct {
	*tables.House
	servers.Database
	app *pgx.Conn
}

// application is an application's connection.
type application struct{ *pgx.Conn }

func (a application) Run(ctx context.Context, statements string, args ...any) error {
	_, err := a.Exec(ctx, statements, args...)
	return err
}

func (a application) Text(ctx context.Context, query string) (string, error) {
	results, err := a.PgConn().Exec(ctx, query).ReadAll()
	if err != nil {
		return "", err
	}
	return string(results[0].Rows[0][0]), nil
}

// newHouse is an empty database in which statements were run.
func newHouse(t *testing.T, statements string) *house {
	t.Helper()
	h := &house{House: &tables.House{T: t}, Database: servers.Postgres(t)}
	h.app = h.connect()
	h.App, h.Waits = application{h.app}, h.waits
	h.Connect = func() tables.App { return application{h.connect()} }
	h.Forget = func() { forget(h.Store) }
	h.Run(statements)
	h.Store = h.open(h.URL, "1s")
	return h
}

func (h *house) open(url, lock string) connectors.Store {
	h.Helper()
	store, err := Connector{}.Open(h.Context(), connectors.Config{settings.URL: url, settings.Ordinary: h.Ordinary, settings.Lock: lock})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { store.Close() })
	return store
}

func (h *house) connect() *pgx.Conn {
	h.Helper()
	conn, err := pgx.Connect(context.Background(), h.URL)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// waits waits until some transaction of the database waits for another's lock.
func (h *house) waits(ctx context.Context, _ string) error {
	conn := h.connect()
	for waiting := false; !waiting; {
		err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'), pg_sleep(0.01)::text`).Scan(&waiting, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// forget has the schema read anew, as it is in two seconds.
func forget(s connectors.Store) { s.(*store).catalog.Forget() }

// uses is everything that can be done with rows of collections.
func uses(all ...connectors.Collection) []connectors.Use { return tables.Uses(Connector{}, all...) }

// What tests write treatments with.
var coll, by, del, set, move, yes = tables.Coll, tables.By, tables.Del, tables.Set, tables.Move, tables.Yes
