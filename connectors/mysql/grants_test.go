package mysql

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/tables"
)

// granted is a database with what a right may ask of it.
const granted = `CREATE TABLE towns (id int PRIMARY KEY, name varchar(20) UNIQUE);
	CREATE TABLE members (id int PRIMARY KEY, no varchar(20) UNIQUE, name text, email varchar(50), secret text, town int, held_at timestamp NULL, visits int, FOREIGN KEY (town) REFERENCES towns (id));
	CREATE TABLE visits (id int PRIMARY KEY, member int, day date, FOREIGN KEY (member) REFERENCES members (id) ON DELETE CASCADE); CREATE TABLE log (id int PRIMARY KEY, member int, note text, KEY (member));
	INSERT INTO towns VALUES (1, 'Lipce'); INSERT INTO members SELECT seq, concat('C-', seq), 'name', 'e@x', 's', 1, NULL, 1 FROM seq_1_to_60;
	INSERT INTO visits SELECT seq, seq, '2020-01-01' FROM seq_1_to_60; INSERT INTO log SELECT seq, seq, 'n' FROM seq_1_to_60;`

// TestGrantsAreEnoughAndNoneIsTooMuch: an account that has exactly what is printed for a right, and what is installed by an administrator, carries it out; with
// one of them less it fails, and says which.
func TestGrantsAreEnoughAndNoneIsTooMuch(t *testing.T) {
	for _, r := range tables.Rights(func(table string) string { return table }, methodMove) {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, granted)
			h.App = application{h.connect(h.Admin)}
			s := h.open(h.Bare)
			h.Forget = func() { forget(s) }
			h.Suffices(r, s, func() {
				bare := h.Read("SELECT concat(database(), '_bare')")
				if r.Name != "access" { // that the account is let in, it is by its other rights now
					h.Run("REVOKE REFERENCES ON " + h.Read("SELECT database()") + ".* FROM " + bare)
				}
				secret := h.Read("SELECT count(*) FROM mysql.columns_priv WHERE Db = database() AND User = '" + bare + "' AND Column_name = 'secret'")
				whole := h.Read("SELECT count(*) FROM mysql.tables_priv WHERE Db = database() AND User = '" + bare + "' AND Table_name = 'members' AND Table_priv LIKE '%Select%'")
				if secret != "0" || (whole == "0") == strings.HasPrefix(r.Name, "restriction") {
					t.Errorf("%s grants of secret, %s of all columns", secret, whole)
				}
			})
		})
	}
}

// TestWhoIsToldNothingIsToldSo: an account that has no right on a table is not told that there is one.
func TestWhoIsToldNothingIsToldSo(t *testing.T) {
	h := newHouse(t, granted)
	h.App = application{h.connect(h.Admin)}
	h.Run("GRANT SELECT ON towns TO " + h.Read("SELECT concat(database(), '_bare')") + "; REVOKE REFERENCES ON " + h.Read("SELECT database()") + ".* FROM " + h.Read("SELECT concat(database(), '_bare')"))
	_, err := h.open(h.Bare).(connectors.Counter).Count(t.Context(), []connectors.Selection{by(coll("members", "id"), "id", int64(1))})
	if err == nil || !strings.Contains(err.Error(), "no right on it") {
		t.Errorf("%v", err)
	}
}

// TestGrantsOfRowsInACircle: to delete them takes that references can be emptied, and no more than that.
func TestGrantsOfRowsInACircle(t *testing.T) {
	h := newHouse(t, `CREATE TABLE a (id int PRIMARY KEY, name text, b_id int); CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL, up int, FOREIGN KEY (a_id) REFERENCES a (id), FOREIGN KEY (up) REFERENCES b (id));
		ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id); INSERT INTO a VALUES (1, 'A', NULL); INSERT INTO b VALUES (1, 1, 1); UPDATE a SET b_id = 1`)
	h.App = application{h.connect(h.Admin)}
	s := h.open(h.Bare)
	var uses []connectors.Use
	for _, name := range []string{"a", "b"} {
		uses = append(uses, connectors.Use{Collection: coll(name, "id"), Reads: []string{"id"}, Verbs: []connectors.Verb{connectors.Delete}})
	}
	grants, err := s.(connectors.Granter).Grants(t.Context(), uses)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range grants {
		h.Run(text)
	}
	forget(s)
	h.Store = s
	h.Changes([]int64{1, 1}, del(by(coll("a", "id"), "id", int64(1))), del(by(coll("b", "id"), "id", int64(1))))
	bare := h.Read("SELECT concat(database(), '_bare')")
	h.Says("SELECT group_concat(Table_name, '.', Column_name ORDER BY Table_name, Column_name) FROM mysql.columns_priv WHERE Db = database() AND User = '"+bare+"' AND Column_priv LIKE '%Update%'", "a.b_id,b.up")
}
