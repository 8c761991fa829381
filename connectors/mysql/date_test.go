package mysql

import (
	"testing"

	"github.com/dossier-dsr/dossier/test/tables"
)

// TestDatesAreReadAsInGo: what the database judges and what is judged row by row cannot differ, on any text.
func TestDatesAreReadAsInGo(t *testing.T) {
	h := newHouse(t, `CREATE TABLE d (id int PRIMARY KEY, said text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, until varchar(60) CHARACTER SET latin2 COLLATE latin2_general_ci)`)
	dates := tables.OddDates()
	h.Run("START TRANSACTION")
	for i, d := range dates {
		h.Run("INSERT INTO d VALUES (?, ?, ?)", i, d, dates[(i*7+3)%len(dates)])
	}
	h.Run("INSERT INTO d VALUES (100000, NULL, NULL); COMMIT")
	h.DatesAsGo("d", "said", "until")
	h.DatesAsGo("d", "until", "said")
}

// TestTypedDatesAreReadAsInGo is the same of columns that can hold nothing but dates, and what databases take for some: days no calendar
// has among them, and times a clock skips or strikes twice.
func TestTypedDatesAreReadAsInGo(t *testing.T) {
	h := newHouse(t, `SET SESSION sql_mode = 'ALLOW_INVALID_DATES'; CREATE TABLE d (id int PRIMARY KEY AUTO_INCREMENT, day date, at datetime(6), moment timestamp(6) NULL DEFAULT NULL);
		INSERT INTO d (day, at) SELECT x, x FROM (SELECT '0001-12-31' AS x UNION ALL SELECT '0002-01-01' UNION ALL SELECT '9999-12-31' UNION ALL SELECT '9999-12-31 23:59:59.999999' UNION ALL SELECT '0000-00-00'
			UNION ALL SELECT '2020-00-15' UNION ALL SELECT '2020-02-00' UNION ALL SELECT '2020-02-31' UNION ALL SELECT '2019-02-29' UNION ALL SELECT '0044-03-15' UNION ALL SELECT '2020-07-01' UNION ALL SELECT '0000-01-01' UNION ALL SELECT NULL) AS v;
		INSERT INTO d (day, at, moment) SELECT x, x, x FROM (SELECT '2020-01-01' AS x UNION ALL SELECT '2019-12-31 23:30' UNION ALL SELECT '2020-01-01 00:30' UNION ALL SELECT '2020-02-29 12:13:14.123456') AS v;
		INSERT INTO d (moment) VALUES ('0000-00-00'); UPDATE d SET moment = '0000-00-00' WHERE moment IS NULL AND id % 2 = 0;
		INSERT INTO d (day, at, moment) SELECT '2019-12-20' + INTERVAL seq DAY, '2019-12-20' + INTERVAL seq * 6 HOUR, '2019-12-20' + INTERVAL seq * 5 HOUR FROM seq_0_to_60;
		INSERT INTO d (at) SELECT '2020-03-29 00:00' + INTERVAL seq * 15 MINUTE FROM seq_0_to_20; INSERT INTO d (at) SELECT '2020-10-25 00:00' + INTERVAL seq * 15 MINUTE FROM seq_0_to_20`)
	for _, c := range []string{"day", "at", "moment"} {
		h.DatesAsGo("d", c, "day")
	}
}
