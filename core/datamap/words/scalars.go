package words

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	text    = &Type{Name: "a text", Scalar: &Scalar{}}
	boolean = &Type{Name: "true or false", Scalar: &Scalar{Bool: true}}
	number  = &Type{Name: "a whole number", Like: "20000", Scalar: &Scalar{Number: true, Check: checkNumber}}
	names   = oneOrMany(text, "a name or a list of names")

	period = &Type{Name: "a period", Like: "35 days", Scalar: &Scalar{Pattern: periodPattern, Check: checkPeriod(false)}}
	keep   = &Type{Name: "a period", Like: "5 years after year end", Scalar: &Scalar{Pattern: keepPattern, Check: checkPeriod(true)}}

	duration = &Type{Name: "a length of time", Like: "24h", Scalar: &Scalar{Pattern: `^[0-9]+(h|m|s|ms)?([0-9]+(h|m|s|ms))*$`, Check: checkDuration}}
	window   = &Type{Name: "hours of the day", Like: "22:00-05:00", Scalar: &Scalar{Pattern: `^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$`, Check: checkWindow}}
	share    = &Type{Name: "a part in per cent", Like: "5 %", Scalar: &Scalar{Pattern: `^[0-9.]+ ?%$`, Check: checkShare}}
	zone     = &Type{Name: "a time zone", Like: "Europe/Warsaw", Scalar: &Scalar{Check: checkZone}}
	country  = &Type{Name: "a country", Like: "PL", Scalar: &Scalar{Pattern: `^[A-Z]{2}$`, Check: checkCountry}}
	address  = &Type{Name: "an address", Like: "SYSTEM/COLLECTION.FIELD", Scalar: &Scalar{}}
)

const (
	periodPattern = `^[0-9]+ (days?|months?|years?)$`
	keepPattern   = `^[0-9]+ (days?|months?|years?)( after year end)?$`
)

var periodForm = regexp.MustCompile(`^([0-9]{1,6}) (day|month|year)s?( after year end)?$`)

// Period is a period as written: "5 years after year end".
type Period struct {
	N       int
	Unit    string // days, months, years
	YearEnd bool
}

// ParsePeriod reads a period. Longer than 200 years is taken for a slip.
func ParsePeriod(s string) (Period, bool) {
	m := periodForm.FindStringSubmatch(strings.Join(strings.Fields(s), " "))
	if m == nil {
		return Period{}, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n > map[string]int{"day": 73_050, "month": 2400, "year": 200}[m[2]] {
		return Period{}, false
	}
	return Period{N: n, Unit: m[2] + "s", YearEnd: m[3] != ""}, true
}

func checkPeriod(yearEnd bool) func(string) (string, string) {
	return func(s string) (string, string) {
		p, ok := ParsePeriod(s)
		switch {
		case !ok && yearEnd:
			return fmt.Sprintf("cannot read the period %q", s), `write "5 years", "30 days" or "5 years after year end"`
		case !ok:
			return fmt.Sprintf("cannot read the period %q", s), `write "35 days", "6 months" or "1 year"`
		case p.YearEnd && !yearEnd:
			return "no date is counted from here, so there is no year end", "write the period alone: " + strings.TrimSuffix(s, " after year end")
		}
		return "", ""
	}
}

func checkNumber(s string) (string, string) {
	if n, err := strconv.Atoi(s); err != nil || n < 0 {
		return fmt.Sprintf("%q is no whole number", s), "digits alone: 20000"
	}
	return "", ""
}

func checkDuration(s string) (string, string) {
	if s == "0" {
		return "", ""
	}
	if d, err := time.ParseDuration(s); err != nil || d < 0 {
		return fmt.Sprintf("cannot read the length of time %q", s), "write 24h, 90m or 0"
	}
	return "", ""
}

func checkWindow(s string) (string, string) {
	from, to, ok := strings.Cut(s, "-")
	_, err1 := time.Parse("15:04", from)
	_, err2 := time.Parse("15:04", to)
	if !ok || err1 != nil || err2 != nil || from == to {
		return fmt.Sprintf("cannot read the hours %q", s), "write them as 22:00-05:00"
	}
	return "", ""
}

// ParseShare reads "5 %" as 0.05.
func ParseShare(s string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, "%")), 64)
	return f / 100, err == nil && strings.HasSuffix(s, "%") && f > 0 && f <= 100
}

func checkShare(s string) (string, string) {
	if _, ok := ParseShare(s); !ok {
		return fmt.Sprintf("%q is no part of a collection", s), "write it in per cent: 5 %"
	}
	return "", ""
}

func checkZone(s string) (string, string) {
	if _, err := time.LoadLocation(s); err != nil || s == "Local" || s == "" {
		return "no time zone " + s, "a name of the IANA list: Europe/Warsaw"
	}
	return "", ""
}

func checkCountry(s string) (string, string) {
	if len(s) != 2 || strings.ToUpper(s) != s || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fmt.Sprintf("%q is no country", s), "two capitals of ISO 3166: PL"
	}
	return "", ""
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func checkName(s string) (string, string) {
	if !nameForm.MatchString(s) {
		return fmt.Sprintf("%q is no name here", s), "a small letter, then small letters, digits and _"
	}
	return "", ""
}

var collectionForm = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_-]*$`)

func checkCollection(s string) (string, string) {
	if !collectionForm.MatchString(s) {
		return fmt.Sprintf("%q is no name for a collection", s), "letters, digits, _ and -; where it lives goes under at:"
	}
	return "", ""
}

var categoryForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)

func checkCategory(s string) (string, string) {
	if !categoryForm.MatchString(s) {
		return fmt.Sprintf("%q is no name for a category", s), "small letters, parts set apart by dots: housing.flat"
	}
	return "", ""
}

var (
	aName       = &Names{Pattern: nameForm.String(), Check: checkName}
	aCategory   = &Names{Pattern: categoryForm.String(), Check: checkCategory}
	aCollection = &Names{Pattern: collectionForm.String(), Check: checkCollection}
)

func join(of []string) string { return strings.Join(of, ", ") }
