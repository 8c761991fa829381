package sqlite

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// crowd fills the house with members of one lease and 40 rows below each.
func crowd(t testing.TB, db *sql.DB, members int) {
	run(t, db, fmt.Sprintf(`BEGIN;
		WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d) INSERT INTO members SELECT i, 'M-' || i, 'm' || i || '@lipy.example', 'Name ' || i, NULL, NULL, NULL, 1 FROM n;
		WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d) INSERT INTO leases SELECT 'N-' || i, 'F', NULL, NULL, 1 FROM n;
		WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d) INSERT INTO parties SELECT 'N-' || i, i, NULL FROM n;
		WITH RECURSIVE n(i) AS (SELECT 40000 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d * 40 + 39) INSERT INTO payments SELECT i, 'N-' || (i / 40), '2020-01-02 03:04:05', 12.5, 'paid by transfer' FROM n;
		COMMIT`, 1000+members-1))
}

// leave is the erasure of members with their leases and payments.
func leave(tuples ...connectors.Tuple) []connectors.Treatment {
	paid, held, signed := toPayments(tuples...), toPayments(tuples...), toPayments(tuples...)
	held.Collection, held.Any[0].Via = leases, held.Any[0].Via[:2]
	signed.Collection, signed.Any[0].Via = parties, signed.Any[0].Via[:1]
	n := int64(len(tuples))
	return []connectors.Treatment{
		{ID: "payments", Verb: connectors.Delete, On: paid, AtMost: 40 * n}, {ID: "parties", Verb: connectors.Delete, On: signed, Capture: []string{"lease_no"}, AtMost: n},
		{ID: "leases", Verb: connectors.Delete, On: held, AtMost: n}, {ID: "members", Verb: connectors.Delete, On: by(members, "member_no", tuples...), Capture: []string{"id"}, AtMost: n},
	}
}

// byHand is the same as someone would write it.
func byHand(ctx context.Context, db *sql.DB, nos []string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
		return err
	}
	for _, no := range nos {
		for _, q := range []string{
			"DELETE FROM payments WHERE lease_no IN (SELECT lease_no FROM parties WHERE member_id = (SELECT id FROM members WHERE member_no = ?1))",
			"DELETE FROM leases WHERE lease_no IN (SELECT lease_no FROM parties WHERE member_id = (SELECT id FROM members WHERE member_no = ?1))",
			"DELETE FROM parties WHERE member_id = (SELECT id FROM members WHERE member_no = ?1)",
			"DELETE FROM members WHERE member_no = ?1",
		} {
			if _, err := tx.ExecContext(ctx, q, no); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// BenchmarkErase compares Apply with statements written by hand, person by person in turns, so that what the machine does
// meanwhile hits both. Both overwrite what they delete; "checkpointed" gives the hand-written ones the log's truncation too.
func BenchmarkErase(b *testing.B) {
	for _, mode := range journals {
		for _, persons := range []int{1, 100} {
			b.Run(fmt.Sprintf("%s/%d", mode, persons), func(b *testing.B) { benchmarkErase(b, mode, persons) })
		}
	}
}

func benchmarkErase(b *testing.B, mode string, persons int) {
	path, _ := newFile(b, "")
	db, err := sql.Open("sqlite", place{file: path}.source("foreign_keys(1)", "secure_delete(1)"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	run(b, db, house)
	run(b, db, "PRAGMA journal_mode = "+mode)
	crowd(b, db, 2*persons*b.N)
	s := opened(b, path)
	var mine, theirs, tail, mineCPU, theirsCPU time.Duration
	next := 1000
	b.ResetTimer()
	for range b.N {
		var nos []string
		for range persons {
			nos = append(nos, fmt.Sprintf("M-%d", next))
			next++
		}
		began, spent := time.Now(), processor(b)
		if err := byHand(b.Context(), db, nos); err != nil {
			b.Fatal(err)
		}
		theirs += time.Since(began)
		theirsCPU += processor(b) - spent
		began = time.Now()
		var busy, log, moved int
		if err := db.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved); err != nil {
			b.Fatal(err)
		}
		tail += time.Since(began)
		var tuples []connectors.Tuple
		for i := range persons {
			tuples = append(tuples, one(i, fmt.Sprintf("M-%d", next)))
			next++
		}
		do := leave(tuples...)
		began, spent = time.Now(), processor(b)
		out, err := s.Apply(b.Context(), do, connectors.ApplyOptions{Confirm: yes})
		mine += time.Since(began)
		mineCPU += processor(b) - spent
		if err != nil || out[0].Changed != int64(40*persons) || out[3].Changed != int64(persons) {
			b.Fatalf("%s %v", saidAll(out), err)
		}
	}
	b.ReportMetric(float64(mine)/float64(theirs), "ratio")
	b.ReportMetric(float64(mine)/float64(theirs+tail), "ratio-checkpointed")
	b.ReportMetric(float64(mineCPU)/float64(theirsCPU), "ratio-cpu")
	b.ReportMetric(float64(mine.Microseconds())/float64(b.N), "µs/apply")
	b.ReportMetric(float64(theirs.Microseconds())/float64(b.N), "µs/by-hand")
}

// processor is the time the process has had from the processors: what other processes do does not show in it.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLocate compares reading a table of a million rows with a plain SELECT written to CSV.
func BenchmarkLocate(b *testing.B) {
	path, db := newFile(b, house)
	crowd(b, db, 25000)
	s := opened(b, path)
	var mine, theirs time.Duration
	for range b.N {
		began := time.Now()
		plainCSV(b, db)
		theirs += time.Since(began)
		began = time.Now()
		n := 0
		sel := connectors.Selection{Collection: payments, All: true, Fields: []string{"id", "lease_no", "paid_on", "amount", "note"}}
		if err := connectors.Each(b.Context(), s, sel, func(int, []any) error { n++; return nil }); err != nil || n < 1e6 {
			b.Fatal(n, err)
		}
		mine += time.Since(began)
	}
	b.ReportMetric(float64(theirs)/float64(mine), "of-plain-speed")
	b.ReportMetric(1e6*float64(b.N)/mine.Seconds(), "rows/s")
}

func plainCSV(b *testing.B, db *sql.DB) {
	rows, err := db.Query("SELECT id, lease_no, CAST(paid_on AS TEXT), amount, note FROM payments")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	w := csv.NewWriter(bufio.NewWriter(io.Discard))
	cells := make([]sql.NullString, 5)
	for rows.Next() {
		if err := rows.Scan(&cells[0], &cells[1], &cells[2], &cells[3], &cells[4]); err != nil {
			b.Fatal(err)
		}
		if err := w.Write([]string{cells[0].String, cells[1].String, cells[2].String, cells[3].String, cells[4].String}); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	w.Flush()
}
