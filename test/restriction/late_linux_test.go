package restriction

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/test/product"
)

// come has an application write so many notes about a person, more than the plan of two leaves room for from eleven on.
func (b *bureau) come(t *testing.T, n, person int, body string) {
	t.Helper()
	b.do(t, fmt.Sprintf("WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < %d) INSERT INTO notes (person_id, body) SELECT %d, '%s' FROM i", n, person, body))
}

// notes is how many notes an application can read, and how many are held.
func (b *bureau) notes(t *testing.T, free, held string) {
	t.Helper()
	got := b.text(t, "SELECT (SELECT count(*) FROM notes WHERE person_id = 1) || ' ' || (SELECT count(*) FROM dossier_held_notes)")
	if got != free+" "+held {
		t.Fatalf("notes free and held: %s, want %s %s", got, free, held)
	}
}

// asked is the one open task of a request: about late rows of notes.
func (b *bureau) asked(t *testing.T, id string, rows int) engine.TaskStanding {
	t.Helper()
	st := b.Standing(t, id)
	if len(st.Tasks) != 1 {
		t.Fatalf("%+v", *st)
	}
	x := st.Tasks[0]
	if x.Kind != "late_rows" || x.System != "register" || x.Collection != "notes" || x.Items != rows || x.State != state.TaskOpen || x.DueOn == "" {
		t.Fatalf("asked about %+v, want %d notes", x, rows)
	}
	return x
}

func (b *bureau) says(t *testing.T, x engine.TaskStanding, answer ...string) product.Result {
	t.Helper()
	args := append([]string{"--json", "task", answer[0], strconv.FormatInt(x.ID, 10)}, answer[1:]...)
	r := b.RunAs(t, "ewa", "", args...)
	if r.Code != 0 && r.Code != 4 {
		t.Fatalf("%v: %+v", args, r)
	}
	return r
}

// tooMany is a restriction of Anna's data after which eleven notes came, and which was looked at the second time.
func tooMany(t *testing.T) *bureau {
	t.Helper()
	b := newBureau(t)
	b.begin(t, "R-1", "A-1")
	b.come(t, 11, 1, "late")
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", "R-1")
	return b
}

// TestLateRowsWithinThePlan: as many as the ceiling leaves come under the restriction without a word.
func TestLateRowsWithinThePlan(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.begin(t, "R-1", "A-1")
	b.come(t, 10, 1, "late")
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", "R-1")
	b.is(t, "R-1", "done")
	b.notes(t, "0", "12")
}

// TestLateRowsBeyondThePlan: more than that are asked about, once, and nothing of them is shown but to who answers; said to be the person's
// they are restricted, and come back with the rest.
func TestLateRowsBeyondThePlan(t *testing.T) {
	t.Parallel()
	b := tooMany(t)
	b.notes(t, "11", "2")
	x := b.asked(t, "R-1", 11)
	st := b.Standing(t, "R-1")
	if y := product.System(t, st, "register"); st.State != "running" || y.State != "attention" || !slices.Contains(y.Codes, "late_rows") {
		t.Fatalf("%+v", *st)
	}
	b.Must(t, "--json", "request", "resume", "R-1")
	if again := b.asked(t, "R-1", 11); again.ID != x.ID {
		t.Errorf("looked at again, task %d is task %d", x.ID, again.ID)
	}
	file := filepath.Join(t.TempDir(), "asked")
	b.Must(t, "task", "show", strconv.FormatInt(x.ID, 10), "-o", file)
	text, err := os.ReadFile(file)
	if shown := string(text); err != nil || !strings.Contains(shown, "11 rows") || !strings.Contains(shown, "restricted too") || strings.Contains(shown, "plan of their own") {
		t.Errorf("whoever answers reads\n%s (%v)", shown, err)
	}
	b.says(t, x, "done")
	b.is(t, "R-1", "done")
	b.notes(t, "0", "13")
	facts := b.Receipt(t, "R-1")
	if facts == nil || len(facts.Decisions) != 1 || facts.Decisions[0].By != "ewa" || facts.Decisions[0].Answer != "done" {
		t.Errorf("the receipt says %+v", facts)
	}
	b.lifted(t, "L-1", "R-1", "A-1")
	b.notes(t, "13", "0")
}

// TestLateRowsOfSomebodyElse: rows that are not the person's stay, and nobody is asked about them again; what comes after them is restricted.
func TestLateRowsOfSomebodyElse(t *testing.T) {
	t.Parallel()
	b := tooMany(t)
	b.says(t, b.asked(t, "R-1", 11), "nothing-found")
	if st := b.Standing(t, "R-1"); st.State != "done" || st.Outcome != "fulfilled" {
		t.Fatalf("%+v", *st)
	}
	b.notes(t, "11", "2")
	b.come(t, 1, 1, "later")
	b.Must(t, "--json", "request", "resume", "R-1")
	b.notes(t, "11", "3")
	if got := b.text(t, "SELECT count(*) FROM notes WHERE body = 'later'"); got != "0" {
		t.Error("what came after it is not held")
	}
}

// TestLateRowsThatAreLeft: rows somebody leaves, with a reason, are said not to be restricted.
func TestLateRowsThatAreLeft(t *testing.T) {
	t.Parallel()
	b := tooMany(t)
	b.says(t, b.asked(t, "R-1", 11), "refuse", "--because", "needed in court")
	if st := b.Standing(t, "R-1"); st.State != "done" || st.Outcome != "partly" {
		t.Fatalf("%+v", *st)
	}
	b.notes(t, "11", "2")
	if letter := b.Must(t, "reply", "R-1", "--format", "md", "--language", "en"); !strings.Contains(letter, "needed in court") {
		t.Errorf("the letter does not say what stays:\n%s", letter)
	}
}

// TestLateRowsLongAfter: a restriction that is done asks too, when somebody looks again; lifted meanwhile, it asks no more.
func TestLateRowsLongAfter(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.restrict(t, "R-1", "A-1")
	b.come(t, 11, 1, "long after")
	b.Must(t, "--json", "request", "resume", "R-1")
	b.notes(t, "11", "2")
	b.says(t, b.asked(t, "R-1", 11), "done")
	b.notes(t, "0", "13")
	b.is(t, "R-1", "done")
	b.come(t, 14, 1, "and again")
	b.Must(t, "--json", "request", "resume", "R-1")
	b.asked(t, "R-1", 14)
	b.lifted(t, "L-1", "R-1", "A-1")
	b.notes(t, "27", "0")
	if st := b.Standing(t, "R-1"); len(st.Tasks) != 0 {
		t.Errorf("still asked: %+v", st.Tasks)
	}
}

// TestLateRowsWhereNothingWas: of a collection the plan found empty even one row is asked about; held, it is in the record, so that the lift
// finds it.
func TestLateRowsWhereNothingWas(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.do(t, "DELETE FROM notes WHERE person_id = 1")
	before := b.dump(t)
	b.begin(t, "R-1", "A-1")
	b.come(t, 1, 1, "the first")
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", "R-1")
	b.says(t, b.asked(t, "R-1", 1), "done")
	b.is(t, "R-1", "done")
	b.notes(t, "0", "1")
	b.lifted(t, "L-1", "R-1", "A-1")
	b.notes(t, "1", "0")
	b.do(t, "DELETE FROM notes WHERE person_id = 1")
	if after := b.dump(t); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

// TestLateRowsWhereOthersOwnAll: a collection in which rows were only marked, for others own them too, holds the person's own row by the map's
// method once somebody has said that it is, and gives it back.
func TestLateRowsWhereOthersOwnAll(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.begin(t, "R-1", "J-2")
	b.do(t, "INSERT INTO flats VALUES (3, 'Nowa 3', NULL)", "INSERT INTO tenants VALUES (3, 2, '2026-11-01')")
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", "R-1")
	st := b.Standing(t, "R-1")
	if len(st.Tasks) != 1 || st.Tasks[0].Collection != "flats" || st.Tasks[0].Items != 1 {
		t.Fatalf("%+v", *st)
	}
	if got := b.text(t, "SELECT count(*) FROM tenants WHERE person_id = 2"); got != "0" {
		t.Errorf("%s tenancies are free: what is within the plan waits for no answer", got)
	}
	b.says(t, st.Tasks[0], "done")
	b.is(t, "R-1", "done")
	street := "SELECT coalesce(group_concat(street), '-') FROM flats WHERE id = 3"
	if got := b.text(t, street); got == "Nowa 3" {
		t.Errorf("the flat can be read: %s", got)
	}
	b.lifted(t, "L-1", "R-1", "J-2")
	if got := b.text(t, street); got != "Nowa 3" {
		t.Errorf("after the lifting: %s", got)
	}
}

// TestMoreRowsBeforeTheWork: what comes between the last look and the work, more than the plan allows, stops the system whole; a person says
// that it is the person's, and all of it is restricted.
func TestMoreRowsBeforeTheWork(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	p := b.Plan(t, b.request(t, "R-1", "restriction", "A-1", map[string]any{"ground": "art18_1_c"}))
	b.Extra["DOSSIER_FAILPOINT"] = "apply/claimed/register"
	if r := b.Apply(t, p); !r.Killed {
		t.Fatalf("%+v", r)
	}
	delete(b.Extra, "DOSSIER_FAILPOINT")
	b.come(t, 11, 1, "before")
	before := b.dump(t)
	b.Later(time.Minute)
	b.Must(t, "--json", "request", "resume", "R-1")
	st := b.Standing(t, "R-1")
	if y := product.System(t, st, "register"); y.State != "attention" || !slices.Contains(y.Codes, "more_rows") || len(st.Tasks) != 1 || st.Tasks[0].Kind != "late_rows" || len(st.Tasks[0].Answers) != 2 {
		t.Fatalf("%+v", *st)
	}
	if after := b.dump(t); after != before {
		t.Fatalf("something was done\n%s\n%s", before, after)
	}
	b.says(t, st.Tasks[0], "done")
	if y := product.System(t, b.Standing(t, "R-1"), "register"); y.State != "verified" {
		t.Fatalf("%+v", y)
	}
	b.notes(t, "0", "13")
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", "R-1")
	b.is(t, "R-1", "done")
}
