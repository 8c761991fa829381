package postgres

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// shop belongs to an account of its own, which makes a view and a function that reads as it. Rows of pay hang on people by a key that cascades, and stand
// in partitions.
const shop = `CREATE TABLE people (id int PRIMARY KEY, name text); INSERT INTO people SELECT g, 'person ' || g FROM generate_series(1, 6) AS g;
	CREATE TABLE pay (id int, y int, person int NOT NULL REFERENCES people ON DELETE CASCADE, what text, PRIMARY KEY (id, y)) PARTITION BY LIST (y);
	CREATE TABLE pay_1 PARTITION OF pay FOR VALUES IN (1); CREATE TABLE pay_2 PARTITION OF pay FOR VALUES IN (2);
	INSERT INTO pay SELECT g, 1 + g % 2, g, 'secret ' || g FROM generate_series(1, 6) AS g;
	CREATE VIEW seen AS SELECT * FROM pay; CREATE FUNCTION told() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT what FROM public.pay';
	GRANT SELECT ON seen TO PUBLIC;`

// aShop is the shop, whose owner is no superuser, an ordinary account, and the connector with an account that owns nothing, once an administrator has
// granted and installed what a method needs.
func aShop(t *testing.T, method string) (h *house, owner, app *pgx.Conn) {
	h = newHouse(t, shop)
	own := h.Config().Database + "_own"
	h.Run("CREATE ROLE " + own + " LOGIN PASSWORD 'own'; GRANT USAGE, CREATE ON SCHEMA public TO " + own)
	t.Cleanup(func() {
		if _, err := h.app.Exec(context.Background(), "DROP OWNED BY "+own+" CASCADE; DROP ROLE "+own); err != nil {
			t.Error(err)
		}
	})
	for _, x := range []string{"TABLE people", "TABLE pay", "TABLE pay_1", "TABLE pay_2", "VIEW seen", "FUNCTION told()"} {
		h.Run("ALTER " + x + " OWNER TO " + own)
	}
	store, err := Connector{}.Open(t.Context(), connectors.Config{settings.URL: h.Bare, settings.Ordinary: h.Ordinary})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	h.Store = store
	uses := shopUses(method)
	grants, err := store.(connectors.Granter).Grants(t.Context(), uses)
	if err != nil {
		t.Fatal(err)
	}
	install, err := store.(connectors.Installer).Install(t.Context(), uses)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append(grants, install...) {
		h.Run(text)
	}
	forget(h.Store)
	if again, err := store.(connectors.Installer).Install(t.Context(), uses); err != nil || len(again) > 0 {
		t.Errorf("installing again: %q, %v", again, err)
	}
	return h, h.as(own, "own"), h.as("", "")
}

func shopUses(method string) []connectors.Use {
	return []connectors.Use{{Collection: payments, Reads: []string{"id", "y", "person", "what"}, Verbs: []connectors.Verb{connectors.Block, connectors.Release, connectors.Delete}, Method: method}}
}

var payments = coll("pay", "id", "y")

// as connects as an account; "" is the ordinary one.
func (h *house) as(name, password string) *pgx.Conn {
	h.Helper()
	config, err := pgx.ParseConfig(h.Ordinary)
	if err != nil {
		h.Fatal(err)
	}
	if name != "" {
		config.User, config.Password = name, password
	}
	conn, err := pgx.ConnectConfig(h.Context(), config)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// Config is how the database is come to.
func (h *house) Config() *pgx.ConnConfig {
	config, err := pgx.ParseConfig(h.URL)
	if err != nil {
		h.Fatal(err)
	}
	return config
}

// whats is what an account reads by a query, as one text.
func (h *house) whats(as *pgx.Conn, query string) string {
	h.Helper()
	var out string
	if err := as.QueryRow(h.Context(), query).Scan(&out); err != nil {
		h.Fatalf("%s: %v", query, err)
	}
	return out
}

func hold(v connectors.Verb, method, mark string, ids ...any) connectors.Treatment {
	return connectors.Treatment{Verb: v, On: by(payments, "id", ids...), Method: method, Mark: mark}
}

const everything = "SELECT string_agg(pay::text, ' ' ORDER BY id) FROM pay"

// TestTheRestrictionMatrix: by either method a restricted row is out of reach of whoever is not the executor, whatever way he takes, while others' rows go
// on, and comes back byte for byte when the last restriction is lifted.
func TestTheRestrictionMatrix(t *testing.T) {
	for _, method := range []string{methodMove, methodPolicies} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			h, owner, app := aShop(t, method)
			before := h.whats(h.app, everything)
			h.Changes([]int64{2}, hold(connectors.Block, method, "R-1", int64(1), int64(2)))
			const all = "coalesce(string_agg(what, ',' ORDER BY what), '-')"
			for _, who := range []struct {
				name string
				as   *pgx.Conn
			}{{"an ordinary account", app}, {"the owner", owner}} {
				for _, from := range []string{"pay", "seen", "pay_1", "pay_2", "told() AS t(what)"} {
					if got := h.whats(who.as, "SELECT "+all+" FROM "+from); strings.Contains(got, "secret 1") || strings.Contains(got, "secret 2") {
						t.Errorf("%s reads in %s: %s", who.name, from, got)
					} else if !strings.Contains(got, "secret") {
						t.Errorf("%s reads nothing of others in %s: %s", who.name, from, got)
					}
				}
				var copied strings.Builder
				if _, err := who.as.PgConn().CopyTo(t.Context(), &copied, "COPY (SELECT * FROM pay) TO STDOUT"); err != nil || strings.Contains(copied.String(), "secret 1") {
					t.Errorf("%s copies %s, %v", who.name, copied.String(), err)
				}
				for _, text := range []string{"UPDATE pay SET what = 'x' WHERE id = 1", "DELETE FROM pay WHERE id IN (1, 2)", "UPDATE pay_1 SET what = 'x' WHERE id = 2", "DELETE FROM pay_2 WHERE id = 1"} {
					tag, err := who.as.Exec(t.Context(), text)
					if err == nil && tag.RowsAffected() > 0 {
						t.Errorf("%s: %s reached a restricted row", who.name, text)
					}
				}
				for _, text := range []string{"DELETE FROM people WHERE id = 1", "TRUNCATE pay", "TRUNCATE pay_1", "TRUNCATE people CASCADE",
					"INSERT INTO pay VALUES (1, 2, 1, 'x') ON CONFLICT (id, y) DO UPDATE SET what = 'x'"} {
					refused(t, method, who.name, who.as, text)
				}
			}
			if r, w, err := h.Store.(connectors.Prober).Probe(t.Context(), by(payments, "id", int64(1), int64(2), int64(3))); r != 1 || w != 1 || err != nil {
				t.Errorf("an ordinary account reads %d of three and changes %d, %v", r, w, err)
			}
			if got := h.Located(by(payments, "id", int64(1), int64(2))); len(got) != 2 {
				t.Errorf("the executor finds %v", got)
			}
			h.goesOn(app)
			h.Changes([]int64{1}, hold(connectors.Block, method, "R-1", int64(7))) // a row that came later
			if got := h.whats(app, "SELECT "+all+" FROM pay"); strings.Contains(got, "later") {
				t.Errorf("what came later is read: %s", got)
			}
			h.Changes([]int64{1}, hold(connectors.Block, method, "R-2", int64(1)))
			h.Changes([]int64{3}, hold(connectors.Release, method, "R-1", int64(1), int64(2), int64(7)))
			if got := h.whats(app, "SELECT "+all+" FROM pay"); strings.Contains(got, "secret 1") || !strings.Contains(got, "secret 2") {
				t.Errorf("while one restriction is left: %s", got)
			}
			h.Changes([]int64{1}, hold(connectors.Release, method, "R-2", int64(1)))
			h.Changes([]int64{0}, hold(connectors.Release, method, "R-2", int64(1)))
			if after := h.whats(h.app, everything+" WHERE id < 7"); after != before {
				t.Errorf("after the lift\n%s\nbefore\n%s", after, before)
			}
		})
	}
}

// refused wants a statement to be refused as one that is not permitted. What was moved away whole is there no more, so that a parent can go: the held row stays.
func refused(t *testing.T, method, who string, as *pgx.Conn, text string) {
	t.Helper()
	tx, err := as.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	_, err = tx.Exec(t.Context(), text)
	var e *pgconn.PgError
	switch {
	case method == methodMove && text == "DELETE FROM people WHERE id = 1" && err == nil:
	case !errors.As(err, &e) || e.Code != privilege:
		t.Errorf("%s: %s: %v", who, text, err)
	}
}

// goesOn is what applications do with others' rows, and with new ones.
func (h *house) goesOn(app *pgx.Conn) {
	h.Helper()
	for _, text := range []string{"UPDATE pay SET what = 'secret 3' WHERE id = 3", "INSERT INTO people VALUES (7, 'later')", "INSERT INTO pay VALUES (7, 1, 7, 'later')",
		"INSERT INTO pay VALUES (8, 1, 7, 'gone')", "DELETE FROM pay WHERE id = 8"} {
		if tag, err := app.Exec(h.Context(), text); err != nil || tag.RowsAffected() != 1 {
			h.Errorf("%s: %v, %v", text, tag, err)
		}
	}
}

// TestDumpsAreWholeOrFail: who is bound by no policy dumps as many rows as before; who is bound is refused, and never given a part unasked. What moved is in a table beside it.
func TestDumpsAreWholeOrFail(t *testing.T) {
	h, _, _ := aShop(t, methodPolicies)
	plain := newHouse(t, shop)
	before := plain.dumped(plain.URL)
	if before != 6 {
		t.Fatalf("%d rows before", before)
	}
	if n := h.dumped(h.URL); n != before {
		t.Errorf("%d rows after the installation, want %d", n, before)
	}
	h.Changes([]int64{2}, hold(connectors.Block, methodPolicies, "R-1", int64(1), int64(2)))
	if n := h.dumped(h.URL); n != before {
		t.Errorf("%d rows while two are restricted, want %d", n, before)
	}
	if n := h.dumped(h.Ordinary); n != -1 {
		t.Errorf("an account that is bound dumps %d rows unasked", n)
	}
	if n := h.dumped(h.Ordinary, "--enable-row-security"); n != before-2 {
		t.Errorf("an account that is bound, and asks for what it may see, dumps %d rows", n)
	}
	moved, _, _ := aShop(t, methodMove)
	moved.Changes([]int64{2}, hold(connectors.Block, methodMove, "R-1", int64(1), int64(2)))
	if n := moved.dumped(moved.URL); n != before {
		t.Errorf("%d rows in the tables and beside them, want %d", n, before)
	}
}

// dumped is how many rows of pay and of what is held of it a dump has; -1 where it fails.
func (h *house) dumped(as string, options ...string) int {
	h.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if err != nil || len(found) == 0 {
		h.Fatal("there is no pg_dump")
	}
	args := append([]string{"--data-only", "--inserts", "--table=public.pay*", "--table=dossier.held_*"}, options...)
	c := exec.CommandContext(h.Context(), slices.Max(found), append(args, as)...)
	out, err := c.Output()
	if err != nil {
		return -1
	}
	return strings.Count(string(out), "INSERT INTO ")
}

// TestWhatIsInstalledIsTakenAway: the table's own row security stays as it was, and nothing of the installation is left but the schema.
func TestWhatIsInstalledIsTakenAway(t *testing.T) {
	for _, method := range []string{methodMove, methodPolicies} {
		h, owner, _ := aShop(t, method)
		installer := h.Store.(connectors.Installer)
		h.Changes([]int64{1}, hold(connectors.Block, method, "R-1", int64(1)))
		if texts, err := installer.Uninstall(t.Context(), shopUses(method)); err == nil {
			t.Errorf("%s: while a row is restricted: %q", method, texts)
		}
		h.Changes([]int64{1}, hold(connectors.Release, method, "R-1", int64(1)))
		h.Run("CREATE TABLE pay_3 PARTITION OF pay FOR VALUES IN (3)")
		forget(h.Store)
		if texts, err := installer.Install(t.Context(), shopUses(method)); err != nil || !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "pay_3") }) {
			t.Errorf("%s: a new partition: %q, %v", method, texts, err)
		}
		texts, err := installer.Uninstall(t.Context(), shopUses(method))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			h.Run(text)
		}
		forget(h.Store)
		h.Says(`SELECT (SELECT count(*) FROM pg_policy) || ' ' || (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal) || ' ' || (SELECT count(*) FROM pg_class WHERE relrowsecurity OR relforcerowsecurity) || ' ' ||
			(SELECT count(*) FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = 'dossier')`, "0 0 0 0")
		if n := h.whats(owner, "SELECT count(*)::text FROM pay"); n != strconv.Itoa(6) {
			t.Errorf("%s: the owner reads %s rows", method, n)
		}
		if texts, err := installer.Uninstall(t.Context(), shopUses(method)); err != nil || len(texts) > 0 {
			t.Errorf("%s: again: %q, %v", method, texts, err)
		}
	}
}

// TestATablesOwnPoliciesStay: who saw a part of the rows before sees that part, its owner everything but what is restricted.
func TestATablesOwnPoliciesStay(t *testing.T) {
	h := newHouse(t, shop)
	h.Run("ALTER TABLE people ENABLE ROW LEVEL SECURITY; CREATE POLICY part ON people FOR SELECT USING (id < 4)")
	own := h.Config().Database + "_own"
	h.Run("CREATE ROLE " + own + " LOGIN PASSWORD 'own'; ALTER TABLE people OWNER TO " + own)
	t.Cleanup(func() {
		if _, err := h.app.Exec(context.Background(), "DROP OWNED BY "+own+" CASCADE; DROP ROLE "+own); err != nil {
			t.Error(err)
		}
	})
	people := coll("people", "id")
	uses := []connectors.Use{{Collection: people, Reads: []string{"id"}, Verbs: []connectors.Verb{connectors.Block}, Method: methodPolicies}}
	install, err := h.Store.(connectors.Installer).Install(t.Context(), uses)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range install {
		h.Run(text)
	}
	forget(h.Store)
	h.Changes([]int64{1}, connectors.Treatment{Verb: connectors.Block, On: by(people, "id", int64(2)), Method: methodPolicies, Mark: "R"})
	const ids = "SELECT string_agg(id::text, ',' ORDER BY id) FROM people"
	if got := h.whats(h.as("", ""), ids); got != "1,3" {
		t.Errorf("an ordinary account sees %s", got)
	}
	if got := h.whats(h.as(own, "own"), ids); got != "1,3,4,5,6" {
		t.Errorf("the owner sees %s", got)
	}
	h.Changes([]int64{1}, connectors.Treatment{Verb: connectors.Release, On: by(people, "id", int64(2)), Method: methodPolicies, Mark: "R"})
	undo, err := h.Store.(connectors.Installer).Uninstall(t.Context(), uses)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range undo {
		h.Run(text)
	}
	h.Says("SELECT relrowsecurity || ' ' || relforcerowsecurity || ' ' || (SELECT string_agg(polname, ',') FROM pg_policy) FROM pg_class WHERE relname = 'people'", "true false part")
}

// TestErasedRowsTakeTheirMarksAlong: also where a cascade takes the row, so that whoever is given its key next is not restricted for it.
func TestErasedRowsTakeTheirMarksAlong(t *testing.T) {
	h, _, app := aShop(t, methodPolicies)
	h.Run("DO $$ BEGIN EXECUTE format('GRANT SELECT, DELETE, UPDATE ON people TO %I', current_database() || '_bare'); END $$")
	h.Changes([]int64{3}, hold(connectors.Block, methodPolicies, "R-1", int64(1), int64(2), int64(3)))
	h.Changes([]int64{1}, del(by(payments, "id", int64(1))))
	h.Changes([]int64{1}, del(by(coll("people", "id"), "id", int64(2))))
	h.Says(`SELECT string_agg(id::text, ',') FROM dossier."rows_public.pay"`, "3")
	if _, err := app.Exec(t.Context(), "INSERT INTO pay VALUES (1, 2, 4, 'anew')"); err != nil {
		t.Error(err)
	}
	if got := h.whats(app, "SELECT string_agg(what, ',' ORDER BY id) FROM pay"); got != "anew,secret 4,secret 5,secret 6" {
		t.Errorf("%s", got)
	}
}
