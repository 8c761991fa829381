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
	h := newHouse(t, watched)
	h.Store = h.open(h.Bare, "")
	m, kid := coll("m", "id"), coll("kid", "id")
	if _, err := h.Apply(move(connectors.Block, "R-1", m, int64(1))); err == nil {
		t.Error("rows are restricted before anything is granted or installed")
	}
	h.Install(uses(m, kid))
	h.Run("DO $$ BEGIN EXECUTE format('GRANT INSERT ON audit TO %I', current_database() || '_bare'); END $$") // triggers write as whoever changes the row
	return h
}

func block(v connectors.Verb, mark string, ids ...any) connectors.Treatment {
	return move(v, mark, coll("m", "id"), ids...)
}

// rows is every row of the table as the administrator sees it, text by text.
func (h *house) rows() string {
	h.Helper()
	return h.Read("SELECT string_agg(m::text, ' ' ORDER BY id) FROM m")
}

func TestRestrictedRowsAreOutOfReachAndComeBackAsTheyWere(t *testing.T) {
	h := restricting(t)
	before := h.rows()
	h.Changes([]int64{2}, block(connectors.Block, "R-1", int64(1), int64(2)))
	if left := h.rows(); strings.Contains(left, "Anna") || strings.Contains(left, "C-1") || strings.Contains(left, "Jan") || !strings.Contains(left, "Ewa") {
		t.Errorf("left in the table: %s", left)
	}
	h.Says("SELECT string_agg(id::text, ',' ORDER BY id) FROM m", "1,3") // the first is referred to, and stays as a shell
	h.Says("SELECT count(*)::text FROM audit", "0")
	if r, w, err := h.Store.(connectors.Prober).Probe(t.Context(), by(coll("m", "id"), "id", int64(1), int64(2), int64(3))); r != 1 || w != 1 || err != nil {
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
	h.Changes([]int64{1}, block(connectors.Block, "R-2", int64(1)))
	h.Changes([]int64{2}, block(connectors.Release, "R-1", int64(1), int64(2)))
	h.Says("SELECT coalesce(name, '-') FROM m WHERE id = 1", "-") // R-2 still holds it
	h.Changes([]int64{1}, block(connectors.Release, "R-2", int64(1)))
	if after := h.rows(); after != before {
		t.Errorf("after the lift\n%s\nbefore\n%s", after, before)
	}
	h.Says("SELECT (SELECT count(*) FROM audit) || ' ' || (SELECT count(*) FROM dossier.marks) || ' ' || (SELECT count(*) FROM kid)", "0 0 1")
}

// TestALiftThatCannotBeExactChangesNothing: what somebody did to a shell, or to what the row refers to, a person has to look at.
func TestALiftThatCannotBeExactChangesNothing(t *testing.T) {
	h := restricting(t)
	h.Run("INSERT INTO town VALUES (2); UPDATE m SET town = 2 WHERE id = 2; DELETE FROM audit")
	h.Changes([]int64{2}, block(connectors.Block, "R-1", int64(1), int64(2)))
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
		h.Run(meddled.do)
		before := h.rows()
		if _, err := h.Apply(block(connectors.Release, "R-1", meddled.id)); !errors.Is(err, connectors.ErrConflict) {
			t.Errorf("%s: %v", meddled.do, err)
		}
		if h.rows() != before {
			t.Errorf("%s: a lift that was refused changed rows", meddled.do)
		}
		h.Run(meddled.settle)
	}
	h.Changes([]int64{2}, block(connectors.Release, "R-1", int64(1), int64(2)))
	h.Says("SELECT string_agg(name, ',' ORDER BY id) FROM m", "Anna,Jan,Ewa")
}

func TestRestrictedRowsAreErasedWithWhatStandsForThem(t *testing.T) {
	h := restricting(t)
	h.Changes([]int64{2}, block(connectors.Block, "R-1", int64(1), int64(2)))
	h.Changes([]int64{3}, del(by(coll("m", "id"), "no", "C-1", "C-2", "C-3")))
	h.Says(`SELECT (SELECT count(*) FROM m) || ' ' || (SELECT count(*) FROM dossier.marks) || ' ' || (SELECT count(*) FROM dossier."held_public.m") || ' ' || (SELECT count(*) FROM kid)`, "0 0 0 0")
}

// TestPathsOverRestrictedRows: a repetition finds rows wherever they stand.
func TestPathsOverRestrictedRows(t *testing.T) {
	h := restricting(t)
	h.Run("CREATE TABLE tree (id int PRIMARY KEY, up int); INSERT INTO tree SELECT g, g - 1 FROM generate_series(1, 6) AS g")
	tree := coll("tree", "id")
	h.Install(uses(tree))
	h.Changes([]int64{3}, move(connectors.Block, "R-1", tree, int64(2), int64(3), int64(5)))
	m := connectors.Match{Fields: []string{"id"}, Values: []connectors.Tuple{{Values: []any{int64(1)}}, {Person: 1, Values: []any{int64(4)}}},
		Via: []connectors.Hop{{Collection: tree, From: []string{"id"}, To: []string{"up"}, Repeat: true}}}
	sel := connectors.Selection{Collection: tree, Any: []connectors.Match{m}, Fields: []string{"id"}}
	tallies, err := h.Store.(connectors.Counter).Count(t.Context(), []connectors.Selection{sel})
	if err != nil || tallies[0].Total != 6 || tallies[0].ByPerson[0] != 6 || tallies[0].ByPerson[1] != 3 {
		t.Errorf("%+v %v", tallies, err)
	}
	if got := h.Located(sel); len(got) != 9 {
		t.Errorf("%v", got)
	}
	h.Changes([]int64{6}, del(sel))
}
