package postgres

import (
	"testing"

	"github.com/dossier-dsr/dossier/test/tables"
)

// TestDatesAreReadAsInGo: what the database judges and what is judged row by row cannot differ, on any text.
func TestDatesAreReadAsInGo(t *testing.T) {
	h := newHouse(t, `CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
		CREATE TABLE d (id int PRIMARY KEY, said text, until varchar COLLATE folding)`)
	dates := tables.OddDates()
	for i, d := range dates {
		h.Run("INSERT INTO d VALUES ($1, $2, $3)", i, d, dates[(i*7+3)%len(dates)])
	}
	h.Run("INSERT INTO d VALUES (100000, NULL, NULL)")
	h.DatesAsGo("d", "said", "until")
	h.DatesAsGo("d", "until", "said")
}

// TestTypedDatesAreReadAsInGo is the same of columns that can hold nothing but dates, and what databases take for some.
func TestTypedDatesAreReadAsInGo(t *testing.T) {
	h := newHouse(t, `CREATE TABLE d (id int PRIMARY KEY, day date, at timestamp, moment timestamptz);
		INSERT INTO d SELECT row_number() OVER (), x::date, x::timestamp, x::timestamptz FROM (VALUES ('2020-01-01'), ('2019-12-31 23:30'), ('2020-01-01 00:30'), ('0001-12-31'), ('0002-01-01'),
			('9999-12-31'), ('9999-12-31 23:59:59.999999'), ('10000-01-01'), ('infinity'), ('-infinity'), ('0044-03-15 BC'), ('2020-02-29 12:13:14.123456'), ('2020-07-01'), (NULL)) AS v(x);
		INSERT INTO d SELECT 100 + i, '2019-12-20'::date + i, '2019-12-20'::timestamp + i * interval '6 hours', '2019-12-20'::timestamptz + i * interval '5 hours' FROM generate_series(0, 60) AS i`)
	for _, c := range []string{"day", "at", "moment"} {
		h.DatesAsGo("d", c, "day")
	}
}
