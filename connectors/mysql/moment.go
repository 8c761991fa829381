package mysql

import (
	"fmt"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// What is here reads dates in SQL as connectors.Date reads them in Go, so that what is pushed down and what is worked out row by row
// cannot differ: nothing here fails on any value of a row, and what is no known date is NULL. Zones are Go's too, see [shift].

// validDate fits texts that are a date, with or without time and zone: a year from 2, no 30 February, no 29 in a year that is no leap
// year. Offsets beyond 15 hours, which nobody has, are left to nobody.
const validDate = `^(?!000[01])(?![0-9]{4}-(?:02-3|(?:04|06|09|11)-31))` +
	`(?:(?![0-9]{4}-02-29)|(?=(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29))` +
	`[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])` +
	`(?:[T ](?=.{5})(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?:(?::[0-5][0-9](?:[.,][0-9]+)?)(?:(?:Z|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?))?|(?:Z|[+-](?:0[0-9]|1[0-5]):[0-5][0-9]))?)?\\z`

// bytewise is a text compared byte for byte.
func bytewise(x string) string { return "(CONVERT(" + x + " USING utf8mb4) COLLATE utf8mb4_bin)" }

// spaced is the text with a space before its zone taken away, which only stands where a space is before the time too.
func spaced(x string) string {
	x = bytewise(x)
	return fmt.Sprintf("(CASE WHEN SUBSTR(%[1]s, 11, 1) = ' ' THEN CONCAT(LEFT(%[1]s, 11), INSERT(SUBSTR(%[1]s, 12), LOCATE(' ', SUBSTR(%[1]s, 12)), 1, '')) ELSE %[1]s END)", x)
}

// dated says whether a column holds a known date; NULL is a no.
func dated(of relational.Term) string {
	switch x := of.SQL; typeOf(of.Column).kind {
	case date, stamp, instant: // adding to a day no calendar has gives NULL
		return "(" + x + " >= '0002-01-01' AND " + x + " + INTERVAL 0 SECOND IS NOT NULL)"
	case text:
		return "(" + spaced(x) + " REGEXP '" + validDate + "')"
	}
	return "FALSE"
}

// parts are what a text that is a known date is made of.
type parts struct{ day, local, zone string }

func partsOf(x string) parts {
	t := spaced(x)
	zone := "REGEXP_SUBSTR(SUBSTR(" + t + ", 12), '[Z+-].*')"
	local := "REPLACE(SUBSTR(" + t + ", 1, CHAR_LENGTH(" + t + ") - CHAR_LENGTH(" + zone + ")), ',', '.')"
	return parts{day: "CAST(" + t + " AS DATETIME(6))",
		local: "CAST(CASE WHEN LOCATE('.', " + local + ") > 0 THEN LEFT(" + local + ", LOCATE('.', " + local + ") + 6) ELSE " + local + " END AS DATETIME(6))",
		zone:  zone}
}

// offset is the seconds a written zone is before UTC.
func (p parts) offset() string {
	digits := "REPLACE(SUBSTR(" + p.zone + ", 2), ':', '')"
	return "(CASE WHEN " + p.zone + " = 'Z' THEN 0 ELSE CAST(CONCAT(LEFT(" + p.zone + ", 1), '1') AS SIGNED) * (CAST(LEFT(" + digits + ", 2) AS SIGNED) * 3600 + " +
		"CASE WHEN CHAR_LENGTH(" + digits + ") > 2 THEN CAST(RIGHT(" + digits + ", 2) AS SIGNED) * 60 ELSE 0 END) END)"
}

func (p parts) instant() string { return "(" + p.local + " - INTERVAL " + p.offset() + " SECOND)" }

// moment is the instant a column holds, as a datetime of UTC; NULL where it holds no known date.
func moment(of relational.Term, zone string) string {
	return momentPlus(of, zone, "0 DAY", "0 MICROSECOND")
}

// dayAfter is the first instant after what a column names as the last: the end of the day, where it names a day.
func dayAfter(of relational.Term, zone string) string {
	return momentPlus(of, zone, "1 DAY", "1 MICROSECOND")
}

// momentPlus is the moment and, after a day alone, so much more; after a day with a time, so much.
func momentPlus(of relational.Term, zone, day, time string) string {
	x, known := of.SQL, dated(of)
	switch typeOf(of.Column).kind {
	case date:
		return "(CASE WHEN " + known + " THEN " + shift("CAST("+x+" + INTERVAL "+day+" AS DATETIME(6))", zone) + " END)"
	case stamp:
		return "(CASE WHEN " + known + " THEN " + shift("CAST("+x+" AS DATETIME(6))", zone) + " + INTERVAL " + time + " END)"
	case instant:
		return "(CASE WHEN " + known + " THEN CAST(" + x + " AS DATETIME(6)) + INTERVAL " + time + " END)"
	case text:
		p := partsOf(x)
		return fmt.Sprintf("(CASE WHEN NOT COALESCE(%s, FALSE) THEN NULL WHEN CHAR_LENGTH(%s) = 10 THEN %s WHEN CHAR_LENGTH(%s) > 0 THEN %s + INTERVAL %s ELSE %s + INTERVAL %s END)",
			known, x, shift("("+p.day+" + INTERVAL "+day+")", zone), p.zone, p.instant(), time, shift(p.local, zone), time)
	}
	return "CAST(NULL AS DATETIME(6))"
}

// before is true where a column holds a known date before t.
func before(of relational.Term, zone string, t time.Time) string {
	x, known := of.SQL, dated(of)
	utc := " < '" + ceiling(t).UTC().Format(finest) + "'"
	test := "FALSE"
	switch typeOf(of.Column).kind {
	case date, stamp:
		test = earlier(x, zone, t)
	case instant:
		test = x + utc
	case text:
		p := partsOf(x)
		test = "CASE WHEN CHAR_LENGTH(" + x + ") = 10 THEN " + earlier(p.day, zone, t) + " WHEN CHAR_LENGTH(" + p.zone + ") > 0 THEN " + p.instant() + utc + " ELSE " + earlier(p.local, zone, t) + " END"
	}
	return "(CASE WHEN " + known + " THEN " + test + " ELSE FALSE END)"
}

// ceiling is the first instant of whole microseconds that is not before t.
func ceiling(t time.Time) time.Time {
	if cut := t.Truncate(time.Microsecond); cut.Before(t) {
		return cut.Add(time.Microsecond)
	}
	return t
}

// earlier writes that a local time is before t.
func earlier(x, zone string, t time.Time) string {
	var all []string
	for _, s := range localBefore(zone, t) {
		var both []string
		if s.from != "" {
			both = append(both, x+" >= '"+s.from+"'")
		}
		both = append(both, x+" < '"+s.to+"'")
		all = append(all, "("+strings.Join(both, " AND ")+")")
	}
	return "(" + strings.Join(all, " OR ") + ")"
}
