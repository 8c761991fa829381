package postgres

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// What is here reads dates in SQL as connectors.Date reads them in Go, so that what is pushed down and what is worked out row by row
// cannot differ: nothing here fails on any value of a row, and what is no known date is NULL.

// validDate fits texts that are a date, with or without time and zone: a year from 2, no 30 February, no 29 in a year that is no leap
// year. Offsets beyond 15 hours, which nobody has, the database would refuse.
const validDate = `^(?!000[01])(?!\d{4}-(?:02-3|(?:04|06|09|11)-31))` +
	`(?:(?!\d{4}-02-29)|(?=(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29))` +
	`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])` +
	`(?:[T ](?=.{5})(?:[01]?\d|2[0-3]):[0-5]\d(?:(?::[0-5]\d(?:[.,]\d+)?)(?:(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?))?|(?:Z|[+-](?:0\d|1[0-5]):[0-5]\d))?)?$`

// spaced is the text with a space before its zone taken away, which only stands where a space is before the time too.
func spaced(x string) string {
	return fmt.Sprintf(`regexp_replace(%s, '^(.{10} [^ ]*) ', '\1')`, bytewise(x))
}

// bytewise is a text compared byte for byte: what compares otherwise knows no regular expressions.
func bytewise(x string) string { return "(" + x + `::text COLLATE "C")` }

func zoneName(zone string) string {
	if zone == "" {
		zone = "UTC"
	}
	return literal(zone)
}

// moment is the instant a column holds, as timestamptz; NULL where it holds no known date.
func moment(of relational.Term, zone string) string {
	return momentPlus(of, zone, "0 days", "0 microseconds")
}

// dayAfter is the first instant after what a column names as the last: the end of the day, where it names a day.
func dayAfter(of relational.Term, zone string) string {
	return momentPlus(of, zone, "1 day", "1 microsecond")
}

// momentPlus is the moment and, after a day alone, so much more; after a day with a time, so much.
func momentPlus(of relational.Term, zone, day, time string) string {
	x, z := of.SQL, zoneName(zone)
	switch typeOf(of.Column).kind {
	case date:
		return fmt.Sprintf("(CASE WHEN %[1]s BETWEEN '0002-01-01' AND '9999-12-31' THEN (%[1]s + interval '%[3]s') AT TIME ZONE %[2]s END)", x, z, day)
	case stamp:
		return fmt.Sprintf("(CASE WHEN %[1]s >= '0002-01-01' AND %[1]s < '10000-01-01' THEN (%[1]s AT TIME ZONE %[2]s) + interval '%[3]s' END)", x, z, time)
	case instant:
		return fmt.Sprintf("(CASE WHEN %[1]s >= '0002-01-01Z' AND %[1]s < '10000-01-01Z' THEN %[1]s + interval '%[2]s' END)", x, time)
	case text:
		t := spaced(x)
		fine := `regexp_replace(replace(` + t + `, ',', '.'), '(\.\d{6})\d+', '\1')` // the database would round what is finer
		return fmt.Sprintf("(CASE WHEN %[1]s !~ '%[2]s' THEN NULL WHEN length(%[1]s) = 10 THEN (%[1]s::timestamp + interval '%[5]s') AT TIME ZONE %[4]s "+
			"WHEN substr(%[1]s, 12) ~ '[Z+-]' THEN %[3]s::timestamptz + interval '%[6]s' ELSE (%[3]s::timestamp AT TIME ZONE %[4]s) + interval '%[6]s' END)",
			t, validDate, fine, z, day, time)
	}
	return "NULL::timestamptz"
}

// cut is a column's date cut to its year or month, as connectors.CutDate cuts it, of the column's own type.
func cut(of relational.Term, how connectors.How, zone string) string {
	unit, kept, rest := "year", 4, "-01-01"
	if how == connectors.Month {
		unit, kept, rest = "month", 7, "-01"
	}
	x, z := of.SQL, zoneName(zone)
	known := moment(of, zone) + " IS NOT NULL"
	switch t := typeOf(of.Column); t.kind {
	case date, stamp:
		return fmt.Sprintf("(CASE WHEN %s THEN date_trunc('%s', %s)::%s END)", known, unit, x, t.cast)
	case instant:
		return fmt.Sprintf("(CASE WHEN %s THEN date_trunc('%s', %s AT TIME ZONE %s) AT TIME ZONE %s END)", known, unit, x, z, z)
	case text:
		clock := fmt.Sprintf("coalesce(substring(substr(%s, 11) FROM '^.[^Zz+ -]*'), '')", bytewise(x))
		return fmt.Sprintf("(CASE WHEN %[1]s THEN left(%[2]s::text, %[3]d) || '%[4]s' || translate(%[5]s, '123456789', '000000000') || substr(%[2]s::text, 11 + length(%[5]s)) END)",
			known, x, kept, rest, clock)
	}
	return "NULL"
}
