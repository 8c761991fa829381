package postgres

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// house is a database of a test, seen by an application and by the connector.
type house struct {
	*testing.T
	servers.Database
	app   *pgx.Conn
	store connectors.Store
}

// newHouse is an empty database in which statements were run.
func newHouse(t *testing.T, statements string) *house {
	t.Helper()
	h := &house{T: t, Database: servers.Postgres(t)}
	h.app = h.connect()
	h.run(statements)
	store, err := Connector{}.Open(t.Context(), connectors.Config{settingURL: h.URL, settingOrdinary: h.Ordinary, settingLock: "1s"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	h.store = store
	return h
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

// run runs statements as the application.
func (h *house) run(statements string) {
	h.Helper()
	if _, err := h.app.Exec(h.Context(), statements); err != nil {
		h.Fatal(err)
	}
}

// says compares what the application reads, as one text, with what it should be.
func (h *house) says(query, want string) {
	h.Helper()
	var got string
	if err := h.app.QueryRow(h.Context(), query).Scan(&got); err != nil || got != want {
		h.Errorf("%s: %s (%v), want %s", query, got, err, want)
	}
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
