package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// granted is a database with what a right may ask of it, and an account that owns nothing.
const granted = `CREATE SCHEMA app; CREATE TABLE app.towns (id int PRIMARY KEY, name text);
	CREATE TABLE app.members (id int PRIMARY KEY, no text UNIQUE, name text, email text, secret text, town int REFERENCES app.towns, held_at timestamptz, visits int);
	CREATE TABLE app.visits (id int PRIMARY KEY, member int REFERENCES app.members, day date); CREATE TABLE app.log (member int, note text);
	INSERT INTO app.towns VALUES (1, 'Lipce'); INSERT INTO app.members SELECT g, 'C-' || g, 'name', 'e@x', 's', 1, NULL, 1 FROM generate_series(1, 60) AS g;
	INSERT INTO app.visits SELECT g, g, '2020-01-01' FROM generate_series(1, 60) AS g; INSERT INTO app.log SELECT g, 'n' FROM generate_series(1, 60) AS g;`

// right is what a right asks: its uses, and a call that needs them all for one member.
type right struct {
	name string
	uses []connectors.Use
	do   func(h *house, s connectors.Store, member int64) error
}

func rights() []right {
	members, visits, log := coll("app.members", "id"), coll("app.visits", "id"), coll("app.log", "member")
	reads := func(c connectors.Collection, fields ...string) connectors.Use {
		return connectors.Use{Collection: c, Reads: fields}
	}
	m, v, l := reads(members, "id", "no", "name", "email"), reads(visits, "id", "member", "day"), reads(log, "member")
	with := func(u connectors.Use, method string, writes []string, verbs ...connectors.Verb) connectors.Use {
		u.Method, u.Writes, u.Verbs = method, writes, verbs
		return u
	}
	apply := func(h *house, s connectors.Store, do ...connectors.Treatment) error {
		for i := range do {
			do[i].ID, do[i].AtMost = fmt.Sprint(i), 10
		}
		out, err := s.(connectors.Writer).Apply(h.Context(), do, connectors.ApplyOptions{Confirm: yes})
		for _, o := range out {
			if err == nil && o.Changed != 1 {
				err = fmt.Errorf("%s changed %d rows", o.ID, o.Changed)
			}
		}
		return err
	}
	visitsOf := func(member int64) connectors.Selection {
		return connectors.Selection{Collection: visits, Fields: []string{"id", "day"}, Any: []connectors.Match{{Fields: []string{"no"}, Values: []connectors.Tuple{{Values: []any{fmt.Sprint("C-", member)}}},
			Via: []connectors.Hop{{Collection: members, From: []string{"id"}, To: []string{"member"}}}}}}
	}
	restriction := func(name, method string) right {
		mark := func(v connectors.Verb, member int64) connectors.Treatment {
			return connectors.Treatment{Verb: v, On: by(members, "id", member), Method: method, Mark: "R"}
		}
		return right{name, []connectors.Use{with(m, method, []string{"held_at"}, connectors.Block, connectors.Release, connectors.Set)}, func(h *house, s connectors.Store, member int64) error {
			if err := apply(h, s, mark(connectors.Block, member), set(by(members, "id", member), connectors.Assign{Field: "held_at", To: "2026-01-01T00:00:00Z"})); err != nil {
				return err
			}
			return apply(h, s, set(by(members, "id", member), connectors.Assign{Field: "held_at"}), mark(connectors.Release, member))
		}}
	}
	return []right{
		{"access", []connectors.Use{m, v, l}, func(h *house, s connectors.Store, member int64) error {
			sel := by(members, "no", fmt.Sprint("C-", member))
			sel.Fields = []string{"id", "no", "name", "email"}
			for _, sel := range []connectors.Selection{sel, visitsOf(member), by(log, "member", member)} {
				n := 0
				if err := connectors.Each(h.Context(), s, sel, func(int, []any) error { n++; return nil }); err != nil || n != 1 {
					return errors.Join(err, fmt.Errorf("%d rows", n))
				}
			}
			return nil
		}},
		{"erasure", []connectors.Use{with(m, "", []string{"name", "email"}, connectors.Set), with(v, "", nil, connectors.Delete), with(l, "", nil, connectors.Delete),
			with(reads(coll("app.towns", "id"), "id"), "", []string{"id", "name"}, connectors.Ensure)},
			func(h *house, s connectors.Store, member int64) error {
				return apply(h, s, del(visitsOf(member)), del(by(log, "member", member)), set(by(members, "id", member), connectors.Assign{Field: "name"}, connectors.Assign{Field: "email"}),
					connectors.Treatment{Verb: connectors.Ensure, On: connectors.Selection{Collection: coll("app.towns", "id")},
						Assign: []connectors.Assign{{Field: "id", To: 1000 + member}, {Field: "name", To: "nowhere"}}})
			}},
		{"rectification", []connectors.Use{with(m, "", []string{"email"}, connectors.Set)}, func(h *house, s connectors.Store, member int64) error {
			return apply(h, s, set(by(members, "no", fmt.Sprint("C-", member)), connectors.Assign{Field: "email", From: []any{"e@x"}, To: "new@x"}))
		}},
		restriction("restriction", methodMove),
		restriction("restriction in place", methodPolicies),
	}
}

// TestGrantsAreEnoughAndNoneIsTooMuch: an account that has exactly what is printed for a right carries it out; with one of them less it fails, and says
// which.
func TestGrantsAreEnoughAndNoneIsTooMuch(t *testing.T) {
	for _, r := range rights() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, granted)
			s, err := Connector{}.Open(t.Context(), connectors.Config{settingURL: h.Bare, settingOrdinary: h.Ordinary})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			grants, err := s.(connectors.Granter).Grants(t.Context(), r.uses)
			if err != nil {
				t.Fatal(err)
			}
			var install []string
			if strings.HasPrefix(r.name, "restriction") {
				if install, err = s.(connectors.Installer).Install(t.Context(), r.uses); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.do(h, s, 1); err == nil {
				t.Error("it is carried out before anything is granted")
			}
			for _, text := range append(grants, install...) {
				h.Run(text)
			}
			forget(s)
			if err := r.do(h, s, 1); err != nil {
				t.Fatalf("with all that is printed: %v\n%s", err, strings.Join(grants, "\n"))
			}
			h.Run("DO $$ BEGIN IF has_column_privilege(current_database() || '_bare', 'app.members', 'secret', 'SELECT') <> " + fmt.Sprint(r.name == "restriction") + " THEN RAISE 'secret'; END IF; END $$")
			for i, text := range grants {
				h.Run(strings.NewReplacer("GRANT ", "REVOKE ", " TO ", " FROM ").Replace(text))
				forget(s)
				err := r.do(h, s, int64(2+i))
				var said connectors.Diagnostics
				if err == nil || !errors.As(err, &said) {
					t.Errorf("without %s: %v", text, err)
				} else if d := said[0]; !alikeGrants(text, d.Detail) {
					t.Errorf("without %s it says %q, and to do %q", text, d.Summary, d.Detail)
				}
				h.Run(text)
			}
		})
	}
}

// alikeGrants says whether two texts grant the same privilege on the same object; the second perhaps on fewer columns.
func alikeGrants(all, said string) bool {
	said, _, _ = strings.Cut(said, ";")
	words := func(text string) string {
		before, rest, _ := strings.Cut(text, " ON ")
		privilege, _, _ := strings.Cut(before, " (")
		return privilege + rest
	}
	return words(all) == words(said)
}

// TestATriggersTableIsNamed: what a trigger needs is the application's affair, and the table is named.
func TestATriggersTableIsNamed(t *testing.T) {
	h := newHouse(t, watched)
	s, err := Connector{}.Open(t.Context(), connectors.Config{settingURL: h.Bare})
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
