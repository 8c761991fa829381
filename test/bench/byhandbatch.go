package main

import "database/sql"

// What one would write for many at once: who goes stands in a table of the connection's own, and every statement is over all of them.
var registerOfMany = []statement{
	{"UPDATE members SET recommended_by = NULL WHERE recommended_by IN (SELECT id FROM temp.gone)", ""},
	{"UPDATE members SET representative_id = NULL WHERE representative_id IN (SELECT id FROM temp.gone)", ""},
	{"DELETE FROM member_search WHERE member_id IN (SELECT id FROM temp.gone)", ""},
	{"DELETE FROM vehicles WHERE member_id IN (SELECT id FROM temp.gone)", ""},
	{"DELETE FROM disclosures WHERE member_id IN (SELECT id FROM temp.gone)", ""},
	{"DELETE FROM lease_parties WHERE member_id IN (SELECT id FROM temp.gone)", ""},
	{"UPDATE leases SET party_count = (SELECT count(*) FROM lease_parties p WHERE p.lease_no = leases.lease_no) WHERE lease_no IN (SELECT no FROM temp.held)", ""},
	{"DELETE FROM leases WHERE lease_no IN (SELECT no FROM temp.ended)", ""},
	{"DELETE FROM members WHERE id IN (SELECT id FROM temp.gone)", ""},
	{"DELETE FROM addresses WHERE id IN (SELECT address FROM temp.gone) AND NOT EXISTS (SELECT 1 FROM members WHERE address_id = addresses.id)", ""},
}

var ledgerOfMany = []statement{
	{"INSERT INTO accounts (account_no, holder) VALUES ('0000', 'zbiorcze') ON CONFLICT DO NOTHING", ""},
	{"DELETE FROM balances WHERE account_no IN (SELECT no FROM temp.closed)", ""},
	{"DELETE FROM arrears_letters WHERE account_no IN (SELECT no FROM temp.closed)", ""},
	{`UPDATE entries SET account_no = '0000', payer = NULL, title = 'usunięto', booked_on = substr(booked_on, 1, 4) || '-01-01', due_on = NULL,
		status = NULL, corrects_book = NULL, corrects_no = NULL WHERE account_no IN (SELECT no FROM temp.closed)`, ""},
	{"DELETE FROM accounts WHERE account_no IN (SELECT no FROM temp.closed)", ""},
}

// eraseAll takes many members away from both files, in a transaction each.
func (b *byHand) eraseAll(who []member) (rows int64, err error) {
	var gone, stay []goneLease
	n, err := inOne(b.reg, func(tx *sql.Tx) (n int64, err error) {
		if err := told(tx, who); err != nil {
			return 0, err
		}
		if gone, stay, err = leasesOfNobodyElse(tx); err != nil {
			return 0, err
		}
		return changes(tx, registerOfMany, member{})
	})
	if err != nil {
		return 0, err
	}
	more, err := inOne(b.led, func(tx *sql.Tx) (int64, error) {
		if err := accountsOf(tx, who); err != nil {
			return 0, err
		}
		n, err := readingsOfMany(tx, gone, stay)
		if err != nil {
			return 0, err
		}
		more, err := changes(tx, ledgerOfMany, member{})
		return n + more, err
	})
	return n + more, err
}

// told puts who goes into a table of this connection, with their addresses.
func told(tx *sql.Tx, who []member) error {
	if err := all(tx, "DROP TABLE IF EXISTS temp.gone", "CREATE TEMP TABLE gone (id INTEGER PRIMARY KEY, address INTEGER)"); err != nil {
		return err
	}
	in, err := tx.Prepare("INSERT INTO temp.gone SELECT id, address_id FROM members WHERE id = ?")
	if err != nil {
		return err
	}
	defer in.Close()
	for _, m := range who {
		if _, err := in.Exec(m.id); err != nil {
			return err
		}
	}
	return nil
}

// leasesOfNobodyElse are the leases that only those who go hold, and those of others on the same flats, whose readings stay; leases that
// others hold too are kept for recounting.
func leasesOfNobodyElse(tx *sql.Tx) (gone, stay []goneLease, err error) {
	err = all(tx, "DROP TABLE IF EXISTS temp.held", "DROP TABLE IF EXISTS temp.ended",
		"CREATE TEMP TABLE held AS SELECT DISTINCT lease_no AS no FROM lease_parties WHERE member_id IN (SELECT id FROM temp.gone)",
		`CREATE TEMP TABLE ended AS SELECT no FROM temp.held WHERE NOT EXISTS (
			SELECT 1 FROM lease_parties o WHERE o.lease_no = no AND o.member_id NOT IN (SELECT id FROM temp.gone))`)
	if err != nil {
		return nil, nil, err
	}
	if gone, err = leasesWhere(tx, "lease_no IN (SELECT no FROM temp.ended)"); err != nil {
		return nil, nil, err
	}
	stay, err = leasesWhere(tx, "lease_no NOT IN (SELECT no FROM temp.ended) AND flat_no IN (SELECT flat_no FROM leases WHERE lease_no IN (SELECT no FROM temp.ended))")
	return gone, stay, err
}

func accountsOf(tx *sql.Tx, who []member) error {
	if err := all(tx, "DROP TABLE IF EXISTS temp.closed", "CREATE TEMP TABLE closed (no TEXT PRIMARY KEY)"); err != nil {
		return err
	}
	in, err := tx.Prepare("INSERT INTO temp.closed SELECT account_no FROM accounts WHERE member_no = ?")
	if err != nil {
		return err
	}
	defer in.Close()
	for _, m := range who {
		if _, err := in.Exec(m.no); err != nil {
			return err
		}
	}
	return nil
}

func readingsOfMany(tx *sql.Tx, gone, stay []goneLease) (n int64, err error) {
	if err := all(tx, "DROP TABLE IF EXISTS temp.others", "CREATE TEMP TABLE others (flat TEXT, since TEXT, until TEXT)"); err != nil {
		return 0, err
	}
	for _, l := range stay {
		if _, err := tx.Exec("INSERT INTO temp.others VALUES (?, ?, ?)", l.flat, l.from, l.to); err != nil {
			return 0, err
		}
	}
	out, err := tx.Prepare(`DELETE FROM readings WHERE flat_no = ?1 AND read_on BETWEEN ?2 AND ?3
		AND NOT EXISTS (SELECT 1 FROM temp.others WHERE flat = readings.flat_no AND readings.read_on BETWEEN since AND until)`)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	for _, l := range gone {
		res, err := out.Exec(l.flat, l.from, l.to)
		if err != nil {
			return 0, err
		}
		more, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		n += more
	}
	return n, nil
}

func all(tx *sql.Tx, texts ...string) error {
	for _, text := range texts {
		if _, err := tx.Exec(text); err != nil {
			return err
		}
	}
	return nil
}
