package whose

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// more gives the leaver so many vehicles more.
func (c *club) more(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		do(t, c.register, fmt.Sprintf("INSERT INTO vehicles (member_id, plate) VALUES (2, 'L %d')", i))
	}
}

// TestCeilingBeforeApply: a row more than planned is the ordinary course of things; eleven more are another plan.
func TestCeilingBeforeApply(t *testing.T) {
	t.Parallel()
	c := newClub(t, leaver...)
	p := c.planned(t, "2")
	c.more(t, 11)
	before := text(t, c.register, "SELECT group_concat(id || ':' || member_id) FROM vehicles")
	if r := c.Apply(t, p); r.Code != 3 {
		t.Errorf("ended with %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
	if after := text(t, c.register, "SELECT group_concat(id || ':' || member_id) FROM vehicles"); after != before {
		t.Errorf("vehicles: %s, before %s", after, before)
	}
	if text(t, c.register, "SELECT count(*) FROM members") != "2" || c.Tombstone(t, p.Request) != "" {
		t.Error("something was begun")
	}
	do(t, c.register, "DELETE FROM vehicles WHERE id > 3")
	if r := c.RunAs(t, "jan", "", "--json", "apply", p.Request); r.Code != 4 && r.Code != 0 {
		t.Errorf("with one row more: %+v", r)
	}
	if got := text(t, c.register, "SELECT group_concat(id || ':' || member_id) FROM vehicles"); got != "1:1" {
		t.Errorf("vehicles: %s", got)
	}
}

// TestCeilingInTheTransaction: the rows come after the last look, when everything is begun. What the system was about to do is
// taken back whole.
func TestCeilingInTheTransaction(t *testing.T) {
	for _, n := range []int{1, 10, 11} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			c := newClub(t, leaver...)
			p := c.planned(t, "2")
			c.Extra["DOSSIER_FAILPOINT"] = "apply/claimed/register"
			if r := c.Apply(t, p); !r.Killed {
				t.Fatalf("%+v", r)
			}
			delete(c.Extra, "DOSSIER_FAILPOINT")
			c.more(t, n)
			c.Later(time.Minute)
			c.Must(t, "--json", "request", "resume", p.Request)
			st := c.Standing(t, p.Request)
			y := product.System(t, st, "register")
			members, vehicles := text(t, c.register, "SELECT count(*) FROM members"), text(t, c.register, "SELECT count(*) FROM vehicles")
			if n == 11 {
				if y.State != "attention" || !slices.Contains(y.Codes, "more_rows") || members != "2" || vehicles != "13" {
					t.Errorf("%s %v, %s members and %s vehicles left", y.State, y.Codes, members, vehicles)
				}
				return
			}
			if y.State != "verified" || y.Deleted != int64(n)+2 || members != "1" || vehicles != "1" {
				t.Errorf("%s %v, %d deleted, %s members and %s vehicles left", y.State, y.Codes, y.Deleted, members, vehicles)
			}
		})
	}
}

// TestLateRows: what an application goes on writing for somebody who is gone is taken away at the second look, within the ceiling; more
// than that is a person's affair.
func TestLateRows(t *testing.T) {
	for _, n := range []int{10, 11} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			c := newClub(t, leaver...)
			p := c.planned(t, "2")
			c.Apply(t, p)
			c.more(t, n)
			c.dayLater(t, p.Request)
			st := c.Standing(t, p.Request)
			y := product.System(t, st, "register")
			vehicles := text(t, c.register, "SELECT count(*) FROM vehicles")
			if n == 10 && (st.State != "done" || y.Late != 10 || vehicles != "1") {
				t.Errorf("%s, %s %v, %d late, %s vehicles left", st.State, y.State, y.Codes, y.Late, vehicles)
			}
			if n == 11 && (!slices.Contains(y.Codes, "late_rows") || vehicles != "12" || c.Receipt(t, p.Request) != nil) {
				t.Errorf("%s, %s %v, %s vehicles left", st.State, y.State, y.Codes, vehicles)
			}
		})
	}
}

// TestTimePassingChangesNothing: what was to be kept when the plan was approved is kept, though its time is over when it is carried out.
func TestTimePassingChangesNothing(t *testing.T) {
	t.Parallel()
	c := newClub(t, "INSERT INTO members VALUES (1, '1', 'Anna', '2021-11-07'), (2, '2', 'Anna', NULL)", "INSERT INTO vehicles VALUES (1, 1, 'AA 1')")
	p := c.planned(t, "1")
	c.Later(3 * 24 * time.Hour) // five years and a day
	if r := c.Apply(t, p); r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	c.dayLater(t, p.Request)
	if got := text(t, c.register, "SELECT group_concat(member_no || name || left_on) FROM members WHERE id = 1"); got != "1Anna2021-11-07" {
		t.Errorf("the member is %q now", got)
	}
	if got := text(t, c.register, "SELECT group_concat(plate) FROM vehicles"); got != "AA 1" {
		t.Errorf("vehicles: %q", got)
	}
	later := c.Plan(t, c.erasure(t, "e-2", "1"))
	for _, sys := range later.Systems {
		for _, col := range sys.Collections {
			for _, a := range col.Actions {
				if a.Action == "keep" {
					t.Errorf("a plan made now still keeps %s", col.Name)
				}
			}
		}
	}
}
