package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// benchAccess compares the access of one member with queries written by hand into CSV files.
func benchAccess(ctx context.Context, s settings) error {
	h, err := open(ctx, s, sample.Options{Members: s.members}, nil)
	if err != nil {
		return err
	}
	defer h.close()
	reg, err := database(h.RegisterFile)
	if err != nil {
		return err
	}
	defer reg.Close()
	led, err := database(h.LedgerFile)
	if err != nil {
		return err
	}
	defer led.Close()
	who, err := members(reg, led, s.n+3, "1 = 1")
	if err != nil {
		return err
	}
	hand := &series{name: "by hand: queries to CSV files"}
	plan, collect := &series{name: "plan"}, &series{name: "archive: CSV, JSON, page, compressed, sealed"}
	again := &series{name: "look once more, and record"}
	for i, m := range who {
		byHand := func() (time.Duration, error) {
			begun := time.Now()
			err := readByHand(h, reg, led, m)
			return time.Since(begun), err
		}
		if i%2 == 0 {
			d, err := byHand()
			if err != nil {
				return err
			}
			hand.add(d)
		}
		id, err := h.ask(ctx, "access", m.pesel, nil)
		if err != nil {
			return err
		}
		begun := time.Now()
		p, err := h.engine.Plan(ctx, id, engine.PlanOptions{})
		if err != nil {
			return err
		}
		plan.add(time.Since(begun))
		if p.Asks() {
			if err := h.engine.Approve(ctx, id, p.Digest); err != nil {
				return err
			}
		}
		begun = time.Now()
		if err := h.engine.Start(ctx, id, p.Digest); err != nil {
			return err
		}
		again.add(time.Since(begun))
		begun = time.Now()
		if err := h.release(ctx, id); err != nil {
			return err
		}
		collect.add(time.Since(begun))
		if i%2 == 1 {
			d, err := byHand()
			if err != nil {
				return err
			}
			hand.add(d)
		}
	}
	for _, x := range []*series{hand, plan, again, collect} {
		x.took = x.took[3:] // warm by now
	}
	report("Access of one member", hand, plan, again, collect, sum("the whole access", plan, again, collect))
	line("connectors: started and opened in %s", short(h.started))
	line("")
	return nil
}

// readByHand is what one would write: every table, one query, one CSV; and the files of the member.
func readByHand(h *house, reg, led *sql.DB, m member) error {
	dir, err := os.MkdirTemp(h.dir, "hand-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, q := range []struct {
		name string
		db   *sql.DB
		text string
		arg  any
	}{
		{"members", reg, "SELECT member_no, pesel, email, phone, first_name, last_name, born_on, died_on, joined_on, left_on, status, disability, risk_score, scored_on, statement FROM members WHERE id = ?", m.id},
		{"addresses", reg, "SELECT street, city FROM addresses WHERE id = (SELECT address_id FROM members WHERE id = ?)", m.id},
		{"leases", reg, "SELECT l.* FROM leases l JOIN lease_parties p ON p.lease_no = l.lease_no WHERE p.member_id = ?", m.id},
		{"lease_parties", reg, "SELECT * FROM lease_parties WHERE member_id = ?", m.id},
		{"vehicles", reg, "SELECT * FROM vehicles WHERE member_id = ?", m.id},
		{"subscriptions", reg, "SELECT * FROM subscriptions WHERE email = ?", m.mail},
		{"disclosures", reg, "SELECT * FROM disclosures WHERE member_id = ?", m.id},
		{"accounts", led, "SELECT * FROM accounts WHERE member_no = ?", m.no},
		{"entries", led, "SELECT e.account_no, e.amount, e.booked_on, e.due_on, e.status FROM entries e JOIN accounts a ON a.account_no = e.account_no WHERE a.member_no = ?", m.no},
		{"arrears_letters", led, "SELECT l.* FROM arrears_letters l JOIN accounts a ON a.account_no = l.account_no WHERE a.member_no = ?", m.no},
	} {
		if _, err := toCSV(filepath.Join(dir, q.name+".csv"), q.db, q.text, q.arg); err != nil {
			return err
		}
	}
	spans, err := leasesOf(reg, m)
	if err != nil {
		return err
	}
	for _, x := range spans {
		if _, err := toCSV(filepath.Join(dir, "readings-"+x.no+".csv"), led, "SELECT * FROM readings WHERE flat_no = ? AND read_on BETWEEN ? AND ?", x.flat, x.from, x.to); err != nil {
			return err
		}
		if _, err := os.ReadDir(filepath.Join(h.DocumentsDir, "leases", x.no)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	if _, err := os.ReadDir(filepath.Join(h.DocumentsDir, "letters", m.no)); err != nil && !os.IsNotExist(err) {
		return err
	}
	return signatures(h, m)
}

type span struct{ no, flat, from, to string }

// leasesOf are the member's leases and when they ran.
func leasesOf(reg *sql.DB, m member) (spans []span, err error) {
	rows, err := reg.Query("SELECT l.lease_no, l.flat_no, coalesce(CAST(l.started_on AS TEXT), ''), coalesce(CAST(l.ended_on AS TEXT), '9999-12-31') FROM leases l JOIN lease_parties p ON p.lease_no = l.lease_no WHERE p.member_id = ?", m.id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x span
		if err := rows.Scan(&x.no, &x.flat, &x.from, &x.to); err != nil {
			return nil, err
		}
		spans = append(spans, x)
	}
	return spans, rows.Err()
}

// signatures looks through the petitions.
func signatures(h *house, m member) error {
	files, err := filepath.Glob(filepath.Join(h.DocumentsDir, "petitions", "*.json"))
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var p struct{ Signatories []struct{ Email *string } }
		if err := json.Unmarshal(b, &p); err != nil {
			return err
		}
	}
	return err
}

// toCSV writes what a query gives.
func toCSV(file string, db *sql.DB, query string, args ...any) (n int, err error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return rowsToCSV(f, rows)
}

func rowsToCSV(f io.Writer, rows *sql.Rows) (n int, err error) {
	w := csv.NewWriter(f)
	names, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	if err := w.Write(names); err != nil {
		return 0, err
	}
	values := make([]sql.NullString, len(names))
	into, record := make([]any, len(names)), make([]string, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
		for i, v := range values {
			record[i] = v.String
		}
		if err := w.Write(record); err != nil {
			return n, err
		}
		n++
	}
	w.Flush()
	return n, cmp.Or(rows.Err(), w.Error())
}
