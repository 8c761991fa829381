package faults

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestADeadlockWithAnApplication: an application holds what dossier waits for and waits for what dossier holds. Dossier gives way and
// tries again; the application never hears of it.
func TestADeadlockWithAnApplication(t *testing.T) {
	want := quiet(t)
	c := newClub(t)
	p := c.planned(t, "C-2")
	app, err := pgx.Connect(t.Context(), c.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer app.Close(context.Background())
	if _, err := app.Exec(t.Context(), "SET deadlock_timeout = '1h'; BEGIN; UPDATE vehicles SET plate = plate WHERE member_id = 2"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for waiting := false; !waiting; {
			if err := c.admin.QueryRow(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'), pg_sleep(0.01)::text`).Scan(&waiting, nil); err != nil {
				t.Error(err)
				return
			}
		}
		if _, err := app.Exec(t.Context(), "UPDATE members SET name = 'Eva' WHERE id = 2; COMMIT"); err != nil {
			t.Errorf("the application: %v", err)
		}
	})
	c.between.Heard()
	c.applied(t, p)
	all.Wait()
	begun := 0
	for _, s := range c.between.Heard() {
		if strings.Contains(s, "READ COMMITTED READ WRITE") {
			begun++
		}
	}
	if register := product.System(t, c.Standing(t, p.Request), "register"); begun < 2 || register.VerifiedAt == nil {
		t.Errorf("after %d tries it is %s: %s", begun, register.State, register.Why)
	}
	if committed, inferred := c.finish(t, p.Request); committed != clubGone || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}

// hammer writes rows of the second member without pause, vehicles under a foreign key and tickets under none, until it is told to stop;
// then it gives how many of each were written, and how many refused.
func (c *club) hammer(t *testing.T) (stop func() (vehicles, refused, tickets int)) {
	t.Helper()
	app, err := pgx.Connect(t.Context(), c.Ordinary)
	if err != nil {
		t.Fatal(err)
	}
	over, begun := make(chan struct{}), make(chan struct{})
	var vehicles, refused, tickets int
	var all sync.WaitGroup
	all.Go(func() {
		defer app.Close(context.Background())
		beat := time.NewTicker(5 * time.Millisecond)
		defer beat.Stop()
		for n := 0; ; n++ {
			if _, err := app.Exec(context.Background(), "INSERT INTO vehicles (id, member_id, plate) VALUES ($1, 2, 'H')", 1000+n); err == nil {
				vehicles++
			} else {
				refused++
			}
			if _, err := app.Exec(context.Background(), "INSERT INTO tickets (id, member_id, said) VALUES ($1, 2, 'H')", 1000+n); err == nil {
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
		close(over)
		all.Wait()
		return vehicles, refused, tickets
	}
}

// TestAnApplicationGoesOnWriting: while an erasure is planned, carried out and checked, an application writes the person's rows without
// pause. None is left in the end, and no neighbour's row is another one.
func TestAnApplicationGoesOnWriting(t *testing.T) {
	want := quiet(t)
	c := newClub(t)
	stop := c.hammer(t)
	p := c.planned(t, "C-2")
	c.applied(t, p)
	c.Run(t, "--json", "request", "resume", p.Request)
	if n := c.text(t, "SELECT count(*)::text FROM members WHERE id = 2"); n != "0" {
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
func TestTheServerGoesAwayAndComesBack(t *testing.T) {
	c := newClub(t)
	p := c.planned(t, "C-2")
	there := c.Extra["CLUB_URL"]
	c.between.Cut(servers.Cut{Words: "FOR UPDATE", When: servers.Before})
	c.applied(t, p)
	c.Extra["CLUB_URL"] = "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable"
	c.Later(2 * time.Minute)
	c.Must(t, "--json", "request", "resume", p.Request)
	if st := c.Standing(t, p.Request); st.WaitsFor != "store" {
		t.Errorf("it waits for %q", st.WaitsFor)
	}
	c.Extra["CLUB_URL"] = there
	if committed, inferred := c.finish(t, p.Request); committed != clubGone || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
}
