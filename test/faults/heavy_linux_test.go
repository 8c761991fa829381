package faults

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestAHeavyAccount: an account of many rows goes in slices while an application works on the same tables. None of its calls fails or waits
// for more than a slice, and every row it wrote is there.
func TestAHeavyAccount(t *testing.T) { onEach(t, heavyAccount) }

func heavyAccount(t *testing.T, k *kind) {
	const heavy = 1200
	c := newClub(t, k, "INSERT INTO vehicles (member_id, plate) "+many("(2, 'W%d')", heavy), "INSERT INTO tickets (member_id, said) "+many("(2, 'T%d')", heavy))
	c.map_(t, "backups:", "rows_per_transaction: 100\nbackups:")
	p := c.planned(t, "C-2")
	if p.Systems[0].Transaction != "slices" {
		t.Errorf("the plan says %q", p.Systems[0].Transaction)
	}
	work := &rounds{app: c.app(t, k.patient)}
	stop := work.begin(t)
	c.between.Heard()
	before, began := work.rate(), time.Now()
	c.applied(t, p)
	took, during := time.Since(began), work.rate()
	work.more(t, 100)
	after := work.rate()
	stop()
	commits := 0
	for _, s := range c.between.Heard() {
		if strings.HasSuffix(s, "*/ COMMIT") {
			commits++
		}
	}
	t.Logf("%d rows in %d transactions in %s; an application did %s, meanwhile %s, afterwards %s, the longest round in %s", 2*heavy, commits, took, before, during, after, work.longest)
	if commits < 2*heavy/100 || during.rounds == 0 {
		t.Errorf("%d transactions, and %d rounds of the application", commits, during.rounds)
	}
	if committed, inferred := c.finish(t, p.Request); committed != clubGone+2*heavy || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if n := c.text(t, "SELECT count(*) FROM (SELECT member_id FROM vehicles UNION ALL SELECT member_id FROM tickets) AS x WHERE member_id = 2"); n != "0" {
		t.Errorf("%s rows are left", n)
	}
	if n := c.text(t, "SELECT concat((SELECT count(*) FROM vehicles WHERE plate = 'B' AND member_id = 1), ' ', (SELECT count(*) FROM tickets WHERE said = 'A' AND member_id = 3))"); n != fmt.Sprintf("%[1]d %[1]d", work.done.Load()) {
		t.Errorf("of %d rows of each table the application wrote %s are there", work.done.Load(), n)
	}
}

// rounds are an application at work on other members' rows of the same tables.
type rounds struct {
	app     *sql.Conn
	done    atomic.Int64
	longest time.Duration // known once it has stopped

	beat  chan struct{} // one for every round that somebody waits for
	since time.Time     // of rate
	seen  int64
}

// more waits for rounds.
func (r *rounds) more(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-r.beat:
		case <-t.Context().Done():
		}
	}
}

// begin does rounds until it is told to stop; it has done some when it is back.
func (r *rounds) begin(t *testing.T) (stop func()) {
	t.Helper()
	over := make(chan struct{})
	r.since, r.beat = time.Now(), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer close(r.beat)
		for n := 0; ; n++ {
			began := time.Now()
			for _, s := range []string{"INSERT INTO tickets (id, member_id, said) VALUES (%d, 3, 'A')", "INSERT INTO vehicles (id, member_id, plate) VALUES (%d, 1, 'A')",
				"UPDATE vehicles SET plate = 'B' WHERE id = %d", "UPDATE members SET name = 'Jan' WHERE id = 3 AND %d > 0"} {
				if _, err := r.app.ExecContext(context.Background(), fmt.Sprintf(s, 100_000+n)); err != nil {
					t.Errorf("the application: %v", err)
					return
				}
			}
			r.longest = max(r.longest, time.Since(began))
			r.done.Add(1)
			select {
			case r.beat <- struct{}{}:
			case <-over:
				return
			default:
			}
		}
	})
	r.more(t, 100)
	return func() {
		close(over)
		all.Wait()
	}
}

// rate is how fast the work went since it was asked last.
func (r *rounds) rate() speed {
	now, n := time.Now(), r.done.Load()
	s := speed{n - r.seen, now.Sub(r.since)}
	r.since, r.seen = now, n
	return s
}

type speed struct {
	rounds int64
	in     time.Duration
}

func (s speed) String() string {
	return fmt.Sprintf("%.0f rounds a second", float64(s.rounds)/s.in.Seconds())
}
