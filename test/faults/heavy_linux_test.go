package faults

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestAHeavyAccount: an account of many rows goes in slices while an application works on the same tables. None of its calls fails or waits
// for more than a slice, and every row it wrote is there.
func TestAHeavyAccount(t *testing.T) {
	const heavy = 1200
	c := newClub(t, "INSERT INTO vehicles (member_id, plate) SELECT 2, 'W' FROM generate_series(1, 1200)", "INSERT INTO tickets (member_id, said) SELECT 2, 'T' FROM generate_series(1, 1200)")
	file := filepath.Join(c.Map, "register.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(clubRegister, "backups:", "rows_per_transaction: 100\nbackups:", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := c.planned(t, "C-2")
	if p.Systems[0].Transaction != "slices" {
		t.Errorf("the plan says %q", p.Systems[0].Transaction)
	}
	app, err := pgx.Connect(t.Context(), c.Ordinary)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Exec(t.Context(), "SET lock_timeout = '60s'"); err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int64
	stop, first := make(chan struct{}), make(chan struct{})
	var longest time.Duration
	var all sync.WaitGroup
	all.Go(func() {
		defer app.Close(context.Background())
		for n := 0; ; n++ {
			began := time.Now()
			for _, s := range []string{"INSERT INTO tickets (id, member_id, said) VALUES ($1, 3, 'A')", "INSERT INTO vehicles (id, member_id, plate) VALUES ($1, 1, 'A')",
				"UPDATE vehicles SET plate = 'B' WHERE id = $1", "UPDATE members SET name = 'Jan' WHERE id = 3 AND $1 > 0"} {
				if _, err := app.Exec(context.Background(), s, 100_000+n); err != nil {
					t.Errorf("the application: %v", err)
					return
				}
			}
			longest = max(longest, time.Since(began))
			if calls.Add(1) == 1 {
				close(first)
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	<-first
	c.between.Heard()
	began, before := time.Now(), calls.Load()
	c.applied(t, p)
	took, during := time.Since(began), calls.Load()-before
	close(stop)
	all.Wait()
	commits := 0
	for _, s := range c.between.Heard() {
		if strings.HasSuffix(s, "*/ COMMIT") {
			commits++
		}
	}
	t.Logf("%d rows in %d transactions in %s; meanwhile the application did %d rounds, the longest in %s", 2*heavy, commits, took, during, longest)
	if commits < 2*heavy/100 || during == 0 {
		t.Errorf("%d transactions, and %d rounds of the application", commits, during)
	}
	if committed, inferred := c.finish(t, p.Request); committed != clubGone+2*heavy || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if n := c.text(t, "SELECT count(*)::text FROM (SELECT member_id FROM vehicles UNION ALL SELECT member_id FROM tickets) AS x WHERE member_id = 2"); n != "0" {
		t.Errorf("%s rows are left", n)
	}
	if n := c.text(t, "SELECT (SELECT count(*) FROM vehicles WHERE plate = 'B' AND member_id = 1) || ' ' || (SELECT count(*) FROM tickets WHERE said = 'A' AND member_id = 3)"); n != fmt.Sprintf("%[1]d %[1]d", calls.Load()) {
		t.Errorf("of %d rows of each table the application wrote %s are there", calls.Load(), n)
	}
}
