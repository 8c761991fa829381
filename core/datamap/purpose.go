package datamap

import "time"

// Purpose is why data is held (art. 5(1)(b)), on which basis, and for how long.
type Purpose struct {
	Name           string
	Label, Explain Label
	Controller     *Controller
	Role           string   // controller, joint, processor
	For            string   // joint: with whom; processor: for whom
	Bases          []string // art6_1_a … f, art9_2_a … j
	Law            string
	Keep           *Period // nil: consent, until withdrawn; or Event or Criterion says
	Event          string  // contract_ended, consent_withdrawn …: kept until it, no period in time
	Criterion      Label   // the criterion in words (art. 15(1)(d))
	Exception      string  // art17_3_a … e, "" none; art. 6(1)(c), (e) bring art17_3_b, 9(2)(h), (i) art17_3_c
	Hold           bool    // a claim, an inspection, a court: nothing of it lapses
	Profiling      *Profiling
	Pos            Pos
}

// HasBasis says whether one of the bases is b ("art6_1_a").
func (p *Purpose) HasBasis(b string) bool {
	for _, x := range p.Bases {
		if x == b {
			return true
		}
	}
	return false
}

// Consent says whether the purpose rests on consent alone.
func (p *Purpose) Consent() bool {
	for _, b := range p.Bases {
		if b != "art6_1_a" && b != "art9_2_a" {
			return false
		}
	}
	return len(p.Bases) > 0
}

// Profiling is art. 15(1)(h).
type Profiling struct{ Logic, Effect Label }

// Unit of a period.
type Unit string

// The units.
const (
	Days   Unit = "days"
	Months Unit = "months"
	Years  Unit = "years"
)

// Period is a length of time by the calendar: "5 years after year end".
type Period struct {
	N       int
	Unit    Unit
	YearEnd bool // counted from 31 December of the year of the date
}

// Add gives the last day of the period that starts on day (a midnight; only its date counts): 29 February
// plus 5 years is 28 February. What is kept may go from the day after (art. 5(1)(e)).
func (p Period) Add(day time.Time) time.Time {
	y, m, d := day.Date()
	if p.YearEnd {
		m, d = time.December, 31
	}
	switch p.Unit {
	case Days:
		return time.Date(y, m, d+p.N, 0, 0, 0, 0, day.Location())
	case Months:
		total := int(m) - 1 + p.N
		y, m = y+total/12, time.Month(total%12+1)
	case Years:
		y += p.N
	}
	if last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day(); d > last {
		d = last
	}
	return time.Date(y, m, d, 0, 0, 0, 0, day.Location())
}

// Rule holds rows of a collection (or a field of them) for a purpose, and says from which date its period counts.
type Rule struct {
	Purpose     *Purpose
	Since       *DateRef // nil: no date; the period, if any, never ends by itself
	Or          []string // fields of the row beside Since: the earliest of the dates counts
	Until       *DateRef // kept until that date, no period after it
	Keep        *Period  // the rule's own, else its purpose's
	Law         string   // the rule's own, else its purpose's
	SkipMissing bool     // NULL: the rule does not apply; else: not begun, kept
	When        []When   // only for rows where all hold
	Pos         Pos
}

// DateRef is the date a period counts from.
type DateRef struct {
	Field string
	Of    *Collection // whose field it is; nil: the row's own
	Over  *Edge       // the one edge between the row's collection and Of; nil where there is none: then Of's rows of the same person count
	Last  bool        // the latest of many rows; without, one row
}

// When is a condition on a mapped field: it holds one of Values, written as text.
type When struct {
	Field  string
	Values []string
}
