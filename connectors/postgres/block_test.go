package postgres

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dossier-dsr/dossier/connectors"
)

// watched is a table whose rows others refer to, with triggers that note down what is done to it and when it was changed last, a key no two
// rows share, a column that may not be NULL, and one the database computes.
const watched = `CREATE TABLE town (id int PRIMARY KEY); INSERT INTO town VALUES (1);
	CREATE TABLE m (id int PRIMARY KEY, no text NOT NULL UNIQUE, name text, points int NOT NULL, changed timestamptz DEFAULT now(), shout text GENERATED ALWAYS AS (upper(name)) STORED, town int NOT NULL REFERENCES town);
	CREATE TABLE kid (id int PRIMARY KEY, m_id int REFERENCES m ON DELETE CASCADE); CREATE TABLE audit (name text);
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.audit VALUES (OLD.name); RETURN NULL; END $$;
	CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$;
	CREATE TRIGGER note AFTER UPDATE OR DELETE ON m FOR EACH ROW EXECUTE FUNCTION note(); CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON m FOR EACH ROW EXECUTE FUNCTION touch();
	INSERT INTO m (id, no, name, points, town) VALUES (1, 'C-1', 'Anna', 7, 1), (2, 'C-2', 'Jan', 8, 1), (3, 'C-3', 'Ewa', 9, 1); INSERT INTO kid VALUES (1, 1);`

// restricting is a house whose connector comes as an account that owns nothing, after its administrator ran what is to be run.
func restricting(t *testing.T) *house {
	h := newHouse(t, "SELECT 1")
	h.run(watched)
	store, err := Connector{}.Open(t.Context(), connectors.Config{settingURL: h.Bare, settingOrdinary: h.Ordinary})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	h.store = store
	all := []connectors.Collection{coll("m", "id"), coll("kid", "id")}
	grants, err := store.(connectors.Granter).Grants(t.Context(), uses(all...))
	if err != nil {
		t.Fatal(err)
	}
	install, err := store.(connectors.Installer).Install(t.Context(), uses(all...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.apply(connectors.Treatment{Verb: connectors.Block, On: by(all[0], "id", int64(1)), Method: methodMove, Mark: "R-1"}); err == nil {
		t.Error("rows are restricted before anything is granted or installed")
	}
	for _, text := range append(grants, install...) {
		h.run(text)
	}
	h.run("DO $$ BEGIN EXECUTE format('GRANT INSERT ON audit TO %I', current_database() || '_bare'); END $$") // triggers write as whoever changes the row
	forget(h.store)
	return h
}

// uses is everything that can be done with rows of collections.
func uses(all ...connectors.Collection) []connectors.Use {
	var out []connectors.Use
	for _, c := range all {
		out = append(out, connectors.Use{Collection: c, Reads: c.Key, Verbs: Connector{}.Describe().Verbs, Method: methodMove})
	}
	return out
}

// forget has the schema read anew, as it is in two seconds.
func forget(s connectors.Store) { s.(*store).catalog.Forget() }

func block(v connectors.Verb, mark string, ids ...any) connectors.Treatment {
	return connectors.Treatment{Verb: v, On: by(coll("m", "id"), "id", ids...), Method: methodMove, Mark: mark}
}

// rows is every row of the table as the administrator sees it, text by text.
func (h *house) rows() string {
	h.Helper()
	var out string
	if err := h.app.QueryRow(h.Context(), "SELECT coalesce(string_agg(m::text, ' ' ORDER BY id), '') FROM m").Scan(&out); err != nil {
		h.Fatal(err)
	}
	return out
}

func TestRestrictedRowsAreOutOfReachAndComeBackAsTheyWere(t *testing.T) {
	h := restricting(t)
	before := h.rows()
	h.changes([]int64{2}, block(connectors.Block, "R-1", int64(1), int64(2)))
	if left := h.rows(); strings.Contains(left, "Anna") || strings.Contains(left, "C-1") || strings.Contains(left, "Jan") || !strings.Contains(left, "Ewa") {
		t.Errorf("left in the table: %s", left)
	}
	h.says("SELECT string_agg(id::text, ',' ORDER BY id) FROM m", "1,3") // the first is referred to, and stays as a shell
	h.says("SELECT count(*)::text FROM audit", "0")
	if r, w, err := h.store.(connectors.Prober).Probe(t.Context(), by(coll("m", "id"), "id", int64(1), int64(2), int64(3))); r != 1 || w != 1 || err != nil {
		t.Errorf("an ordinary account reads %d and changes %d, %v", r, w, err)
	}
	app, err := pgx.Connect(t.Context(), h.Ordinary)
	if err != nil {
		t.Fatal(err)
	}
	defer app.Close(context.Background())
	for _, c := range []struct {
		as   *pgx.Conn
		text string
	}{
		{app, "UPDATE m SET points = 1 WHERE id = 1"}, {app, "DELETE FROM m WHERE id = 1"}, {app, "INSERT INTO m (id, no, points, town) VALUES (2, 'C-9', 1, 1)"}, {app, "UPDATE m SET id = 2 WHERE id = 3"},
		{app, "TRUNCATE m CASCADE"}, {app, "SELECT * FROM dossier.marks"}, {app, `SELECT * FROM dossier."held_public.m"`},
		{h.app, "UPDATE m SET points = 1 WHERE id = 1"}, {h.app, "TRUNCATE m CASCADE"}, // nor may the owner
	} {
		var e *pgconn.PgError
		if _, err := c.as.Exec(t.Context(), c.text); !errors.As(err, &e) || e.Code != privilege {
			t.Errorf("%s: %v", c.text, err)
		}
	}
	h.changes([]int64{1}, block(connectors.Block, "R-2", int64(1)))
	h.changes([]int64{2}, block(connectors.Release, "R-1", int64(1), int64(2)))
	h.says("SELECT coalesce(name, '-') FROM m WHERE id = 1", "-") // R-2 still holds it
	h.changes([]int64{1}, block(connectors.Release, "R-2", int64(1)))
	if after := h.rows(); after != before {
		t.Errorf("after the lift\n%s\nbefore\n%s", after, before)
	}
	h.says("SELECT (SELECT count(*) FROM audit) || ' ' || (SELECT count(*) FROM dossier.marks) || ' ' || (SELECT count(*) FROM kid)", "0 0 1")
}

// TestALiftThatCannotBeExactChangesNothing: what somebody did to a shell, or to what the row refers to, a person has to look at.
func TestALiftThatCannotBeExactChangesNothing(t *testing.T) {
	h := restricting(t)
	h.run("INSERT INTO town VALUES (2); UPDATE m SET town = 2 WHERE id = 2; DELETE FROM audit")
	h.changes([]int64{2}, block(connectors.Block, "R-1", int64(1), int64(2)))
	for _, meddled := range []struct {
		id         any
		do, settle string
	}{
		{int64(1), "SET session_replication_role = replica; UPDATE m SET points = 3 WHERE id = 1; SET session_replication_role = origin",
			"SET session_replication_role = replica; UPDATE m SET points = 0 WHERE id = 1; SET session_replication_role = origin"},
		{int64(2), "SET session_replication_role = replica; INSERT INTO m (id, no, points, town) VALUES (2, 'C-9', 1, 1); SET session_replication_role = origin",
			"SET session_replication_role = replica; DELETE FROM m WHERE id = 2; SET session_replication_role = origin"},
		{int64(2), "DELETE FROM town WHERE id = 2", "INSERT INTO town VALUES (2)"},
	} {
		h.run(meddled.do)
		before := h.rows()
		if _, err := h.apply(block(connectors.Release, "R-1", meddled.id)); !errors.Is(err, connectors.ErrConflict) {
			t.Errorf("%s: %v", meddled.do, err)
		}
		if h.rows() != before {
			t.Errorf("%s: a lift that was refused changed rows", meddled.do)
		}
		h.run(meddled.settle)
	}
	h.changes([]int64{2}, block(connectors.Release, "R-1", int64(1), int64(2)))
	h.says("SELECT string_agg(name, ',' ORDER BY id) FROM m", "Anna,Jan,Ewa")
}

func TestRestrictedRowsAreErasedWithWhatStandsForThem(t *testing.T) {
	h := restricting(t)
	h.changes([]int64{2}, block(connectors.Block, "R-1", int64(1), int64(2)))
	h.changes([]int64{3}, del(by(coll("m", "id"), "no", "C-1", "C-2", "C-3")))
	h.says(`SELECT (SELECT count(*) FROM m) || ' ' || (SELECT count(*) FROM dossier.marks) || ' ' || (SELECT count(*) FROM dossier."held_public.m") || ' ' || (SELECT count(*) FROM kid)`, "0 0 0 0")
}

// TestPathsOverRestrictedRows: a repetition finds rows wherever they stand.
func TestPathsOverRestrictedRows(t *testing.T) {
	h := restricting(t)
	h.run("CREATE TABLE tree (id int PRIMARY KEY, up int); INSERT INTO tree SELECT g, g - 1 FROM generate_series(1, 6) AS g")
	tree := coll("tree", "id")
	for _, ask := range []func(context.Context, []connectors.Use) ([]string, error){h.store.(connectors.Granter).Grants, h.store.(connectors.Installer).Install} {
		texts, err := ask(t.Context(), uses(tree))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			h.run(text)
		}
	}
	forget(h.store)
	hold := connectors.Treatment{Verb: connectors.Block, On: by(tree, "id", int64(2), int64(3), int64(5)), Method: methodMove, Mark: "R-1"}
	h.changes([]int64{3}, hold)
	m := connectors.Match{Fields: []string{"id"}, Values: []connectors.Tuple{{Values: []any{int64(1)}}, {Person: 1, Values: []any{int64(4)}}},
		Via: []connectors.Hop{{Collection: tree, From: []string{"id"}, To: []string{"up"}, Repeat: true}}}
	sel := connectors.Selection{Collection: tree, Any: []connectors.Match{m}, Fields: []string{"id"}}
	tallies, err := h.store.(connectors.Counter).Count(t.Context(), []connectors.Selection{sel})
	if err != nil || tallies[0].Total != 6 || tallies[0].ByPerson[0] != 6 || tallies[0].ByPerson[1] != 3 {
		t.Errorf("%+v %v", tallies, err)
	}
	if got := h.located(sel); len(got) != 9 {
		t.Errorf("%v", got)
	}
	h.changes([]int64{6}, del(sel))
}
