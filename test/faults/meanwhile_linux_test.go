package faults

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestADeadlockWithAnApplication: an application holds what dossier waits for and waits for what dossier holds. Dossier gives way and
// tries again; the application never hears of it.
func TestADeadlockWithAnApplication(t *testing.T) { onEach(t, deadlockWithAnApplication) }

func deadlockWithAnApplication(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	c := newClub(t, k)
	app, err := c.connected(t.Context(), t, c.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{k.patient, k.stubborn, "UPDATE vehicles SET plate = concat(plate, '') WHERE member_id = 2"} {
		if _, err := app.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	c.map_(t, "lock_timeout: 1s", "lock_timeout: 60s") // it is the deadlock that ends the waiting
	p := c.planned(t, "C-2")
	var all sync.WaitGroup
	all.Go(func() {
		beat := time.NewTicker(5 * time.Millisecond)
		defer beat.Stop()
		for locked := false; !locked; <-beat.C {
			_, err := c.admin.ExecContext(t.Context(), "SELECT id FROM members WHERE id = 2 FOR UPDATE NOWAIT")
			locked = err != nil
		}
		if _, err := app.ExecContext(t.Context(), "UPDATE members SET name = 'Eva' WHERE id = 2; COMMIT"); err != nil {
			t.Errorf("the application: %v", err)
		}
	})
	c.between.Heard()
	c.applied(t, p)
	all.Wait()
	if n, register := c.begun(), product.System(t, c.Standing(t, p.Request), "register"); n < 2 || register.VerifiedAt == nil {
		t.Errorf("after %d tries it is %s: %s", n, register.State, register.Why)
	}
	c.ends(t, p, want)
}

// begun is how often a transaction that changes something was begun since what was heard was asked for last.
func (c *club) begun() (n int) {
	for _, s := range c.between.Heard() {
		if strings.Contains(s, c.kind.begins) {
			n++
		}
	}
	return n
}

// TestAnApplicationHoldsWhatATriggerChanges: with half of its changes made dossier waits for a lock, longer than it may. Whatever the server
// takes back by itself then, none of it is left when dossier begins anew; it goes on when the application is done.
func TestAnApplicationHoldsWhatATriggerChanges(t *testing.T) { onEach(t, heldByATrigger) }

func heldByATrigger(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	c := newClub(t, k, k.trigger)
	p := c.planned(t, "C-2")
	before := c.rows(t)
	app := c.app(t, "BEGIN", "UPDATE tallies SET n = n + 0")
	c.between.Heard()
	again := 0
	var anew func()
	anew = func() {
		if again++; again == 1 {
			c.between.Cut(servers.Cut{Words: k.begins, When: servers.Never, First: anew})
			return
		}
		if got := c.rows(t); got != before {
			t.Errorf("as it begins anew there is\n%s\nwant\n%s", got, before)
		}
		if _, err := app.ExecContext(t.Context(), "COMMIT"); err != nil {
			t.Errorf("the application: %v", err)
		}
	}
	c.between.Cut(servers.Cut{Words: k.begins, When: servers.Never, First: anew})
	c.applied(t, p)
	if n := c.begun(); n < 2 || again < 2 {
		t.Errorf("it was begun %d times", n)
	}
	c.do(t, "UPDATE tallies SET n = n + 10")
	c.ends(t, p, want)
}

// ends carries a request to its end, as if nothing had disturbed it.
func (c *club) ends(t *testing.T, p *plan.Plan, want string) {
	t.Helper()
	if committed, inferred := c.finish(t, p.Request); committed != clubGone || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}

// hammer writes rows of the second member without pause, vehicles under a foreign key and tickets under none, until it is told to stop,
// and a vehicle was refused; then it gives how many of each were written, and how many refused.
func (c *club) hammer(t *testing.T) (stop func() (vehicles, refused, tickets int)) {
	t.Helper()
	app := c.app(t)
	over, begun, turned := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var vehicles, refused, tickets int
	var all sync.WaitGroup
	all.Go(func() {
		beat := time.NewTicker(5 * time.Millisecond)
		defer beat.Stop()
		for n := 0; ; n++ {
			if _, err := app.ExecContext(context.Background(), fmt.Sprintf("INSERT INTO vehicles (id, member_id, plate) VALUES (%d, 2, 'H')", 1000+n)); err == nil {
				vehicles++
			} else if refused++; refused == 1 {
				close(turned)
			}
			if _, err := app.ExecContext(context.Background(), fmt.Sprintf("INSERT INTO tickets (id, member_id, said) VALUES (%d, 2, 'H')", 1000+n)); err == nil {
				tickets++
			}
			if n == 0 {
				close(begun)
			}
			select {
			case <-over:
				return
			case <-beat.C:
			}
		}
	})
	<-begun
	return func() (int, int, int) {
		select {
		case <-turned:
		case <-time.After(2 * time.Minute):
		}
		close(over)
		all.Wait()
		return vehicles, refused, tickets
	}
}

// TestAnApplicationGoesOnWriting: while an erasure is planned, carried out and checked, an application writes the person's rows without
// pause. None is left in the end, and no neighbour's row is another one.
func TestAnApplicationGoesOnWriting(t *testing.T) { onEach(t, goesOnWriting) }

func goesOnWriting(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	c := newClub(t, k)
	stop := c.hammer(t)
	p := c.planned(t, "C-2")
	c.applied(t, p)
	gone := func() bool {
		c.Run(t, "--json", "request", "resume", p.Request)
		return c.text(t, "SELECT count(*) FROM members WHERE id = 2") == "0"
	}
	product.Until(func() bool { // on a busy machine it may have had to give way to who writes
		if gone() {
			return true
		}
		c.Later(2 * time.Minute)
		return false
	})
	if !gone() {
		t.Errorf("the member is still there: %+v", c.Standing(t, p.Request).Systems)
	}
	if vehicles, refused, tickets := stop(); vehicles == 0 || refused == 0 || tickets <= vehicles {
		t.Fatalf("the application wrote %d vehicles, was refused %d, and wrote %d tickets: it did not go on while the work was done", vehicles, refused, tickets)
	}
	c.finish(t, p.Request)
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}

// TestTheServerGoesAwayAndComesBack: nobody answers for a while, as the work is about to begin; it waits, and is done when somebody does.
func TestTheServerGoesAwayAndComesBack(t *testing.T) { onEach(t, goesAway) }

func goesAway(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	c := newClub(t, k)
	p := c.planned(t, "C-2")
	there := c.Extra["CLUB_URL"]
	c.between.Cut(servers.Cut{Words: "FOR UPDATE", When: servers.Before})
	c.applied(t, p)
	c.Extra["CLUB_URL"] = k.nowhere
	c.Later(2 * time.Minute)
	c.Must(t, "--json", "request", "resume", p.Request)
	if st := c.Standing(t, p.Request); st.WaitsFor != "store" {
		t.Errorf("it waits for %q", st.WaitsFor)
	}
	c.Extra["CLUB_URL"] = there
	c.ends(t, p, want)
}
