package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/core/plan"
)

// PlanContext is what a plan is read with.
type PlanContext struct {
	Now       time.Time
	DueStrict string // 2006-01-02
	DueCode   string
	Zone      *time.Location
	Rehearsed bool
}

// grounds in words, by code.
var grounds = map[string]string{
	"art17_1_a": "art. 17(1)(a), no longer needed", "art17_1_b": "art. 17(1)(b), consent withdrawn", "art17_1_c": "art. 17(1)(c), objection",
	"art17_1_d": "art. 17(1)(d), unlawful", "art17_1_e": "art. 17(1)(e), a duty to erase", "art17_1_f": "art. 17(1)(f), a child's consent online",
}

var articles = map[string]string{"access": "art. 15", "portability": "art. 20", "rectification": "art. 16", "erasure": "art. 17", "restriction": "art. 18", "lift": "art. 18(3)", "objection": "art. 21", "withdrawal": "art. 7(3)"}

// Plan prints a plan for a person.
func Plan(w io.Writer, p *plan.Plan, c PlanContext) {
	article := grounds[p.Ground]
	if article == "" {
		article = articles[p.Right]
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	say("%s %s: %s", bold(w, title(p.Right)), p.Request, article)
	if c.DueStrict != "" {
		say("%s", due(c))
	}
	say("%s", found(p))
	say("")
	name := nameWidth(p)
	say("%s%s  %s%s", pad("", name), padLeft("ROWS", 8), pad("WHAT", 10), " WHY, AND UNTIL WHEN")
	for _, s := range p.Systems {
		system(w, s, name)
	}
	recipients(w, p)
	warnings(w, p)
	footer(w, p, c)
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func due(c PlanContext) string {
	d, err := time.Parse(time.DateOnly, c.DueStrict)
	if err != nil {
		return ""
	}
	y, m, day := c.Now.In(c.Zone).Date()
	days := int(d.Sub(time.Date(y, m, day, 0, 0, 0, 0, time.UTC)).Hours() / 24)
	when := fmt.Sprintf("in %d days", days)
	switch {
	case days < 0:
		when = fmt.Sprintf("%d days ago", -days)
	case days == 0:
		when = "today"
	case days == 1:
		when = "tomorrow"
	}
	line := fmt.Sprintf("due %s, %s, a month from receipt", Date(d), when)
	if c.DueCode != "" && c.DueCode != c.DueStrict {
		line += fmt.Sprintf(" (by the Code: %s)", shortDay(c.DueCode))
	}
	return line
}

func shortDay(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("Mon 2 Jan")
}

func found(p *plan.Plan) string {
	if len(p.FoundBy) == 0 {
		return "Nobody was found by these identifiers. Nothing has been changed."
	}
	var parts []string
	for _, f := range p.FoundBy {
		parts = append(parts, f.System+" by "+strings.Join(f.Kinds, " and "))
	}
	return wrap("One person, found in "+strings.Join(parts, ", ")+". Nothing has been changed.", Width, "")
}

func nameWidth(p *plan.Plan) int {
	n := 20
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			n = max(n, utf8.RuneCountInString(c.Name)+3)
		}
	}
	return n
}

// order inside a system: what goes, what changes, what stays; then what was not found.
var actOrder = []plan.Act{plan.Export, plan.Review, plan.Withhold, plan.Delete, plan.Anonymise, plan.Correct, plan.Supplement, plan.Recount,
	plan.Mark, plan.Block, plan.Move, plan.Lift, plan.Refer, plan.Manual, plan.Keep, plan.NothingFound}

type line struct {
	collection string
	plan.Action
}

func system(w io.Writer, s plan.System, name int) {
	_, _ = fmt.Fprintln(w, bold(w, s.Name+", "+s.Label))
	if !s.Reached {
		why := "not reached: " + s.Unreached
		if s.LeftOut {
			why = "left out: for a plan of its own"
		}
		_, _ = fmt.Fprintln(w, "  "+why)
		return
	}
	var lines []line
	for _, c := range s.Collections {
		for _, a := range c.Actions {
			lines = append(lines, line{c.Name, a})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		if d := rank(a.Action) - rank(b.Action); d != 0 {
			return d
		}
		return strings.Compare(a.collection, b.collection)
	})
	last, reason := "", name+8+2+10+1
	for _, l := range lines {
		shownName := "  " + l.collection
		if l.collection == last {
			shownName = ""
		}
		last = l.collection
		if l.Action.Action == plan.NothingFound {
			_, _ = fmt.Fprintf(w, "%s%8d  nothing found\n", pad(shownName, name), 0)
			continue
		}
		rows := Number(l.Rows)
		if l.Action.Action == plan.Manual {
			rows = "?"
		}
		why := wrap(Why(l.Action), Width-reason, strings.Repeat(" ", reason))
		_, _ = fmt.Fprintf(w, "%s%s  %s %s\n", pad(shownName, name), padLeft(rows, 8), pad(string(l.Action.Action), 10), why)
	}
}

// rank puts changes of whole classes before what merely stays; a shell counts as a change.
func rank(a plan.Action) int { return slices.Index(actOrder, a.Action) }

// Why is an action's reason in words, with its end.
func Why(a plan.Action) string {
	r := a.Reason
	var s string
	switch r.Code {
	case plan.PeriodOver:
		s = r.Purpose + ": period over"
		if r.Since != "" {
			s += " since " + Day(r.Since)
		}
		if a.Action == plan.Anonymise && len(a.Fields) > 0 {
			s += "; " + fields(a.Fields)
		}
	case plan.Withdrawn:
		s = r.Purpose + ": consent withdrawn"
	case plan.Objected:
		s = r.Purpose + ": objection"
	case plan.Unlawful:
		s = r.Purpose + ": unlawful"
	case plan.LeadsToKept:
		s = fields(a.Fields) + "; the rest leads to rows that are kept"
		if a.Action == plan.Keep {
			s = "leads to rows that are kept"
		}
	case plan.Retention:
		s = r.Purpose
	case plan.Exception:
		s = exception(r)
	case plan.NotBegun:
		s = r.Purpose + ": the period has not begun"
	case plan.DateUnknown:
		s = r.Purpose + ": kept, its date cannot be read"
	case plan.OtherPurpose:
		s = r.Purpose + ": consent stands"
	case plan.OutOfScope:
		s = r.Purpose + ": not asked for"
	case plan.Processor:
		s = r.Purpose + ": held for another controller"
	case plan.Requested:
		s = "asked for"
		if r.Explain != "" {
			s = r.Explain
		}
	default:
		s = r.Explain
		if s == "" {
			s = strings.ReplaceAll(r.Code, "_", " ")
		}
	}
	if len(a.Fields) > 0 && (r.Code == plan.Withdrawn || r.Code == plan.ThirdPerson || r.Code == plan.NeedsReview) && len(a.Fields) <= 4 {
		s = strings.Join(shownFields(a.Fields), ", ") + ": " + s
	}
	s = strings.TrimPrefix(s, ": ")
	if u := until(a); u != "" {
		s += ", " + u
	}
	if r.Law != "" && a.Action == plan.Keep {
		s += " (" + r.Law + ")"
	}
	if a.Detail != "" {
		s += "; " + a.Detail
	}
	return s
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

func exception(r plan.Reason) string {
	words := map[string]string{"art17_3_a": "art. 17(3)(a) expression", "art17_3_b": "art. 17(3)(b) legal duty", "art17_3_c": "art. 17(3)(c) public health",
		"art17_3_d": "art. 17(3)(d) archives and research", "art17_3_e": "art. 17(3)(e) legal claims"}
	if w := words[r.Explain]; w != "" {
		return w
	}
	return r.Purpose
}

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
