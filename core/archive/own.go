package archive

import "strings"

// KeptByUs is one thing the executor itself keeps about the person, from which [OwnFrom] words what the person is told.
type KeptByUs struct {
	What    OwnKind
	Request string // tombstone: of the erasure
	Until   string // 2006-01-02, the last day
	Why     string // the map's reason for the period
	Basis   string // tombstone: art6_1_c or art6_1_f; "" as the register's
}

// OwnKind is what is kept.
type OwnKind string

// The kinds.
const (
	OwnRequest   OwnKind = "this"      // the request that is answered
	OwnEarlier   OwnKind = "earlier"   // the others
	OwnTombstone OwnKind = "tombstone" // of an erasure
	OwnDues      OwnKind = "dues"      // what leads to kept rows
	OwnContact   OwnKind = "contact"   // do not contact
)

// OwnFrom words what the executor keeps: what, why, on which basis and until when (art. 15(1)(a), (d)). basis is the one of the
// controller's duty to prove (art6_1_c or art6_1_f); health says that being in the register at all tells of a person's health (art. 9(2)(f)).
func OwnFrom(lang, basis string, health bool, kept []KeptByUs) []Own {
	w, err := wordsIn(lang)
	if err != nil {
		w, _ = wordsIn("en")
	}
	var out []Own
	for _, k := range kept {
		o := Own{System: w.T("register"), Until: k.Until, Why: k.Why, Purpose: w.T("own.prove")}
		if k.Basis == "" {
			k.Basis = basis
		}
		o.Basis = w.T("own.basis.of", w.Provision(k.Basis))
		switch k.What {
		case OwnEarlier:
			o.What = w.T("own.earlier")
		case OwnTombstone:
			o.What, o.Purpose = w.T("own.tombstone", k.Request), w.T("own.reerase")
		case OwnDues:
			o.What, o.Purpose = w.T("own.dues"), w.T("own.erase")
		case OwnContact:
			o.What, o.Purpose, o.Basis, o.End = w.T("own.contact"), w.T("own.respect"), w.T("own.basis.contact"), w.T("own.marketing")
		default:
			o.What = w.T("own.this")
		}
		if health {
			o.Basis += w.T("own.basis.health")
		}
		out = append(out, o)
	}
	return out
}

// KeptAfter is why rows of a collection outlived an erasure.
type KeptAfter struct {
	Request string // the erasure
	Purpose string // label
	Law     string
	Until   string // 2006-01-02
}

// KeptText words it for the head of a table; "" for none.
func KeptText(lang string, kept []KeptAfter) string {
	w, err := wordsIn(lang)
	if err != nil {
		w, _ = wordsIn("en")
	}
	var lines []string
	for _, k := range kept {
		why := k.Law
		if why == "" {
			why = w.T("kept.request", k.Request)
		}
		lines = append(lines, w.T("kept.row", k.Purpose, why, w.DayText(k.Until)))
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.TrimSuffix(strings.Join(lines, "; "), ".") + "."
}
