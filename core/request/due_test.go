package request

import (
	"testing"
	"time"
)

func warsaw(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func on(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation("2006-01-02", s, warsaw(t))
	if err != nil {
		t.Fatal(err)
	}
	return d.Add(10 * time.Hour)
}

func TestDue(t *testing.T) {
	type ev struct {
		t  EventType
		on string
	}
	for name, c := range map[string]struct {
		received     string
		events       []ev
		strict, code string
		stopped      bool
	}{
		"a Wednesday":                  {"2026-11-02", nil, "2026-12-02", "2026-12-02", false},
		"31 January":                   {"2027-01-31", nil, "2027-03-01", "2027-03-01", false}, // 28 February 2027 is a Sunday
		"31 January of a leap year":    {"2028-01-31", nil, "2028-02-29", "2028-02-29", false},
		"Christmas 2026":               {"2026-11-24", nil, "2026-12-28", "2026-12-28", false},
		"Christmas Eve was no holiday": {"2024-11-24", nil, "2024-12-24", "2024-12-24", false},
		"Christmas Eve became one":     {"2025-11-24", nil, "2025-12-29", "2025-12-29", false}, // 24-26 holidays, 27 Saturday, 28 Sunday
		"extended":                     {"2026-11-24", []ev{{Extended, "2026-12-28"}}, "2027-02-24", "2027-02-24", false},
		"extended too late":            {"2026-11-24", []ev{{Extended, "2026-12-29"}}, "2026-12-28", "2026-12-28", false},
		"a Saturday":                   {"2026-10-07", nil, "2026-11-09", "2026-11-09", false},
		"Corpus Christi":               {"2026-05-04", nil, "2026-06-05", "2026-06-05", false},
		"Independence Day":             {"2026-10-11", nil, "2026-11-12", "2026-11-12", false},
		"identity asked at once": {"2026-11-02", []ev{{IdentityAsked, "2026-11-04"}, {IdentityGiven, "2026-11-09"}},
			"2026-12-07", "2026-12-09", false},
		"identity asked late": {"2026-11-02", []ev{{IdentityAsked, "2026-11-10"}, {IdentityGiven, "2026-11-20"}},
			"2026-12-02", "2026-12-21", false}, // the 20th is a Sunday
		"not answered": {"2026-11-02", []ev{{ClarificationAsked, "2026-11-03"}}, "2026-12-02", "2026-12-02", true},
		"two questions at once": {"2026-11-02", []ev{{IdentityAsked, "2026-11-04"}, {ClarificationAsked, "2026-11-05"}, {ClarificationGiven, "2026-11-06"}, {IdentityGiven, "2026-11-09"}},
			"2026-12-07", "2026-12-09", false}, // five days, not six
		"a fee waived": {"2026-11-02", []ev{{FeeTold, "2026-11-03"}, {FeeWaived, "2026-11-05"}}, "2026-12-04", "2026-12-07", false},
		"stopped, then extended": {"2026-11-02", []ev{{IdentityAsked, "2026-11-03"}, {IdentityGiven, "2026-11-13"}, {Extended, "2026-12-10"}},
			"2027-02-12", "2027-02-15", false}, // 2 February and ten days; 13 February is a Saturday
	} {
		t.Run(name, func(t *testing.T) {
			var events []Event
			for _, e := range c.events {
				events = append(events, Event{Type: e.t, At: on(t, e.on)})
			}
			got := Due(on(t, c.received), events, "PL")
			if s := got.Strict.Format(time.DateOnly); s != c.strict {
				t.Errorf("strict %s, want %s", s, c.strict)
			}
			if s := got.Code.Format(time.DateOnly); s != c.code {
				t.Errorf("code %s, want %s", s, c.code)
			}
			if got.Stopped != c.stopped {
				t.Errorf("stopped %v", got.Stopped)
			}
		})
	}
}

func TestDueOfRequest(t *testing.T) {
	verified := on(t, "2026-11-03")
	r := &Request{ReceivedAt: time.Date(2026, 11, 1, 23, 30, 0, 0, time.UTC), Identity: &Identity{VerifiedAt: &verified}}
	got := r.Due(nil, warsaw(t), "PL")
	if s := got.Strict.Format(time.DateOnly); s != "2026-12-02" { // 2 November in Warsaw; the check stops nothing
		t.Errorf("strict %s", s)
	}
	if s := got.Code.Format(time.DateOnly); s != "2026-12-03" {
		t.Errorf("code %s", s)
	}
	routine := []Event{{Type: IdentityAsked, At: on(t, "2026-11-02"), Routine: true}}
	if got := r.Due(routine, warsaw(t), "PL"); got.Strict.Format(time.DateOnly) != "2026-12-02" || got.Stopped {
		t.Errorf("a routine check stopped the clock: %+v", got)
	}
	if got := Due(on(t, "2026-11-24"), nil, "XX").Strict.Format(time.DateOnly); got != "2026-12-24" {
		t.Errorf("unknown country: %s", got)
	}
}

// The last day is never a day off, never before the plain month, and at most a week after it.
func TestDueEveryDay(t *testing.T) {
	zone := warsaw(t)
	for d := time.Date(2024, 1, 1, 12, 0, 0, 0, zone); d.Year() < 2032; d = d.AddDate(0, 0, 1) {
		got := Due(d, nil, "PL").Strict
		month := addMonths(day(d), 1)
		if got.Before(month) || got.After(month.AddDate(0, 0, 7)) || got.Weekday() == time.Saturday || got.Weekday() == time.Sunday {
			t.Fatalf("%v: due %v", d, got)
		}
		if off, _, _ := holidays["PL"].IsHoliday(got); off {
			t.Fatalf("%v: due on the holiday %v", d, got)
		}
	}
}
