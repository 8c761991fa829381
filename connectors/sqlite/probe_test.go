package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// fortyRows is forty rows of one table; the first ten are referred to, so that they stay as shells.
const fortyRows = `CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT NOT NULL); CREATE TABLE c (p INTEGER REFERENCES p(id));
	WITH RECURSIVE i(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM i WHERE x < 40) INSERT INTO p SELECT x, 'name ' || x FROM i;
	INSERT INTO c SELECT id FROM p WHERE id <= 10;`

var everybody = connectors.Selection{Collection: coll("p", "id"), All: true}

func probes(t *testing.T, s *store, what string, readable, writable int64) {
	t.Helper()
	r, w, err := s.Probe(t.Context(), everybody)
	if err != nil || r != readable || w != writable {
		t.Errorf("%s: %d readable, %d writable, %v; want %d and %d", what, r, w, err, readable, writable)
	}
}

// TestProbeCountsEachRowThatIsRefused: a statement about many rows is refused for one of them, and the others are told apart still.
func TestProbeCountsEachRowThatIsRefused(t *testing.T) {
	path, db := newFile(t, fortyRows)
	s := opened(t, path)
	probes(t, s, "free", 40, 40)
	run(t, db, "CREATE TRIGGER some BEFORE UPDATE ON p WHEN old.id % 7 = 0 BEGIN SELECT RAISE(ABORT, 'no'); END")
	probes(t, s, "five are guarded by the application", 40, 35)
	run(t, db, "DROP TRIGGER some; CREATE TRIGGER some BEFORE UPDATE ON p WHEN old.id % 7 = 0 BEGIN SELECT RAISE(IGNORE); END")
	probes(t, s, "five are passed over", 40, 35)
	run(t, db, "DROP TRIGGER some")
	hold(t, s, everybody)
	probes(t, s, "held", 0, 0)
	same(t, "the table after", count(t, db, "SELECT count(*) FROM p WHERE n = ''"), 10)
}

// TestProbeSeesOneGuardThatIsGone: guards that hold back all shells but a few are found out, as many as they are.
func TestProbeSeesOneGuardThatIsGone(t *testing.T) {
	path, db := newFile(t, fortyRows)
	s := opened(t, path)
	hold(t, s, everybody)
	var text string
	if err := db.QueryRow("SELECT sql FROM sqlite_schema WHERE name = 'dossier_guard_p_update'").Scan(&text); err != nil {
		t.Fatal(err)
	}
	run(t, db, "DROP TRIGGER dossier_guard_p_update; "+strings.Replace(text, " WHEN ", " WHEN OLD.id NOT IN (3, 9) AND ", 1))
	probes(t, s, "two shells can be changed", 0, 2)
	run(t, db, "UPDATE p SET n = 'name 3' WHERE id = 3")
	probes(t, s, "one shell tells what it stood for", 1, 2)
}

// TestProbeFollowsThePath: where another file has taken the place of the one that was opened, that is the one applications see.
func TestProbeFollowsThePath(t *testing.T) {
	path, db := newFile(t, fortyRows)
	s := opened(t, path)
	hold(t, s, everybody)
	probes(t, s, "held", 0, 0)
	var o outside
	defer o.close()
	here := place{file: path}
	names := func() (n int) {
		t.Helper()
		err := o.use(t.Context(), here, func(c *sql.Conn) error {
			return c.QueryRowContext(t.Context(), "SELECT count(*) FROM p WHERE n <> ''").Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	same(t, "held", names(), 0)
	restored := path + ".restored"
	if err := os.WriteFile(restored, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	app(t, restored, fortyRows).Close()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if err := os.Rename(restored, path); err != nil {
		t.Fatal(err)
	}
	same(t, "put in its place", names(), 40)
}

// TestProbeReadsNoTableFromEndToEnd, whatever it is that is tried.
func TestProbeReadsNoTableFromEndToEnd(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	hold(t, s, anna, annasPart, leaseOne)
	run(t, db, "INSERT INTO members (id, name) VALUES (77, 'free')")
	for name, at := range map[string][]any{"members": {int64(1), int64(77)}, "parties": {"L-1", int64(1)}, "leases": {"L-1"}} {
		err := s.reading(context.Background(), func(v *view) error {
			tab, err := v.table(coll(name))
			if err != nil {
				return err
			}
			for _, arm := range tab.Arms {
				tr := trial{shelf: shelf{tab, arm}, ctx: v.ctx, conn: v.conn}
				id := at[:len(arm.Identity)]
				for _, write := range []func([]target) (string, any, error){tr.reads, tr.updates} {
					text, arg, err := write([]target{{held: arm.Held, id: id}})
					if err != nil {
						return err
					}
					err = v.each(v.ctx, relational.Query{SQL: "EXPLAIN QUERY PLAN " + text, Args: []any{arg}}, func(row []driver.Value) error {
						if step := row[3].(string); strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "json_each") && !strings.Contains(step, openTable) {
							t.Errorf("%s, held %t: %s\n%s", name, arm.Held, step, text)
						}
						return nil
					})
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
