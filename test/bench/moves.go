package main

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// move is a table whose rows are moved away by hand: those of a member (m the id, n the number), by a condition on t.
// blank is what is left in the place of a row, "" nothing; where stays says so, only of the rows it holds of.
type move struct{ table, where, args, key, blank, stays string }

// Rows that lead to others go first.
var registerMoves = []move{
	{"member_search", "t.member_id = ?", "m", "member_id", "terms = ''", ""},
	{"vehicles", "t.member_id = ?", "m", "id", "plate = ''", ""},
	{"disclosures", "t.member_id = ?", "m", "id", "recipient = '', sent_on = NULL", ""},
	{"lease_parties", "t.member_id = ?", "m", "lease_no, member_id", "", ""},
	{"leases", `t.lease_no IN (SELECT lease_no FROM held_lease_parties WHERE member_id = ?) AND NOT EXISTS (SELECT 1 FROM lease_parties p WHERE p.lease_no = t.lease_no)`, "m", "lease_no", "", ""},
	{"members", "t.id = ?", "m", "id", `member_no = NULL, pesel = NULL, email = NULL, phone = NULL, first_name = '', last_name = '', born_on = NULL, died_on = NULL, joined_on = '',
		left_on = NULL, status = NULL, address_id = NULL, representative_id = NULL, recommended_by = NULL, registered_by = NULL, emergency_name = NULL, emergency_phone = NULL,
		disability = NULL, risk_score = NULL, scored_on = NULL, notes = NULL, statement = NULL, restricted_at = NULL, created_at = NULL, row_version = 0`, ""},
	{"addresses", `t.id IN (SELECT address_id FROM held_members WHERE id = ?) AND NOT EXISTS (SELECT 1 FROM members o WHERE o.address_id = t.id)`, "m", "id", "street = NULL, city = NULL", ""},
}

var ledgerMoves = []move{
	{"balances", "t.account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)", "n", "account_no", "", ""},
	{"arrears_letters", "t.account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)", "n", "id", "sent_on = NULL, body = ''", ""},
	{"entries", "t.account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)", "n", "book, entry_no",
		"payer = NULL, title = '', amount = 0, booked_on = NULL, due_on = NULL, status = NULL, corrects_book = NULL, corrects_no = NULL",
		"EXISTS (SELECT 1 FROM entries o WHERE o.corrects_book = entries.book AND o.corrects_no = entries.entry_no AND (o.book, o.entry_no) NOT IN (SELECT book, entry_no FROM held_entries))"},
	{"accounts", "t.member_no = ?", "n", "account_no", "member_no = NULL, holder = '', iban = NULL",
		"(EXISTS (SELECT 1 FROM entries o WHERE o.account_no = accounts.account_no) OR EXISTS (SELECT 1 FROM arrears_letters o WHERE o.account_no = accounts.account_no))"},
}

// readingsOf are moved for each lease of the member's alone.
var readingsOf = move{"readings", "t.flat_no = ? AND t.read_on BETWEEN ? AND ?", "", "flat_no, meter, read_on", "", ""}

// prepareMoves makes the tables the rows go to, each with the key of its own.
func (b *byHand) prepareMoves() error {
	for db, moves := range map[*sql.DB][]move{b.reg: registerMoves, b.led: append(slices.Clone(ledgerMoves), readingsOf)} {
		for _, v := range moves {
			for _, text := range []string{"CREATE TABLE held_" + v.table + " AS SELECT * FROM " + v.table + " WHERE FALSE", "CREATE UNIQUE INDEX held_" + v.table + "_key ON held_" + v.table + " (" + v.key + ")"} {
				if _, err := db.Exec(text); err != nil {
					return err
				}
			}
		}
	}
	_, err := b.reg.Exec("CREATE INDEX held_parties_member ON held_lease_parties (member_id)")
	return err
}

// restrict moves the member's own rows into the held tables of both files, in a transaction each.
func (b *byHand) restrict(m member) (rows int64, err error) {
	var alone []goneLease
	n, err := inOne(b.reg, func(tx *sql.Tx) (n int64, err error) {
		if alone, err = leasesAlone(tx, m); err != nil {
			return 0, err
		}
		if _, err := change(tx, "UPDATE members SET restricted_at = '2026-11-06 11:00:00' WHERE id = ?", m.id); err != nil {
			return 0, err
		}
		return away(tx, registerMoves, m)
	})
	if err != nil {
		return 0, err
	}
	more, err := inOne(b.led, func(tx *sql.Tx) (n int64, err error) {
		for _, l := range alone {
			more, err := readingsOf.away(tx, l.flat, l.from, l.to)
			if err != nil {
				return 0, err
			}
			n += more
		}
		more, err := away(tx, ledgerMoves, m)
		return n + more, err
	})
	return n + more, err
}

func away(tx *sql.Tx, moves []move, m member) (n int64, err error) {
	if _, err := tx.Exec("PRAGMA defer_foreign_keys = ON"); err != nil {
		return 0, err
	}
	for _, v := range moves {
		more, err := v.away(tx, v.values(m)...)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", v.table, err)
		}
		n += more
	}
	return n, nil
}

func (v move) values(m member) (out []any) {
	for _, a := range v.args {
		out = append(out, map[rune]any{'m': m.id, 'n': m.no}[a])
	}
	return out
}

func (v move) away(tx *sql.Tx, args ...any) (int64, error) {
	n, err := change(tx, "INSERT INTO held_"+v.table+" SELECT * FROM "+v.table+" AS t WHERE "+v.where, args...)
	if err != nil || n == 0 {
		return n, err
	}
	here := " WHERE (" + v.key + ") IN (SELECT " + v.key + " FROM held_" + v.table + ")"
	stays := cmp.Or(v.stays, "TRUE")
	if v.blank == "" {
		stays = "FALSE"
	} else if _, err := change(tx, "UPDATE "+v.table+" SET "+v.blank+here+" AND "+stays); err != nil {
		return 0, err
	}
	_, err = change(tx, "DELETE FROM "+v.table+here+" AND NOT "+stays)
	return n, err
}

// lift moves everything back: only this member is held.
func (b *byHand) lift(m member) error {
	_, err := inOne(b.reg, func(tx *sql.Tx) (int64, error) {
		if err := back(tx, registerMoves); err != nil {
			return 0, err
		}
		return change(tx, "UPDATE members SET restricted_at = NULL WHERE id = ?", m.id)
	})
	if err != nil {
		return err
	}
	_, err = inOne(b.led, func(tx *sql.Tx) (int64, error) {
		return 0, back(tx, append(slices.Clone(ledgerMoves), readingsOf))
	})
	return err
}

func back(tx *sql.Tx, moves []move) error {
	if _, err := tx.Exec("PRAGMA defer_foreign_keys = ON"); err != nil {
		return err
	}
	for _, v := range slices.Backward(moves) {
		if v.blank != "" {
			if _, err := change(tx, "DELETE FROM "+v.table+" WHERE ("+v.key+") IN (SELECT "+v.key+" FROM held_"+v.table+")"); err != nil {
				return err
			}
		}
		for _, text := range []string{"INSERT INTO " + v.table + " SELECT * FROM held_" + v.table, "DELETE FROM held_" + v.table} {
			if _, err := change(tx, text); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
	}
	return nil
}

// marked is how many rows Dossier holds for a request.
func (b *byHand) marked(request string) (all int64, err error) {
	for _, db := range []*sql.DB{b.reg, b.led} {
		var n int64
		if err := db.QueryRow("SELECT count(*) FROM dossier_marks WHERE request = ?", request).Scan(&n); err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

// contents is every value of the tables that rows are moved out of.
func (b *byHand) contents() (map[string]string, error) {
	out := map[string]string{}
	for db, moves := range map[*sql.DB][]move{b.reg: registerMoves, b.led: append(slices.Clone(ledgerMoves), readingsOf)} {
		for _, v := range moves {
			text, err := contentsOf(db, v)
			if err != nil {
				return nil, err
			}
			out[v.table] = text
		}
	}
	return out, nil
}

func contentsOf(db *sql.DB, v move) (string, error) {
	var columns string
	err := db.QueryRow("SELECT 'quote(' || group_concat(name, ') || '','' || quote(') || ')' FROM pragma_table_info(?)", v.table).Scan(&columns)
	if err != nil {
		return "", err
	}
	var out sql.NullString
	err = db.QueryRow("SELECT group_concat(line, ';') FROM (SELECT " + columns + " AS line FROM " + v.table + " ORDER BY " + v.key + ")").Scan(&out)
	return strings.TrimSpace(out.String), err
}
