package mysql

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/connectors"
)

// shop is a table whose rows hang on people by a key that cascades, one of which is referred to, with a view and a function that read as
// the account that made them. What is in box stands in partitions, to which no key can refer.
const shop = `CREATE TABLE people (id int PRIMARY KEY, name text); INSERT INTO people SELECT seq, concat('person ', seq) FROM seq_1_to_6;
	CREATE TABLE pay (id int PRIMARY KEY, person int NOT NULL, what varchar(40), FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE ON UPDATE CASCADE);
	INSERT INTO pay SELECT seq, seq, concat('secret ', seq) FROM seq_1_to_6; CREATE TABLE slip (id int PRIMARY KEY, pay int, FOREIGN KEY (pay) REFERENCES pay (id)); INSERT INTO slip VALUES (1, 1);
	CREATE TABLE box (id int PRIMARY KEY, what varchar(40)) PARTITION BY HASH (id) PARTITIONS 2; INSERT INTO box SELECT seq, concat('secret ', seq) FROM seq_1_to_6;
	CREATE VIEW seen AS SELECT * FROM pay; CREATE FUNCTION told() RETURNS text READS SQL DATA RETURN (SELECT group_concat(what) FROM pay)`

var pay, box = coll("pay", "id"), coll("box", "id")

// aShop is the shop, its owner, an ordinary account, and the connector with an account that owns nothing, once an administrator has
// granted and installed what it needs.
func aShop(t *testing.T) (h *house, owner, app *sql.Conn) {
	t.Helper()
	h = newHouse(t, shop)
	h.Run("GRANT EXECUTE ON FUNCTION told TO " + h.Read("SELECT DATABASE()") + "_app")
	h.Store = h.open(h.Bare)
	h.Install(uses(pay, box))
	return h, h.app, h.connect(h.Ordinary)
}

// TestTheRestrictionMatrix: a restricted row is out of reach of whoever is not the executor, whatever way he takes, while others' rows go on, and
// comes back byte for byte when the last restriction is lifted.
func TestTheRestrictionMatrix(t *testing.T) {
	t.Parallel()
	h, owner, app := aShop(t)
	const everything = "SELECT concat_ws(';', (SELECT group_concat(concat_ws('|', id, person, what) ORDER BY id) FROM pay WHERE id < 7), (SELECT group_concat(concat_ws('|', id, what) ORDER BY id) FROM box))"
	before := h.Read(everything)
	h.Changes([]int64{2, 2}, move(connectors.Block, "R-1", pay, int64(1), int64(2)), move(connectors.Block, "R-1", box, int64(1), int64(2)))
	h.Says("SELECT concat((SELECT group_concat(id ORDER BY id) FROM pay), ' ', (SELECT group_concat(id ORDER BY id) FROM box))", "1,3,4,5,6 3,4,5,6") // the first is referred to
	for _, who := range []struct {
		name string
		as   *sql.Conn
	}{{"an ordinary account", app}, {"the owner", owner}} {
		for _, from := range []string{"group_concat(what) FROM pay", "group_concat(what) FROM seen", "told()", "group_concat(what) FROM box", "group_concat(what) FROM box PARTITION (p0, p1)"} {
			var got sql.NullString
			if err := who.as.QueryRowContext(t.Context(), "SELECT "+from).Scan(&got); err != nil {
				t.Fatalf("%s: %s: %v", who.name, from, err)
			}
			if strings.Contains(got.String, "secret 1") || strings.Contains(got.String, "secret 2") || !strings.Contains(got.String, "secret 3") {
				t.Errorf("%s reads %s: %s", who.name, from, got.String)
			}
		}
		for _, text := range []string{
			"UPDATE pay SET what = 'x' WHERE id = 1", "UPDATE IGNORE pay SET what = 'x' WHERE id = 1", "UPDATE seen SET what = 'x' WHERE id = 1", "UPDATE pay SET id = 2 WHERE id = 3", "UPDATE pay, people SET pay.what = 'x' WHERE people.id = pay.person AND pay.id = 1",
			"DELETE FROM pay WHERE id IN (1, 2)", "DELETE IGNORE FROM pay WHERE id = 1", "DELETE pay FROM pay JOIN people ON people.id = pay.person WHERE pay.id = 1", "DELETE FROM seen WHERE id = 1",
			"INSERT INTO pay VALUES (2, 3, 'x')", "INSERT IGNORE INTO pay VALUES (2, 3, 'x')", "INSERT INTO box VALUES (1, 'x')", "REPLACE INTO pay VALUES (1, 1, 'x')", "REPLACE INTO pay VALUES (2, 2, 'x')",
			"INSERT INTO pay VALUES (1, 1, 'x') ON DUPLICATE KEY UPDATE what = 'x'", "INSERT INTO pay VALUES (3, 3, 'x') ON DUPLICATE KEY UPDATE id = 2",
			"DELETE FROM people WHERE id = 1", "DELETE FROM people WHERE id = 2", "UPDATE people SET id = 9 WHERE id = 2", "DELETE FROM people", "REPLACE INTO people VALUES (1, 'x')",
			"TRUNCATE pay", "LOAD DATA LOCAL INFILE 'Reader::pay' INTO TABLE pay", "LOAD DATA LOCAL INFILE 'Reader::pay' REPLACE INTO TABLE pay", "LOAD DATA LOCAL INFILE 'Reader::pay' IGNORE INTO TABLE pay",
		} {
			h.refused(who.name, who.as, text)
		}
	}
	h.refused("the owner", owner, "DROP TABLE pay")
	if r, w, err := h.Store.(connectors.Prober).Probe(t.Context(), by(pay, "id", int64(1), int64(2), int64(3))); r != 1 || w != 1 || err != nil {
		t.Errorf("an ordinary account reads %d of three and changes %d, %v", r, w, err)
	}
	if got := h.Located(by(pay, "id", int64(1), int64(2))); len(got) != 2 {
		t.Errorf("the executor finds %v", got)
	}
	for _, text := range []string{"UPDATE pay SET what = 'changed' WHERE id = 3", "UPDATE pay SET what = 'secret 3' WHERE id = 3", "UPDATE people SET name = 'x' WHERE id = 1", "INSERT INTO people VALUES (7, 'later')",
		"INSERT INTO pay VALUES (7, 7, 'later')", "INSERT INTO pay VALUES (8, 7, 'gone')", "DELETE FROM pay WHERE id = 8"} {
		if done, err := app.ExecContext(t.Context(), text); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if n, err := done.RowsAffected(); n != 1 || err != nil {
			t.Errorf("%s: %d rows, %v", text, n, err)
		}
	}
	h.Changes([]int64{1}, move(connectors.Block, "R-1", pay, int64(7))) // a row that came later
	h.Says("SELECT count(*) FROM pay WHERE id = 7", "0")
	h.Changes([]int64{1}, move(connectors.Block, "R-2", pay, int64(1)))
	h.Changes([]int64{3, 2}, move(connectors.Release, "R-1", pay, int64(1), int64(2), int64(7)), move(connectors.Release, "R-1", box, int64(1), int64(2)))
	h.Says("SELECT group_concat(what ORDER BY id) FROM pay", "secret 2,secret 3,secret 4,secret 5,secret 6,later") // while one restriction is left
	h.Changes([]int64{1}, move(connectors.Release, "R-2", pay, int64(1)))
	h.Changes([]int64{0}, move(connectors.Release, "R-2", pay, int64(1)))
	if after := h.Read(everything); after != before {
		t.Errorf("after the lift\n%s\nbefore\n%s", after, before)
	}
	h.Says("SELECT count(*) FROM people", "7")
}

// refused wants a statement to be refused, and to change nothing.
func (h *house) refused(who string, as *sql.Conn, text string) {
	h.Helper()
	const all = "SELECT concat_ws(';', (SELECT group_concat(concat_ws('|', id, person, what) ORDER BY id) FROM pay), (SELECT group_concat(concat_ws('|', id, what) ORDER BY id) FROM box), (SELECT count(*) FROM people))"
	mysql.RegisterReaderHandler("pay", func() io.Reader { return strings.NewReader("1\t1\tx\n2\t2\tx\n") })
	before := h.Read(all)
	_, err := as.ExecContext(h.Context(), text)
	var e *mysql.MySQLError
	if !errors.As(err, &e) || e.Number != signalled && e.Number != 1701 && e.Number != parentRow && e.Number != 1217 {
		h.Errorf("%s: %s: %v", who, text, err)
	}
	if after := h.Read(all); after != before {
		h.Errorf("%s: %s changed something:\n%s\n%s", who, text, before, after)
	}
}

// TestAPartitionedTableIsEmptied: no key can refer to it, so that nothing keeps TRUNCATE off; nor are there shells it could take.
func TestAPartitionedTableIsEmptied(t *testing.T) {
	t.Parallel()
	h, owner, _ := aShop(t)
	h.Changes([]int64{2}, move(connectors.Block, "R-1", box, int64(1), int64(2)))
	for _, text := range []string{"ALTER TABLE box TRUNCATE PARTITION p0", "TRUNCATE box"} {
		if _, err := owner.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	h.Changes([]int64{2}, move(connectors.Release, "R-1", box, int64(1), int64(2)))
	h.Says("SELECT group_concat(what ORDER BY id) FROM box", "secret 1,secret 2")
	undo, err := h.Store.(connectors.Installer).Uninstall(t.Context(), uses(pay, box))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range undo {
		h.Run(text)
	}
	h.Says("SELECT (SELECT count(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()) + (SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '"+h.own()+"' AND TABLE_NAME NOT IN ('marks', 'refusals'))", "0")
}

// TestDumpsAreWhole: as many rows are dumped after the installation as before; while rows are restricted they are in the executor's database.
func TestDumpsAreWhole(t *testing.T) {
	t.Parallel()
	plain := newHouse(t, shop)
	before := plain.dumped(plain.URL, plain.Read("SELECT DATABASE()"))
	if before != 6+6+1+6 {
		t.Fatalf("%d rows before", before)
	}
	h, _, _ := aShop(t)
	name, own := h.Read("SELECT DATABASE()"), h.own()
	if n := h.dumped(h.URL, name); n != before {
		t.Errorf("%d rows after the installation, want %d", n, before)
	}
	if n := h.dumped(h.Ordinary, name); n != before {
		t.Errorf("an ordinary account dumps %d rows after the installation, want %d", n, before)
	}
	h.Changes([]int64{2, 2}, move(connectors.Block, "R-1", pay, int64(1), int64(2)), move(connectors.Block, "R-1", box, int64(1), int64(2)))
	if n := h.dumped(h.URL, name); n != before-3 { // three are held whole, of one a shell is left
		t.Errorf("%d rows while four are restricted, want %d", n, before-3)
	}
	if n := h.dumped(h.URL, own, "--ignore-table="+own+".marks"); n != 4 {
		t.Errorf("%d rows are held, want 4", n)
	}
	for _, text := range []string{h.dump(h.Ordinary, name), h.dump(h.URL, name)} {
		if strings.Contains(text, "secret 1") || !strings.Contains(text, "secret 3") {
			t.Error("a dump of the application's tables has what is restricted, or not the others")
		}
	}
}

// dumped is how many rows a dump of a database has.
func (h *house) dumped(as, name string, options ...string) int {
	h.Helper()
	return strings.Count(h.dump(as, name, options...), "\nINSERT INTO ")
}

// dump is a dump of the rows of a database by an account.
func (h *house) dump(as, name string, options ...string) string {
	h.Helper()
	u, err := url.Parse(as)
	if err != nil {
		h.Fatal(err)
	}
	password, _ := u.User.Password()
	args := append([]string{"--no-defaults", "--host=" + u.Hostname(), "--port=" + u.Port(), "--user=" + u.User.Username(), "--no-create-info", "--skip-triggers", "--skip-extended-insert", "--single-transaction", "--skip-lock-tables"}, options...)
	c := exec.CommandContext(context.WithoutCancel(h.Context()), "mariadb-dump", append(args, name)...)
	c.Env = append(c.Environ(), "MYSQL_PWD="+password)
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		h.Fatalf("%v: %s", err, said.String())
	}
	return string(out)
}
