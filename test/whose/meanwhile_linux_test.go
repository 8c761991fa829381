package whose

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// hammering, in the environment, names the database this process writes to instead of testing.
const hammering = "WHOSE_HAMMER"

// hammer is an application that knows nothing of dossier: it writes rows of member 2, vehicles under a foreign key and tickets without
// one, until its standard input ends; then it says how many.
func hammer(file string) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=busy_timeout(60000)&_pragma=foreign_keys(1)")
	if err != nil {
		return err
	}
	defer db.Close()
	stop := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(stop)
	}()
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	vehicles, refused, tickets := 0, 0, 0
	for n := 0; ; n++ {
		if _, err := db.Exec("INSERT INTO vehicles (member_id, plate) VALUES (2, 'H')"); err == nil {
			vehicles++
		} else {
			refused++
		}
		if _, err := db.Exec("INSERT INTO tickets (member_id, said) VALUES (2, 'H')"); err == nil {
			tickets++
		}
		if n == 0 {
			fmt.Println("begun")
		}
		select {
		case <-stop:
			fmt.Println(vehicles, refused, tickets)
			return nil
		case <-beat.C:
		}
	}
}

// TestAnApplicationGoesOnWriting: while an erasure is planned, carried out and checked, an application writes the person's rows without
// pause. None is left in the end, and no neighbour's row is another one.
func TestAnApplicationGoesOnWriting(t *testing.T) {
	t.Parallel()
	c := newClub(t, "PRAGMA journal_mode=WAL", "DROP TABLE vehicles", "CREATE TABLE vehicles (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members (id), plate TEXT)",
		"CREATE TABLE tickets (id INTEGER PRIMARY KEY, member_id INTEGER, said TEXT)",
		"INSERT INTO members VALUES (1, '1', 'Anna', NULL), (2, '2', 'Ewa', '2001-02-03'), (3, '3', 'Jan', NULL)",
		"INSERT INTO vehicles (member_id, plate) VALUES (1, 'AA 1'), (2, 'BB 2'), (3, 'CC 3')", "INSERT INTO tickets (member_id, said) VALUES (1, 'one'), (2, 'two'), (3, 'three')")
	mapText := strings.Replace(clubRegister, "  vehicles:\n", "  vehicles:\n    growth: any\n", 1) +
		"  tickets:\n    growth: any\n    fields:\n      member_id: { owned_by: members }\n      said:      vehicle.plate\n"
	write(t, filepath.Join(c.Map, "register.yaml"), mapText)
	const neighbours = "SELECT group_concat(x, ';') FROM (SELECT id || member_no || name AS x FROM members WHERE id <> 2 UNION ALL SELECT id || member_id || plate FROM vehicles WHERE member_id <> 2 UNION ALL SELECT id || member_id || said FROM tickets WHERE member_id <> 2 ORDER BY 1)"
	before := text(t, c.register, neighbours)

	h := exec.Command(os.Args[0])
	h.Env = append(os.Environ(), hammering+"="+c.Extra["CLUB_REGISTER"])
	h.Stderr = os.Stderr
	in, err := h.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Process.Kill() })
	said := bufio.NewScanner(out)
	if !said.Scan() || said.Text() != "begun" {
		t.Fatalf("the application says %q", said.Text())
	}
	p := c.planned(t, "2")
	if r := c.Apply(t, p); r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	var left string
	product.Until(func() bool { // on a busy machine it may have had to give way to who writes
		if r := c.Run(t, "--json", "request", "resume", p.Request); r.Code != 0 && r.Code != 4 {
			t.Fatalf("%+v", r)
		}
		left = text(t, c.register, "SELECT count(*) FROM members WHERE id = 2")
		c.Later(2 * time.Minute)
		return left == "0"
	})
	if left != "0" {
		t.Errorf("the member is still there: %+v", c.Standing(t, p.Request).Systems)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	var vehicles, refused, tickets int
	if !said.Scan() {
		t.Fatal("the application said nothing at its end")
	}
	if _, err := fmt.Sscan(said.Text(), &vehicles, &refused, &tickets); err != nil || vehicles == 0 || refused == 0 || tickets <= vehicles {
		t.Fatalf("the application wrote %d vehicles, was refused %d, and wrote %d tickets: it did not go on while the work was done (%v)", vehicles, refused, tickets, err)
	}
	if err := h.Wait(); err != nil {
		t.Fatal(err)
	}

	product.Until(func() bool {
		c.Later(25 * time.Hour)
		c.Run(t, "--json", "request", "resume", p.Request)
		return c.Standing(t, p.Request).State == "done"
	})
	if st := c.Standing(t, p.Request); st.State != "done" {
		t.Errorf("it is %s: %s", st.State, st.Why)
	}
	for _, table := range []string{"vehicles", "tickets"} {
		if got := text(t, c.register, "SELECT count(*) FROM "+table+" WHERE member_id = 2"); got != "0" {
			t.Errorf("%s: %s rows are left", table, got)
		}
	}
	if after := text(t, c.register, neighbours); after != before {
		t.Errorf("the neighbours are %s, were %s", after, before)
	}
}
