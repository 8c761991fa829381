package view

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// grounds in words, by code.
var grounds = map[string]string{
	"art17_1_a": "art. 17(1)(a), no longer needed", "art17_1_b": "art. 17(1)(b), consent withdrawn", "art17_1_c": "art. 17(1)(c), objection",
	"art17_1_d": "art. 17(1)(d), unlawful", "art17_1_e": "art. 17(1)(e), a duty to erase", "art17_1_f": "art. 17(1)(f), a child's consent online",
	"art18_1_a": "art. 18(1)(a), accuracy contested", "art18_1_b": "art. 18(1)(b), unlawful", "art18_1_c": "art. 18(1)(c), needed for claims",
	"art18_1_d": "art. 18(1)(d), objection weighed", "art21_1": "art. 21(1), objection", "art21_2": "art. 21(2), direct marketing",
}

var articles = map[string]string{"access": "art. 15", "portability": "art. 20", "rectification": "art. 16", "erasure": "art. 17", "restriction": "art. 18", "lift": "art. 18(3)", "objection": "art. 21", "withdrawal": "art. 7(3)"}

func article(p *plan.Plan) string {
	if g := grounds[p.Ground]; g != "" {
		return g
	}
	return articles[p.Right]
}

// Scope says of what a plan is.
func Scope(s *request.Scope) string {
	if s == nil {
		return ""
	}
	if s.All {
		return "everything held"
	}
	var parts []string
	for _, x := range []struct {
		noun  string
		names []string
	}{{"system", s.Systems}, {"purpose", s.Purposes}, {"category", s.Categories}} {
		switch {
		case len(x.names) == 1:
			parts = append(parts, x.noun+" "+x.names[0])
		case len(x.names) > 1:
			parts = append(parts, map[string]string{"system": "systems", "purpose": "purposes", "category": "categories"}[x.noun]+" "+and(x.names))
		}
	}
	return strings.Join(parts, "; ")
}

// Categories says of what a rectification is.
func Categories(names []string) string { return and(names) }

// whyFitting is an action's reason, its law abbreviated as far as it must be to fit.
func whyFitting(a plan.Action, room int) string {
	law := a.Reason.Law
	for _, shorten := range []func(string) string{
		func(s string) string { return s },
		func(s string) string {
			return strings.NewReplacer("ustawa o", "u. o", "rozporządzenie", "rozp.").Replace(s)
		},
		func(s string) string { return articleOf.ReplaceAllString(s, ", $1") },
	} {
		law = shorten(law)
		a.Reason.Law = law
		if s := Why(a); utf8.RuneCountInString(s) <= room {
			return s
		}
	}
	return Why(a)
}

var articleOf = regexp.MustCompile(`, art\. (\d\S*).*$`)

// Why is an action's reason in words, with its end.
func Why(a plan.Action) string {
	s := strings.TrimPrefix(reason(a), ": ")
	if w := exceptions[s]; w != "" {
		s = w
	}
	if fs := shownFields(a.Fields); len(fs) > 0 && len(fs) <= 4 && slices.Contains([]string{plan.Withdrawn, plan.ThirdPerson, plan.NeedsReview}, a.Reason.Code) {
		s = strings.Join(fs, ", ") + ": " + s
	}
	if u := until(a); u != "" && (a.Reason.Code != plan.OtherPurpose || a.Until.Criterion == "") {
		s += ", " + u
	}
	if law := a.Reason.Law; law != "" && (a.Action == plan.Keep || a.Action == plan.Manual) {
		if w := exceptions[law]; w != "" {
			law = w
		}
		s += " (" + law + ")"
	}
	if a.Detail != "" {
		s += "; " + a.Detail
	}
	return strings.ReplaceAll(s, "$document", "the document")
}

func reason(a plan.Action) string {
	r := a.Reason
	switch r.Code {
	case plan.PeriodOver:
		s := r.Purpose + ": period over"
		if r.Since != "" {
			s += " since " + Day(r.Since)
		}
		if a.Action == plan.Anonymise && len(a.Fields) > 0 {
			s += "; " + fields(a.Fields)
		}
		return s
	case plan.Withdrawn:
		return r.Purpose + ": consent withdrawn"
	case plan.Objected:
		return r.Purpose + ": objection"
	case plan.Unlawful:
		return r.Purpose + ": unlawful"
	case plan.LeadsToKept:
		if a.Action == plan.Keep {
			return "leads to rows that are kept"
		}
		return fields(a.Fields) + "; the rest leads to rows that are kept"
	case plan.Retention:
		return r.Purpose
	case plan.Exception:
		if exceptions[r.Explain] == "" {
			return r.Purpose
		}
	case plan.NotBegun:
		return r.Purpose + ": the period has not begun"
	case plan.DateUnknown:
		return r.Purpose + ": kept, its date cannot be read"
	case plan.OtherPurpose:
		if a.Until != nil && a.Until.Event == "" {
			return r.Purpose + ": goes on"
		}
		return r.Purpose + ": consent stands"
	case plan.NotReached:
		return r.Purpose + ": this right does not end it"
	case plan.OutOfScope:
		return r.Purpose + ": not asked for"
	case plan.Processor:
		return r.Purpose + ": held for another controller"
	case plan.OtherController:
		if r.Explain == "" {
			return r.Purpose + ": another controller's"
		}
	case plan.Requested:
		if r.Explain == "" {
			return "asked for"
		}
	}
	if r.Explain == "" {
		return strings.ReplaceAll(r.Code, "_", " ")
	}
	return r.Explain
}

func shownFields(fs []string) []string {
	out := slices.Clone(fs)
	for i := range out {
		if out[i] == "$document" {
			out[i] = "the document"
		}
	}
	return out
}

func fields(fs []string) string { return Plural(int64(len(fs)), "field") }

// exceptions of art. 17(3), in words.
var exceptions = map[string]string{"art17_3_a": "art. 17(3)(a) expression", "art17_3_b": "art. 17(3)(b) legal duty", "art17_3_c": "art. 17(3)(c) public health",
	"art17_3_d": "art. 17(3)(d) archives and research", "art17_3_e": "art. 17(3)(e) legal claims"}

func until(a plan.Action) string {
	switch u := a.Until; {
	case u == nil:
		return ""
	case u.Date != "":
		return "until " + Day(u.Date)
	case u.Event != "":
		return "until " + strings.ReplaceAll(u.Event, "_", " ")
	default:
		return u.Criterion
	}
}
