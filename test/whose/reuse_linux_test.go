package whose

import (
	"slices"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// leaver is a member whose time is over, with the highest number of all; somebody else comes before.
var leaver = []string{
	"INSERT INTO members VALUES (1, '1', 'Anna', NULL), (2, '2', 'Piotr', '2010-05-05')",
	"INSERT INTO vehicles VALUES (1, 1, 'AA 1'), (2, 2, 'PP 2')",
}

// leaving is a club with such a member, who was seen once.
func leaving(t *testing.T) *club {
	t.Helper()
	c := newClub(t, leaver...)
	do(t, c.visits, "INSERT INTO visits (member_id, seen_on) VALUES (2, '2010-05-01')")
	return c
}

// newcomer enters after the leaver's row has gone, and SQLite gives him the number that is free.
func (c *club) newcomer(t *testing.T) {
	t.Helper()
	do(t, c.register, "INSERT INTO members (member_no, name) VALUES ('3', 'Zofia')", "INSERT INTO vehicles (member_id, plate) VALUES (2, 'ZZ 3')")
	do(t, c.visits, "INSERT INTO visits (member_id, seen_on) VALUES (2, '2026-11-06')")
	if id := text(t, c.register, "SELECT id FROM members WHERE member_no = '3'"); id != "2" {
		t.Fatalf("the newcomer has the number %s", id)
	}
}

// stands fails where anything of the newcomer, or of the member who was there all the time, is not as it was.
func (c *club) stands(t *testing.T) {
	t.Helper()
	if got := text(t, c.register, "SELECT group_concat(id || member_no || name) FROM members"); got != "11Anna,23Zofia" {
		t.Errorf("members: %s", got)
	}
	if got := text(t, c.register, "SELECT group_concat(member_id || plate) FROM vehicles"); got != "1AA 1,2ZZ 3" {
		t.Errorf("vehicles: %s", got)
	}
	if got := text(t, c.visits, "SELECT group_concat(member_id || seen_on) FROM visits"); got != "22026-11-06" {
		t.Errorf("visits: %s", got)
	}
}

func (c *club) reused(t *testing.T, id string, systems ...string) {
	t.Helper()
	st := c.Standing(t, id)
	if st.State != "running" || st.WaitsFor != "person" || !slices.Contains(st.Attention, "reused_key") {
		t.Errorf("the request is %s, waits for %q, attention %v", st.State, st.WaitsFor, st.Attention)
	}
	for _, name := range systems {
		if y := product.System(t, st, name); !slices.Contains(y.Codes, "reused_key") {
			t.Errorf("%s stands at %s %v (%s)", name, y.State, y.Codes, y.Why)
		}
	}
	if c.Receipt(t, id) != nil || c.Tombstone(t, id) != "intended" {
		t.Error("there is a receipt, or a verified tombstone")
	}
}

// TestKeyReusedBeforeVerification: the number of the erased row is given away before it is looked at again.
func TestKeyReusedBeforeVerification(t *testing.T) {
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
	c.stands(t)
	c.reused(t, p.Request, "register")
	c.dayLater(t, p.Request)
	c.stands(t)
	c.reused(t, p.Request, "register", "visits")
}

// TestKeyReusedBeforeTheRetry: the store has committed, nobody wrote it down, and the number is given away before the work is tried again.
func TestKeyReusedBeforeTheRetry(t *testing.T) {
	t.Parallel()
	c := leaving(t)
	p := c.planned(t, "2")
	c.Extra["DOSSIER_FAILPOINT"] = "apply/stored/register"
	if r := c.Apply(t, p); !r.Killed {
		t.Fatalf("%+v", r)
	}
	delete(c.Extra, "DOSSIER_FAILPOINT")
	c.newcomer(t)
	c.Later(time.Minute)
	c.Must(t, "--json", "request", "resume", p.Request)
	c.stands(t)
	c.reused(t, p.Request, "register")
}

// TestKeyReusedBeforeTheSecondLook: by then the number leads to the newcomer from both stores.
func TestKeyReusedBeforeTheSecondLook(t *testing.T) {
	t.Parallel()
	c := leaving(t)
	p := c.planned(t, "2")
	c.Apply(t, p)
	if y := product.System(t, c.Standing(t, p.Request), "register"); y.State != "verified" {
		t.Fatalf("%+v", y)
	}
	c.newcomer(t)
	c.dayLater(t, p.Request)
	c.stands(t)
	c.reused(t, p.Request, "register", "visits")
}

// TestKeyReusedWithoutRows: who has the number now has nothing yet that it leads to; nothing is done, and the request ends.
func TestKeyReusedWithoutRows(t *testing.T) {
	t.Parallel()
	c := leaving(t)
	p := c.planned(t, "2")
	c.Apply(t, p)
	do(t, c.register, "INSERT INTO members (member_no, name) VALUES ('3', 'Zofia')")
	c.dayLater(t, p.Request)
	if st := c.Standing(t, p.Request); st.State != "done" {
		t.Errorf("%+v", *st)
	}
	if got := text(t, c.register, "SELECT group_concat(id || member_no || name) FROM members"); got != "11Anna,23Zofia" {
		t.Errorf("members: %s", got)
	}
}
