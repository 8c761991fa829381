package main

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// byHand is a program written for this one database.
type byHand struct{ reg, led *sql.DB }

func openHand(h *house) (*byHand, error) {
	reg, err := database(h.RegisterFile)
	if err != nil {
		return nil, err
	}
	led, err := database(h.LedgerFile)
	if err != nil {
		return nil, err
	}
	return &byHand{reg, led}, nil
}

// bothWays lays the same sample out twice: for Dossier, and for the statements written by hand. close ends both.
func bothWays(ctx context.Context, s settings, opt sample.Options, change map[string]string) (ours *house, hand *byHand, close func(), err error) {
	if ours, err = open(ctx, s, opt, change); err != nil {
		return nil, nil, nil, err
	}
	other, err := open(ctx, s, opt, change)
	if err != nil {
		ours.close()
		return nil, nil, nil, err
	}
	if hand, err = openHand(other); err != nil {
		other.close()
		ours.close()
		return nil, nil, nil, err
	}
	return ours, hand, func() { hand.close(); other.close(); ours.close() }, nil
}

func (b *byHand) close() { _, _ = b.reg.Close(), b.led.Close() }

// statement is one change, with what stands for its question marks: m the member's id, n the number.
type statement struct{ text, args string }

// Rows that lead to others go last.
var registerByHand = []statement{
	{"UPDATE members SET recommended_by = NULL WHERE recommended_by = ?", "m"},
	{"UPDATE members SET representative_id = NULL WHERE representative_id = ?", "m"},
	{"DELETE FROM member_search WHERE member_id = ?", "m"},
	{"DELETE FROM vehicles WHERE member_id = ?", "m"},
	{"DELETE FROM disclosures WHERE member_id = ?", "m"},
	{"UPDATE leases SET party_count = party_count - 1 WHERE lease_no IN (SELECT lease_no FROM lease_parties WHERE member_id = ?)", "m"},
	{"DELETE FROM lease_parties WHERE member_id = ?", "m"},
}

var ledgerByHand = []statement{
	{"INSERT INTO accounts (account_no, holder) VALUES ('0000', 'zbiorcze') ON CONFLICT DO NOTHING", ""},
	{"DELETE FROM balances WHERE account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)", "n"},
	{"DELETE FROM arrears_letters WHERE account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)", "n"},
	{`UPDATE entries SET account_no = '0000', payer = NULL, title = 'usunięto', booked_on = substr(booked_on, 1, 4) || '-01-01', due_on = NULL,
		status = NULL, corrects_book = NULL, corrects_no = NULL WHERE account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)`, "n"},
	{"DELETE FROM accounts WHERE member_no = ?", "n"},
}

// erase takes a member away from both files, in a transaction each.
func (b *byHand) erase(m member) (rows int64, err error) {
	gone, n, err := b.eraseRegister(m)
	if err != nil {
		return 0, err
	}
	more, err := inOne(b.led, func(tx *sql.Tx) (n int64, err error) {
		for _, l := range gone {
			more, err := change(tx, "DELETE FROM readings WHERE flat_no = ? AND read_on BETWEEN ? AND ?", l.flat, l.from, l.to)
			if err != nil {
				return 0, err
			}
			n += more
		}
		more, err := changes(tx, ledgerByHand, m)
		return n + more, err
	})
	return n + more, err
}

type goneLease struct{ no, flat, from, to string }

func (b *byHand) eraseRegister(m member) (gone []goneLease, n int64, err error) {
	n, err = inOne(b.reg, func(tx *sql.Tx) (n int64, err error) {
		if gone, err = leasesAlone(tx, m); err != nil {
			return 0, err
		}
		var address sql.NullInt64
		if err := tx.QueryRow("SELECT address_id FROM members WHERE id = ?", m.id).Scan(&address); err != nil {
			return 0, err
		}
		if n, err = changes(tx, registerByHand, m); err != nil {
			return 0, err
		}
		for _, l := range gone {
			more, err := change(tx, "DELETE FROM leases WHERE lease_no = ?", l.no)
			if err != nil {
				return 0, err
			}
			n += more
		}
		more, err := change(tx, "DELETE FROM members WHERE id = ?", m.id)
		if err != nil {
			return 0, err
		}
		last, err := change(tx, "DELETE FROM addresses WHERE id = ? AND NOT EXISTS (SELECT 1 FROM members WHERE address_id = addresses.id)", address)
		return n + more + last, err
	})
	return gone, n, err
}

// leasesAlone are the member's leases that nobody else holds.
func leasesAlone(tx *sql.Tx, m member) ([]goneLease, error) {
	return leasesWhere(tx, `lease_no IN (SELECT lease_no FROM lease_parties WHERE member_id = ?1)
		AND NOT EXISTS (SELECT 1 FROM lease_parties o WHERE o.lease_no = leases.lease_no AND o.member_id <> ?1)`, m.id)
}

// leasesWhere are the leases of which a condition holds.
func leasesWhere(tx *sql.Tx, where string, args ...any) ([]goneLease, error) {
	rows, err := tx.Query("SELECT lease_no, flat_no, CAST(started_on AS TEXT), coalesce(CAST(ended_on AS TEXT), '9999-12-31') FROM leases WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []goneLease
	for rows.Next() {
		var l goneLease
		if err := rows.Scan(&l.no, &l.flat, &l.from, &l.to); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

func inOne(db *sql.DB, f func(*sql.Tx) (int64, error)) (int64, error) {
	tx, err := db.Begin()
	if err != nil {
		return 0, err
	}
	n, err := f(tx)
	if err != nil {
		_ = tx.Rollback() // what failed is told
		return 0, err
	}
	return n, tx.Commit()
}

func changes(tx *sql.Tx, list []statement, m member) (n int64, err error) {
	for _, s := range list {
		var args []any
		for _, a := range s.args {
			args = append(args, map[rune]any{'m': m.id, 'n': m.no}[a])
		}
		more, err := change(tx, s.text, args...)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", s.text, err)
		}
		n += more
	}
	return n, nil
}

func change(tx *sql.Tx, text string, args ...any) (int64, error) {
	res, err := tx.Exec(text, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// empty copies the write-ahead logs into the files, so that nothing deleted stands there any more.
func (b *byHand) empty() error {
	for _, db := range []*sql.DB{b.reg, b.led} {
		if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			return err
		}
	}
	return nil
}

// compare wants the same numbers of rows in both copies: whoever is faster must have done the same.
func (b *byHand) compare(h *house) error {
	ours, err := openHand(h)
	if err != nil {
		return err
	}
	defer ours.close()
	for _, q := range []string{"members", "addresses", "leases", "lease_parties", "vehicles", "subscriptions", "disclosures", "member_search"} {
		if err := alike(q, b.reg, ours.reg); err != nil {
			return err
		}
	}
	for _, q := range []string{"accounts", "entries", "readings", "arrears_letters", "balances", "entries WHERE account_no = '0000'", "entries WHERE title = 'usunięto' AND payer IS NULL"} {
		if err := alike(q, b.led, ours.led); err != nil {
			return err
		}
	}
	line("both copies hold the same numbers of rows in every table")
	line("")
	return nil
}

func alike(from string, hand, ours *sql.DB) error {
	var a, b int
	if err := hand.QueryRow("SELECT count(*) FROM " + from).Scan(&a); err != nil {
		return err
	}
	if err := ours.QueryRow("SELECT count(*) FROM " + from).Scan(&b); err != nil {
		return err
	}
	if a != b {
		return fmt.Errorf("%s: %d rows after the statements by hand, %d after Dossier", from, a, b)
	}
	return nil
}
