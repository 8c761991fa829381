package mysql

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/connectors"
)

// watched is a table whose rows others refer to, with triggers that note down what is done to it and when it was changed last unless they are
// told of a move, a key no two rows share, columns that may not be NULL, one the database computes, and parents two levels above by keys
// that cascade.
const watched = `CREATE TABLE land (id int PRIMARY KEY); CREATE TABLE town (id int PRIMARY KEY, land int NOT NULL, FOREIGN KEY (land) REFERENCES land (id) ON DELETE CASCADE ON UPDATE CASCADE);
	INSERT INTO land VALUES (1), (2); INSERT INTO town VALUES (1, 1), (2, 2);
	CREATE TABLE m (id int PRIMARY KEY AUTO_INCREMENT, no varchar(20) NOT NULL UNIQUE, name text, points int NOT NULL, born date NOT NULL, changed timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
		seen timestamp(3) NULL DEFAULT NULL, shout varchar(50) AS (upper(name)) STORED, town int NOT NULL, FOREIGN KEY (town) REFERENCES town (id) ON DELETE CASCADE ON UPDATE CASCADE);
	CREATE TABLE kid (id int PRIMARY KEY, m_id int, FOREIGN KEY (m_id) REFERENCES m (id) ON DELETE CASCADE); CREATE TABLE audit (name text);
	CREATE TRIGGER note_u AFTER UPDATE ON m FOR EACH ROW IF @dossier_moving IS NULL THEN INSERT INTO audit VALUES (OLD.name); END IF;
	CREATE TRIGGER note_d AFTER DELETE ON m FOR EACH ROW IF @dossier_moving IS NULL THEN INSERT INTO audit VALUES (OLD.name); END IF;
	SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';
	INSERT INTO m (id, no, name, points, born, changed, town) VALUES (0, 'C-0', 'Zero', 6, '0000-00-00', '2001-02-03 04:05:06', 1), (1, 'C-1', 'Anna', 7, '1970-02-31', '2001-02-03 04:05:06', 1), (2, 'C-2', 'Jan', 8, '1980-01-02', '2001-02-03 04:05:06', 1),
		(3, 'C-3', 'Ewa', 9, '1990-01-02', '2001-02-03 04:05:06', 1); INSERT INTO kid VALUES (1, 1)`

// restricting is a house whose connector comes as an account that owns nothing, after its administrator ran what is to be run.
func restricting(t *testing.T) *house {
	h := newHouse(t, watched)
	h.Store = h.open(h.Bare)
	m, kid := coll("m", "id"), coll("kid", "id")
	if _, err := h.Apply(move(connectors.Block, "R-1", m, int64(1))); err == nil {
		t.Error("rows are restricted before anything is granted or installed")
	}
	for _, text := range h.Install(uses(m, kid)) {
		if strings.Contains(text, ";") {
			t.Errorf("a client would cut this at its semicolon: %s", text)
		}
	}
	return h
}

func block(v connectors.Verb, mark string, ids ...any) connectors.Treatment {
	return move(v, mark, coll("m", "id"), ids...)
}

// rows is every row of the table as the administrator sees it, text by text.
func (h *house) rows() string {
	h.Helper()
	return h.Read("SELECT group_concat(concat_ws('|', id, no, coalesce(name, '-'), points, born, changed, coalesce(seen, '-'), coalesce(shout, '-'), town) ORDER BY id SEPARATOR ' ') FROM m")
}

// own is the executor's database.
func (h *house) own() string { return "dossier_" + h.Read("SELECT DATABASE()") }

func TestRestrictedRowsAreOutOfReachAndComeBackAsTheyWere(t *testing.T) {
	h := restricting(t)
	before := h.rows()
	h.Changes([]int64{3}, block(connectors.Block, "R-1", int64(0), int64(1), int64(2)))
	if left := h.rows(); strings.Contains(left, "Anna") || strings.Contains(left, "C-1") || strings.Contains(left, "Jan") || !strings.Contains(left, "Ewa") {
		t.Errorf("left in the table: %s", left)
	}
	h.Says("SELECT group_concat(id ORDER BY id) FROM m", "1,3") // the first is referred to, and stays as a shell
	h.Says("SELECT count(*) FROM audit", "0")
	if r, w, err := h.Store.(connectors.Prober).Probe(t.Context(), by(coll("m", "id"), "id", int64(1), int64(2), int64(3))); r != 1 || w != 1 || err != nil {
		t.Errorf("an ordinary account reads %d and changes %d, %v", r, w, err)
	}
	app := h.connect(h.Ordinary)
	for _, c := range []struct {
		as     *sql.Conn
		text   string
		number uint16
	}{
		{app, "UPDATE m SET points = 1 WHERE id = 1", signalled}, {app, "DELETE FROM m WHERE id = 1", signalled}, {app, "INSERT INTO m (id, no, points, born, town) VALUES (2, 'C-9', 1, '2000-01-01', 1)", signalled},
		{app, "REPLACE INTO m (id, no, points, born, town) VALUES (2, 'C-9', 1, '2000-01-01', 1)", signalled}, {app, "INSERT INTO m (id, no, points, born, town) VALUES (1, 'C-9', 1, '2000-01-01', 1) ON DUPLICATE KEY UPDATE points = 1", signalled},
		{app, "UPDATE m SET id = 2 WHERE id = 3", signalled}, {app, "TRUNCATE m", 1701}, {app, "DELETE FROM town WHERE id = 1", signalled}, {app, "UPDATE town SET id = 9 WHERE id = 1", signalled},
		{app, "DELETE FROM land WHERE id = 1", signalled}, {app, "SELECT * FROM " + h.own() + ".marks", 1142},
		{h.app, "UPDATE m SET points = 1 WHERE id = 1", signalled}, {h.app, "TRUNCATE m", 1701}, // nor may the owner
	} {
		var e *mysql.MySQLError
		if _, err := c.as.ExecContext(t.Context(), c.text); !errors.As(err, &e) || e.Number != c.number {
			t.Errorf("%s: %v", c.text, err)
		}
	}
	if _, err := app.ExecContext(t.Context(), "UPDATE m SET points = points WHERE id = 3; DELETE FROM town WHERE id = 2; UPDATE land SET id = id"); err != nil { // what is not restricted goes on
		t.Error(err)
	}
	h.Run("DELETE FROM audit")
	h.Changes([]int64{1}, block(connectors.Block, "R-2", int64(1)))
	h.Changes([]int64{3}, block(connectors.Release, "R-1", int64(0), int64(1), int64(2)))
	h.Says("SELECT coalesce(name, '-') FROM m WHERE id = 1", "-") // R-2 still holds it
	h.Changes([]int64{1}, block(connectors.Release, "R-2", int64(1)))
	if after := h.rows(); after != before {
		t.Errorf("after the lift\n%s\nbefore\n%s", after, before)
	}
	h.Says("SELECT concat((SELECT count(*) FROM audit), ' ', (SELECT count(*) FROM "+h.own()+".marks), ' ', (SELECT count(*) FROM kid))", "0 0 1")
}

// TestALiftThatCannotBeExactChangesNothing: what somebody did to a shell, or to what the row refers to, a person has to look at.
func TestALiftThatCannotBeExactChangesNothing(t *testing.T) {
	h := restricting(t)
	h.Run("UPDATE m SET town = 2 WHERE id = 2; DELETE FROM audit")
	h.Changes([]int64{2}, block(connectors.Block, "R-1", int64(1), int64(2)))
	name := h.Read("SELECT DATABASE()")
	h.Run("DROP TRIGGER dossier_update_m; DROP TRIGGER dossier_insert_m; DROP TRIGGER dossier_delete_m; DROP TRIGGER dossier_delete_town_for_m") // whoever means to can
	for _, meddled := range []struct {
		id         any
		do, settle string
	}{
		{int64(1), "UPDATE m SET points = 3 WHERE id = 1", "UPDATE m SET points = 0 WHERE id = 1"},
		{int64(2), "INSERT INTO m (id, no, points, born, town) VALUES (2, 'C-9', 1, '2000-01-01', 1)", "DELETE FROM m WHERE id = 2"},
		{int64(2), "DELETE FROM town WHERE id = 2", "INSERT INTO town VALUES (2, 2)"},
	} {
		if meddled.id == int64(1) {
			meddled.settle += "; UPDATE m SET changed = '" + h.Read("SELECT changed FROM m WHERE id = 1") + "' WHERE id = 1"
		}
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
	h.Says("SELECT group_concat(name ORDER BY id) FROM "+name+".m", "Zero,Anna,Jan,Ewa")
}

// TestTriggersThatWouldTell: rows are not moved past a trigger that does not heed it.
func TestTriggersThatWouldTell(t *testing.T) {
	h := restricting(t)
	h.Run("CREATE TRIGGER loud AFTER DELETE ON m FOR EACH ROW INSERT INTO audit VALUES (OLD.name)")
	before := h.rows()
	if _, err := h.Apply(block(connectors.Block, "R-1", int64(2))); !errors.Is(err, connectors.ErrConflict) || !strings.Contains(err.Error(), "loud") {
		t.Errorf("%v", err)
	}
	if h.rows() != before {
		t.Error("a refusal changed rows")
	}
}

func TestRestrictedRowsAreErasedWithWhatStandsForThem(t *testing.T) {
	h := restricting(t)
	h.Changes([]int64{2}, block(connectors.Block, "R-1", int64(1), int64(2)))
	if _, err := h.Store.(connectors.Installer).Uninstall(t.Context(), uses(coll("m", "id"))); err == nil {
		t.Error("what holds rows can be taken away")
	}
	h.Changes([]int64{4}, del(by(coll("m", "id"), "no", "C-0", "C-1", "C-2", "C-3")))
	h.Says("SELECT concat((SELECT count(*) FROM m), ' ', (SELECT count(*) FROM "+h.own()+".marks), ' ', (SELECT count(*) FROM "+h.own()+".`held_"+h.Read("SELECT DATABASE()")+".m`), ' ', (SELECT count(*) FROM kid))", "0 0 0 0")
	away, err := h.Store.(connectors.Installer).Uninstall(t.Context(), uses(coll("m", "id")))
	if err != nil || len(away) == 0 {
		t.Fatal(away, err)
	}
	for _, text := range away {
		h.Run(text)
	}
	h.Says("SELECT count(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME LIKE 'dossier%\\_m'", "0")
	h.Run("SET foreign_key_checks = 0; TRUNCATE m; SET foreign_key_checks = 1")
}

// TestPathsOverRestrictedRows: a repetition finds rows wherever they stand.
func TestPathsOverRestrictedRows(t *testing.T) {
	h := restricting(t)
	h.Run("CREATE TABLE tree (id int PRIMARY KEY, up int); INSERT INTO tree SELECT seq, seq - 1 FROM seq_1_to_6")
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
