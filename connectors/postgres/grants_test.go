package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
	"github.com/dossier-dsr/dossier/test/tables"
)

// granted is a database with what a right may ask of it, and an account that owns nothing.
const granted = `CREATE SCHEMA app; CREATE TABLE app.towns (id int PRIMARY KEY, name text UNIQUE);
	CREATE TABLE app.members (id int PRIMARY KEY, no text UNIQUE, name text, email text, secret text, town int REFERENCES app.towns, held_at timestamptz, visits int);
	CREATE TABLE app.visits (id int PRIMARY KEY, member int REFERENCES app.members, day date); CREATE TABLE app.log (id int, member int, note text);
	INSERT INTO app.towns VALUES (1, 'Lipce'); INSERT INTO app.members SELECT g, 'C-' || g, 'name', 'e@x', 's', 1, NULL, 1 FROM generate_series(1, 60) AS g;
	INSERT INTO app.visits SELECT g, g, '2020-01-01' FROM generate_series(1, 60) AS g; INSERT INTO app.log SELECT g, g, 'n' FROM generate_series(1, 60) AS g;`

// TestGrantsAreEnoughAndNoneIsTooMuch: an account that has exactly what is printed for a right carries it out; with one of them less it fails, and says
// which.
func TestGrantsAreEnoughAndNoneIsTooMuch(t *testing.T) {
	for _, r := range tables.Rights(func(table string) string { return "app." + table }, methodMove, methodPolicies) {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, granted)
			s, err := Connector{}.Open(t.Context(), connectors.Config{settings.URL: h.Bare, settings.Ordinary: h.Ordinary})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			h.Forget = func() { forget(s) }
			h.Suffices(r, s, func() {
				whole := r.Name == "restriction by "+methodMove
				h.Run("DO $$ BEGIN IF has_column_privilege(current_database() || '_bare', 'app.members', 'secret', 'SELECT') <> " + fmt.Sprint(whole) + " THEN RAISE 'secret'; END IF; END $$")
			})
		})
	}
}

// TestATriggersTableIsNamed: what a trigger needs is the application's affair, and the table is named.
func TestATriggersTableIsNamed(t *testing.T) {
	h := newHouse(t, watched)
	s, err := Connector{}.Open(t.Context(), connectors.Config{settings.URL: h.Bare})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	kid, m := coll("kid", "id"), coll("m", "id")
	texts, err := s.(connectors.Granter).Grants(t.Context(), uses(kid, m))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		h.Run(text)
	}
	_, err = s.(connectors.Writer).Apply(context.Background(), []connectors.Treatment{{ID: "t", Verb: connectors.Delete, On: by(m, "id", int64(1)), AtMost: 5}}, connectors.ApplyOptions{Confirm: yes})
	var said connectors.Diagnostics
	if !errors.As(err, &said) || said[0].Path != "audit" {
		t.Errorf("%v", err)
	}
}
