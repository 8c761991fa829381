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
