package main

import (
	"database/sql"
	"fmt"
)

// member is one of the crowd.
type member struct {
	id              int64
	no, pesel, mail string
}

// members picks n of the crowd, spread over it, that have a lease and an account.
func members(register, ledger *sql.DB, n int, where string) ([]member, error) {
	rows, err := register.Query(`SELECT id, member_no, pesel, coalesce(email, '') FROM members m WHERE id > 60 AND ` + where + `
		AND EXISTS (SELECT 1 FROM lease_parties p WHERE p.member_id = m.id) ORDER BY id * 7919 % 10007`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []member
	for rows.Next() && len(out) < n {
		var m member
		if err := rows.Scan(&m.id, &m.no, &m.pesel, &m.mail); err != nil {
			return nil, err
		}
		var accounts int
		if err := ledger.QueryRow("SELECT count(*) FROM accounts WHERE member_no = ?", m.no).Scan(&accounts); err != nil {
			return nil, err
		}
		if accounts > 0 {
			out = append(out, m)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the sample has no such member")
	}
	return out, rows.Err()
}
