package whose

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/test/product"
)

// asked are the open tasks of a request of one kind, by their collections.
func (c *club) asked(t *testing.T, id, kind string) map[string]engine.TaskStanding {
	t.Helper()
	out := map[string]engine.TaskStanding{}
	for _, x := range c.Standing(t, id).Tasks {
		if x.Kind == kind {
			if _, twice := out[x.System+"/"+x.Collection]; twice {
				t.Errorf("asked twice about %s/%s", x.System, x.Collection)
			}
			out[x.System+"/"+x.Collection] = x
		}
	}
	return out
}

// says answers a task.
func (c *club) says(t *testing.T, x engine.TaskStanding, answer ...string) product.Result {
	t.Helper()
	args := append([]string{"--json", "task", answer[0], strconv.FormatInt(x.ID, 10)}, answer[1:]...)
	r := c.RunAs(t, "ewa", "", args...)
	if r.Code != 0 {
		t.Fatalf("%v: %+v", args, r)
	}
	return r
}

// tooLate is a request after whose work eleven vehicles more came, and which was looked at the second time.
func tooLate(t *testing.T) (*club, string) {
	t.Helper()
	c := newClub(t, leaver...)
	p := c.planned(t, "2")
	c.Apply(t, p)
	c.more(t, 11)
	c.dayLater(t, p.Request)
	return c, p.Request
}

// decision fails where the receipt does not say who decided what.
func (c *club) decision(t *testing.T, id, kind, answer string) {
	t.Helper()
	facts := c.Receipt(t, id)
	if facts == nil {
		t.Fatal("there is no receipt")
	}
	for _, d := range facts.Decisions {
		if d.Kind == kind && d.Answer == answer && d.By == "ewa" && d.System == "register" && !d.At.IsZero() {
			return
		}
	}
	t.Errorf("the receipt says %+v", facts.Decisions)
}

// TestLateRowsAreAsked: what came beyond the plan is asked of a person, once; said to be the person's it is erased by a plan of its own,
// which somebody approves; then the request ends, and not before.
func TestLateRowsAreAsked(t *testing.T) {
	t.Parallel()
	c, id := tooLate(t)
	x, ok := c.asked(t, id, "late_rows")["register/vehicles"]
	if !ok || x.Items != 11 || x.State != state.TaskOpen || x.DueOn == "" {
		t.Fatalf("nobody is asked: %+v", c.Standing(t, id).Tasks)
	}
	c.Must(t, "--json", "request", "resume", id)
	if got := c.asked(t, id, "late_rows")["register/vehicles"]; got.ID != x.ID {
		t.Errorf("looked at again, task %d is task %d", x.ID, got.ID)
	}
	if text := c.Must(t, "--json", "task", "show", strconv.FormatInt(x.ID, 10)); strings.Contains(text, "L 3") {
		t.Errorf("the rows are shown in %s", text)
	}
	r := c.says(t, x, "done")
	if !strings.Contains(r.Stderr, "dossier plan show "+id) {
		t.Errorf("it is not said what comes next: %s", r.Stderr)
	}
	if st := c.Standing(t, id); st.State != "running" || len(st.Tasks) != 0 || !slices.Contains(st.Attention, "late_rows") || text(t, c.register, "SELECT count(*) FROM vehicles") != "12" {
		t.Fatalf("%+v", *st)
	}
	p := c.Plan(t, id)
	if p.Supplements == "" || !p.Applicable {
		t.Fatalf("%q, %v", p.Supplements, p.Blockers)
	}
	c.Apply(t, p)
	if got := text(t, c.register, "SELECT group_concat(plate) FROM vehicles"); got != "AA 1" {
		t.Fatalf("vehicles: %s", got)
	}
	c.dayLater(t, id)
	if st := c.Standing(t, id); st.State != "done" || c.Tombstone(t, id) != "verified" {
		t.Fatalf("%+v", *st)
	}
	c.decision(t, id, "late_rows", "done")
}

// TestLateRowsOfOthers: rows somebody says are another's stay, and are asked about no more; what came since is.
func TestLateRowsOfOthers(t *testing.T) {
	t.Parallel()
	c, id := tooLate(t)
	c.says(t, c.asked(t, id, "late_rows")["register/vehicles"], "nothing-found")
	st := c.Standing(t, id)
	if got := text(t, c.register, "SELECT count(*) FROM vehicles"); st.State != "done" || st.Outcome != "fulfilled" || got != "12" {
		t.Fatalf("%s vehicles are left; %+v", got, *st)
	}
	c.decision(t, id, "late_rows", "nothing_found")
}

// TestLateRowsAreLeft: rows somebody leaves, with a reason, are said not to be erased.
func TestLateRowsAreLeft(t *testing.T) {
	t.Parallel()
	c, id := tooLate(t)
	c.says(t, c.asked(t, id, "late_rows")["register/vehicles"], "refuse", "--because", "a claim is pending")
	if st := c.Standing(t, id); st.State != "done" || st.Outcome != "partly" {
		t.Fatalf("%+v", *st)
	}
	c.decision(t, id, "late_rows", "refused")
	if letter := c.Must(t, "reply", id, "--format", "md", "--language", "en"); !strings.Contains(letter, "Vehicles | it stays by a person's decision: a claim is pending") || !strings.Contains(letter, "granted in part") {
		t.Errorf("the letter does not say what stays:\n%s", letter)
	}
}

// TestReusedKeyIsAsked: whose rows hang on a key that was given away is asked; those somebody says are the newcomer's stay, what the
// newcomer gets later is asked about on its own.
func TestReusedKeyIsAsked(t *testing.T) {
	t.Parallel()
	c := leaving(t)
	p := c.planned(t, "2")
	c.Extra["DOSSIER_FAILPOINT"] = "verify/claimed/register"
	if r := c.Apply(t, p); !r.Killed {
		t.Fatalf("%+v", r)
	}
	delete(c.Extra, "DOSSIER_FAILPOINT")
	c.newcomer(t)
	c.Later(time.Minute)
	c.Must(t, "--json", "request", "resume", p.Request)
	x, ok := c.asked(t, p.Request, "reused_key")["register/vehicles"]
	if !ok || x.Items != 1 {
		t.Fatalf("%+v", c.Standing(t, p.Request).Tasks)
	}
	c.says(t, x, "nothing-found", "--because", "a new member has the number")
	if y := product.System(t, c.Standing(t, p.Request), "register"); y.State != "verified" {
		t.Fatalf("%+v", y)
	}
	do(t, c.register, "INSERT INTO vehicles (member_id, plate) VALUES (2, 'ZZ 4')")
	c.dayLater(t, p.Request)
	again := c.asked(t, p.Request, "reused_key")
	if again["register/vehicles"].Items != 1 || again["register/vehicles"].ID == x.ID || again["visits/visits"].Items != 1 {
		t.Fatalf("%+v", again)
	}
	c.says(t, again["register/vehicles"], "nothing-found")
	c.reused(t, p.Request, "visits")
	c.says(t, again["visits/visits"], "nothing-found")
	if st := c.Standing(t, p.Request); st.State != "done" || c.Tombstone(t, p.Request) != "verified" {
		t.Fatalf("%+v", *st)
	}
	if got := text(t, c.register, "SELECT group_concat(plate) FROM vehicles"); got != "AA 1,ZZ 3,ZZ 4" {
		t.Errorf("vehicles: %s", got)
	}
	c.decision(t, p.Request, "reused_key", "nothing_found")
}

// TestReusedKeyIsNeverPlanned: also where somebody says that they are the person's, rows that hang on another person's row are left alone
// by the plan that is made of them.
func TestReusedKeyIsNeverPlanned(t *testing.T) {
	t.Parallel()
	c := leaving(t)
	p := c.planned(t, "2")
	c.Apply(t, p)
	c.newcomer(t)
	c.dayLater(t, p.Request)
	for _, x := range c.asked(t, p.Request, "reused_key") {
		c.says(t, x, "done")
	}
	more := c.Plan(t, p.Request)
	if more.Supplements == "" || len(more.Attention) == 0 {
		t.Fatalf("%+v", more)
	}
	c.Apply(t, more)
	c.dayLater(t, p.Request)
	c.stands(t)
	if st := c.Standing(t, p.Request); st.State != "done" {
		t.Fatalf("%+v", *st)
	}
}
