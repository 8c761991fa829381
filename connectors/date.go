package connectors

import (
	"strings"
	"time"
)

// Date reads a value as a date or an instant. Texts are ISO 8601: 2006-01-02, optionally with a time
// (T or space, seconds and fraction optional) and a zone; what carries no zone stands in loc. Zero dates
// (0000-00-00, the year 0 or 1, the Go zero time) and anything else are not ok: an unknown date, which never lapses.
// dateOnly says that the value has no time of day.
func Date(v any, loc *time.Location) (t time.Time, dateOnly, ok bool) {
	switch x := v.(type) {
	case time.Time:
		return x, false, x.Year() > 1
	case []byte:
		return dateText(string(x), loc)
	case string:
		return dateText(x, loc)
	}
	return time.Time{}, false, false
}

var zoned = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07"}
var local = []string{"2006-01-02T15:04:05", "2006-01-02T15:04"}

func dateText(s string, loc *time.Location) (time.Time, bool, bool) {
	if loc == nil {
		loc = time.UTC
	}
	if len(s) == len("2006-01-02") {
		t, err := time.ParseInLocation("2006-01-02", s, loc)
		return t, true, err == nil && t.Year() > 1
	}
	if len(s) < len("2006-01-02T15:04") {
		return time.Time{}, false, false
	}
	s = strings.Replace(s, " ", "T", 1)
	if i := strings.Index(s, " "); i > 0 { // "2006-01-02 15:04:05 +01:00"
		s = s[:i] + s[i+1:]
	}
	for _, layout := range zoned {
		if t, err := time.Parse(layout, s); err == nil {
			return t, false, t.Year() > 1
		}
	}
	for _, layout := range local {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, false, t.Year() > 1
		}
	}
	return time.Time{}, false, false
}
