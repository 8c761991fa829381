package restriction

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// refusal is what a guard tells an application.
const refusal = "row is restricted"

// TestMatrix: who still gets at a restricted row, and by which door. SQLite knows no accounts: an
// application is another process that opens the file, with foreign keys or without.
func TestMatrix(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	before := b.dump(t)
	b.restrict(t, "R-1", "A-1")

	t.Run("reading", func(t *testing.T) {
		for what, query := range map[string]string{
			"the owner":         "SELECT group_concat(name || no || left_on) FROM people WHERE id = 1",
			"the owner's view":  "SELECT group_concat(name || body) FROM everybody WHERE name LIKE 'Anna%' OR body LIKE '%Anna%'",
			"by content":        "SELECT group_concat(body) FROM notes WHERE person_id = 1",
			"her own flat":      "SELECT group_concat(street) FROM flats WHERE id = 2 AND street <> ''",
			"her tenancies":     "SELECT group_concat(since) FROM tenants WHERE person_id = 1",
			"by her own number": "SELECT group_concat(name) FROM people WHERE no = 'A-1'",
		} {
			if got := b.text(t, query); got != "" {
				t.Errorf("%s reads %q", what, got)
			}
		}
	})
	t.Run("changing", func(t *testing.T) {
		for what, text := range map[string]string{
			"update":                       "UPDATE people SET name = 'x' WHERE id = 1",
			"update without where":         "UPDATE people SET left_on = '2026-01-01'",
			"delete":                       "DELETE FROM people WHERE id = 1",
			"delete without where":         "DELETE FROM people",
			"replace":                      "REPLACE INTO people (id, no, name) VALUES (1, 'A-9', 'x')",
			"insert or replace":            "INSERT OR REPLACE INTO people (id, no, name) VALUES (1, 'A-9', 'x')",
			"on conflict":                  "INSERT INTO people (id, no, name) VALUES (1, 'A-9', 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'",
			"another row takes its number": "UPDATE OR REPLACE people SET id = 1 WHERE id = 3",
			"a moved key":                  "INSERT INTO tenants VALUES (2, 1, '2026-01-01')",
		} {
			for name, db := range map[string]*sql.DB{"without foreign keys": b.db, "with": b.keyd} {
				if _, err := db.Exec(text); err == nil || !strings.Contains(err.Error(), refusal) {
					t.Errorf("%s, %s: %v", what, name, err)
				}
			}
		}
		if _, err := b.keyd.Exec("DELETE FROM flats"); err == nil {
			t.Error("a flat of hers went with all the others")
		}
	})
	t.Run("a co-owner goes on", func(t *testing.T) {
		b.do(t, "UPDATE flats SET street = 'Lipowa 1a' WHERE id = 1", "UPDATE tenants SET since = '2020-02-02' WHERE person_id = 2", "UPDATE notes SET body = 'Jan moved' WHERE person_id = 2",
			"INSERT INTO notes (person_id, body) VALUES (2, 'new')")
		if got := b.text(t, "SELECT street || (restricted_at IS NOT NULL) FROM flats WHERE id = 1"); got != "Lipowa 1a1" {
			t.Errorf("the shared flat: %q; it goes on, and is marked", got)
		}
		b.do(t, "DELETE FROM notes WHERE body = 'new'", "UPDATE notes SET body = 'about Jan' WHERE person_id = 2", "UPDATE tenants SET since = '2020-01-01' WHERE person_id = 2", "UPDATE flats SET street = 'Lipowa 1' WHERE id = 1")
	})
	t.Run("back byte for byte", func(t *testing.T) {
		b.lifted(t, "L-1", "R-1", "A-1")
		if after := b.dump(t); after != before {
			t.Errorf("before\n%s\nafter\n%s", before, after)
		}
		if left := b.text(t, "SELECT (SELECT count(*) FROM dossier_marks) + (SELECT count(*) FROM dossier_held_people) + (SELECT count(*) FROM dossier_held_notes) + (SELECT count(*) FROM dossier_open)"); left != "0" {
			t.Errorf("%s rows are left in the executor's own tables", left)
		}
	})
}

// TestOverlapping: two restrictions of one person both count; what is lifted of one stays held for the other, mark and all.
func TestOverlapping(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	before := b.dump(t)
	b.restrict(t, "R-1", "A-1")
	b.restrict(t, "R-2", "A-1")
	b.restrict(t, "R-3", "J-2") // shares a flat with her
	b.lifted(t, "L-1", "R-1", "A-1")
	if got := b.text(t, "SELECT count(*) FROM people WHERE name LIKE 'Anna%'"); got != "0" {
		t.Error("free while the second restriction stands")
	}
	if got := b.text(t, "SELECT count(*) FROM dossier_held_people WHERE restricted_at IS NOT NULL"); got != "2" {
		t.Errorf("%s of two people still carry the mark", got)
	}
	b.lifted(t, "L-2", "R-2", "A-1")
	if got := b.text(t, "SELECT count(*) FROM people WHERE name = 'Anna Nowak' AND restricted_at IS NULL"); got != "1" {
		t.Error("not free when the last is lifted")
	}
	if got := b.text(t, "SELECT restricted_at IS NOT NULL FROM flats WHERE id = 1"); got != "1" {
		t.Error("the shared flat lost the mark that the other tenant's restriction counts on")
	}
	b.lifted(t, "L-3", "R-3", "J-2")
	if after := b.dump(t); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

// TestWrittenLater: what an application writes for the person while the restriction stands comes under it: at the second look, when
// somebody asks for another, and when a request of the same person is carried out.
func TestWrittenLater(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.begin(t, "R-1", "A-1")
	late := func(body string) { b.do(t, "INSERT INTO notes (person_id, body) VALUES (1, '"+body+"')") }
	held := func(body string) {
		t.Helper()
		if got := b.text(t, "SELECT (SELECT count(*) FROM notes WHERE body = '"+body+"') || ' free, ' || (SELECT count(*) FROM dossier_held_notes WHERE body = '"+body+"') || ' held'"); got != "0 free, 1 held" {
			t.Errorf("%s: %s", body, got)
		}
	}
	late("before the second look")
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", "R-1")
	b.is(t, "R-1", "done")
	if y := product.System(t, b.Standing(t, "R-1"), "register"); y.Late != 1 {
		t.Errorf("%d rows came late", y.Late)
	}
	held("before the second look")
	late("long after")
	b.Must(t, "--json", "request", "resume", "R-1")
	held("long after")
	late("before an access")
	b.Must(t, "--json", "run", b.request(t, "A-9", "access", "A-1", nil))
	held("before an access")
	b.lifted(t, "L-1", "R-1", "A-1")
	if got := b.text(t, "SELECT count(*) FROM notes WHERE person_id = 1"); got != "5" {
		t.Errorf("%s notes are back", got)
	}
}

// TestLiftThatFindsThingsChanged: where something else stands in the place of what was held, nothing is put back there, and a
// person is asked.
func TestLiftThatFindsThingsChanged(t *testing.T) {
	for what, do := range map[string]string{
		"the shell is another": "UPDATE people SET name = 'x' WHERE id = 1",
		"the key is taken":     "INSERT INTO tenants VALUES (2, 1, '2026-01-01')",
		"the shell is gone":    "DELETE FROM people WHERE id = 1",
	} {
		t.Run(strings.ReplaceAll(what, " ", "-"), func(t *testing.T) {
			t.Parallel()
			b := newBureau(t)
			b.restrict(t, "R-1", "A-1")
			// Somebody with the file in hands and no respect for what stands in it.
			b.do(t, "INSERT INTO dossier_open VALUES ('an intruder')", do, "DELETE FROM dossier_open")
			before := b.dump(t)
			if r := b.lift(t, "L-1", "R-1", "A-1"); r.Code != 4 {
				t.Fatalf("%+v", r)
			}
			y := product.System(t, b.Standing(t, "L-1"), "register")
			if y.State != "attention" || len(y.Codes) == 0 || y.Codes[0] != "constraint" || y.Lifted != 0 {
				t.Errorf("%+v", y)
			}
			if after := b.dump(t); after != before {
				t.Errorf("something was put back\n%s\n%s", before, after)
			}
			if out := b.Must(t, "--json", "task", "list"); !strings.Contains(out, `"conflict"`) {
				t.Errorf("nobody is asked: %s", out)
			}
			if out := b.Must(t, "--json", "restriction", "list"); !strings.Contains(out, `"state": "in force"`) {
				t.Errorf("it is not in force any more: %s", out)
			}
		})
	}
}

// TestByHand: what the map gives to people becomes a task, and the restriction does not end before somebody has answered.
func TestByHand(t *testing.T) {
	t.Parallel()
	b := newBureau(t, "  notes:\n", "  notes:\n    restrict: { block: task }\n")
	p := b.Plan(t, b.request(t, "R-1", "restriction", "A-1", map[string]any{"ground": "art18_1_c"}))
	if len(p.Tasks) != 1 || p.Tasks[0].Collection != "notes" || p.Tasks[0].Department != "Office" {
		t.Fatalf("%+v", p.Tasks)
	}
	if r := b.Apply(t, p); r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", "R-1")
	if st := b.Standing(t, "R-1"); st.State == "done" || st.WaitsFor != "person" {
		t.Fatalf("%s waits for %q", st.State, st.WaitsFor)
	}
	if out := b.Must(t, "--json", "task", "list"); !strings.Contains(out, `"by_hand"`) || strings.Contains(out, "A-1") {
		t.Error(out)
	}
	b.Must(t, "task", "done", "1")
	b.Must(t, "--json", "request", "resume", "R-1")
	b.is(t, "R-1", "done")
	if got := b.text(t, "SELECT count(*) FROM notes WHERE person_id = 1"); got != "2" {
		t.Errorf("%s notes: the task is a person's", got)
	}
}
