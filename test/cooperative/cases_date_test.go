package cooperative

import (
	"database/sql"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// TestUnknownDatesOfEveryKind counts, for each column a period counts from, the ways in which it says nothing.
func TestUnknownDatesOfEveryKind(t *testing.T) {
	w := shared(t, Small)
	p := w.Persons.UnknownDates
	tomorrow := w.AsOf.AddDate(0, 0, 1).Format("2006-01-02")
	for _, c := range []struct{ store, column, from string }{
		{"register", "left_on", "lease_parties WHERE member_id = " + itoa(p.ID)},
		{"register", "ended_on", "leases JOIN lease_parties USING (lease_no) WHERE member_id = " + itoa(p.ID)},
		{"register", "sent_on", "disclosures WHERE member_id = " + itoa(p.ID)},
		{"ledger", "booked_on", "entries WHERE account_no = '" + p.Account + "'"},
		{"ledger", "due_on", "entries WHERE status = 'unpaid' AND account_no = '" + p.Account + "'"},
		{"ledger", "sent_on", "arrears_letters WHERE account_no = '" + p.Account + "'"},
	} {
		db := w.Register(t)
		if c.store == "ledger" {
			db = w.Ledger(t)
		}
		kinds := kindsOfDates(t, db, "SELECT CAST("+c.column+" AS TEXT) FROM "+c.from, tomorrow)
		for _, kind := range []string{"NULL", "empty", "zero", "unreadable", "future"} {
			if kinds[kind] == 0 {
				t.Errorf("%s of %s: no date is %s", c.column, c.from, kind)
			}
		}
	}
	want(t, Count(t, w.Register(t), "SELECT count(*) FROM members WHERE left_on = '0000-00-00'"), 1, "members who left on the zero day")
	want(t, len(files(t, w, "letters/"+p.MemberNo)), 4, "letters of unknown date")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// kindsOfDates counts the dates a query gives by what they say.
func kindsOfDates(t *testing.T, db *sql.DB, query, tomorrow string) map[string]int {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	kinds := map[string]int{}
	for rows.Next() {
		var d *string
		if err := rows.Scan(&d); err != nil {
			t.Fatal(err)
		}
		kinds[kindOfDate(d, tomorrow)]++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return kinds
}

func kindOfDate(d *string, tomorrow string) string {
	if d == nil {
		return "NULL"
	}
	_, _, ok := connectors.Date(*d, sample.Zone)
	switch {
	case *d == "":
		return "empty"
	case *d == "0000-00-00":
		return "zero"
	case !ok:
		return "unreadable"
	case *d >= tomorrow:
		return "future"
	}
	return "known"
}

// TestAroundTheYearsEnd: on the day of the sample, what is called "upłynął" has lapsed and what is called "trwa" has not.
func TestAroundTheYearsEnd(t *testing.T) {
	for _, asOf := range []time.Time{sample.ReferenceDay, time.Date(2028, 1, 1, 0, 0, 0, 0, sample.Zone), time.Date(2027, 12, 31, 0, 0, 0, 0, sample.Zone)} {
		w := Lay(t, sample.Options{Members: 50, AsOf: asOf})
		p := w.Persons.YearEnd
		if n := checkTitles(t, w, p.Account); n != 6 {
			t.Errorf("%d entries, want 6", n)
		}
		if left := text(t, w.Register(t), "SELECT left_on FROM members WHERE id = ?", p.ID); left[4:] != w.AsOf.Format("2006-01-02")[4:] {
			t.Errorf("left on %s: membership does not end with the day of the sample", left)
		}
	}
	w := shared(t, Small)
	if day := text(t, w.Register(t), "SELECT left_on FROM members WHERE id = ?", w.Persons.LeapDay.ID); day != "2016-02-29" {
		t.Errorf("LeapDay left on %s", day)
	}
}

// checkTitles works out for each entry of an account whether it has lapsed and compares that with its title.
func checkTitles(t *testing.T, w *World, account string) (entries int) {
	t.Helper()
	rows, err := w.Ledger(t).Query("SELECT title, CAST(booked_on AS TEXT), CAST(due_on AS TEXT), status FROM entries WHERE account_no = ?", account)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var title, booked, status string
		var due *string
		if err := rows.Scan(&title, &booked, &due, &status); err != nil {
			t.Fatal(err)
		}
		entries++
		lapsed := endsBefore(t, booked, 5, w.AsOf)
		if status == "unpaid" {
			lapsed = lapsed && endsBefore(t, *due, 6, w.AsOf)
		}
		if says := !strings.HasPrefix(title, "trwa"); says != lapsed {
			t.Errorf("as of %s: %q, but lapsed is %v", w.AsOf.Format("2006-01-02"), title, lapsed)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return entries
}

// endsBefore says whether years after the end of the year of d are over on asOf.
func endsBefore(t *testing.T, d string, years int, asOf time.Time) bool {
	t.Helper()
	day, _, ok := connectors.Date(d, sample.Zone)
	if !ok {
		t.Fatalf("%s is no date", d)
	}
	last := time.Date(day.In(sample.Zone).Year()+years, 12, 31, 0, 0, 0, 0, sample.Zone)
	return last.Before(asOf)
}
