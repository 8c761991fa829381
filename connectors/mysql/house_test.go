package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// house is a database of a test, seen by an application and by the connector.
type house struct {
	*testing.T
	servers.Database
	app   *sql.Conn
	store connectors.Store
}

// newHouse is an empty database in which statements were run.
func newHouse(t *testing.T, statements string) *house {
	t.Helper()
	h := &house{T: t, Database: servers.MySQL(t)}
	h.app = h.connect(h.URL)
	h.run(statements)
	h.store = h.open(h.URL)
	return h
}

func (h *house) open(url string) connectors.Store {
	h.Helper()
	store, err := Connector{}.Open(h.Context(), connectors.Config{settingURL: url, settingOrdinary: h.Ordinary, settingLock: "1s"})
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

// run runs statements as the application.
func (h *house) run(statements string, args ...any) {
	h.Helper()
	if _, err := h.app.ExecContext(h.Context(), statements, args...); err != nil {
		h.Fatal(err)
	}
}

// says compares what the application reads, as one text, with what it should be.
func (h *house) says(query, want string) {
	h.Helper()
	if got := h.read(query); got != want {
		h.Errorf("%s: %s, want %s", query, got, want)
	}
}

// read is one text the application reads.
func (h *house) read(query string) string {
	h.Helper()
	var got sql.NullString
	if err := h.app.QueryRowContext(h.Context(), query).Scan(&got); err != nil {
		h.Fatalf("%s: %v", query, err)
	}
	return got.String
}

func coll(at string, key ...string) connectors.Collection {
	return connectors.Collection{Name: at, At: at, Key: key}
}

// by selects rows of a collection by the values of one field, each for a person of its own.
func by(c connectors.Collection, field string, values ...any) connectors.Selection {
	m := connectors.Match{Fields: []string{field}}
	for i, v := range values {
		m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{v}})
	}
	return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: c.Key}
}

func yes(context.Context, []connectors.Outcome) error { return nil }

func (h *house) apply(do ...connectors.Treatment) ([]connectors.Outcome, error) {
	h.Helper()
	return h.applyWith(connectors.ApplyOptions{Confirm: yes}, do...)
}

func (h *house) applyWith(opt connectors.ApplyOptions, do ...connectors.Treatment) ([]connectors.Outcome, error) {
	h.Helper()
	for i := range do {
		do[i].ID = fmt.Sprintf("t%d", i+1)
		if do[i].AtMost == 0 {
			do[i].AtMost = 1000
		}
	}
	return h.store.(connectors.Writer).Apply(h.Context(), do, opt)
}

// changes applies treatments and compares how many rows each changed.
func (h *house) changes(want []int64, do ...connectors.Treatment) {
	h.Helper()
	out, err := h.apply(do...)
	if err != nil {
		h.Fatal(err)
	}
	for i, o := range out {
		if o.Changed != want[i] {
			h.Errorf("%s changed %d rows, want %d: %+v", o.ID, o.Changed, want[i], o)
		}
	}
}

// located gives the rows of a selection as texts.
func (h *house) located(sel connectors.Selection) []string {
	h.Helper()
	var out []string
	err := connectors.Each(h.Context(), h.store, sel, func(person int, values []any) error {
		out = append(out, fmt.Sprint(person, values))
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	return out
}

func del(sel connectors.Selection) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Delete, On: sel}
}

func set(sel connectors.Selection, as ...connectors.Assign) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Set, On: sel, Assign: as}
}
