package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
)

// PlanContext is what a plan is read with.
type PlanContext struct {
	Now       time.Time
	DueStrict string // 2006-01-02
	DueCode   string
	Zone      *time.Location
	Kinds     map[string]string     // identifier kinds in words
	Scope     string                // of what: "everything held"
	Approval  string                // of the map for this right: nobody, anybody, another_person
	Told      time.Time             // of a lift: when the person was told; zero: not yet
	From      time.Time             // of a lift: from when it may run
	Open      bool                  // it is still to be carried out, so the command that does it is named
	Asked     []engine.TaskStanding // by which it asks people, and nobody has answered yet
}

// Plan prints a plan for a person.
func Plan(w io.Writer, p *plan.Plan, c PlanContext) {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	scope := ""
	if c.Scope != "" {
		scope = ", of " + c.Scope
	}
	head := title(p.Right)
	say("%s%s", bold(w, head), strings.TrimPrefix(wrap(head+" "+p.Request+scope+": "+article(p), Width, ""), head))
	if p.Due != nil {
		say("%s", wrap("What request "+p.Due.Of+" kept, and has come due. "+approved(c.Approval), Width, ""))
	} else if p.Supplements != "" {
		say("For %s, which the plan that runs left open. It is approved on its own.", and(names(p)))
	} else if c.DueStrict != "" {
		say("%s", due(c))
	}
	if !c.From.IsZero() {
		say("may run from %s on: the person was told on %s (art. 18(3))", Date(c.From.In(c.Zone)), Date(c.Told.In(c.Zone)))
	}
	say("%s", wrap(found(p, c.Kinds), Width, ""))
	say("")
	name := nameWidth(p)
	act := actWidth
	if slices.ContainsFunc(p.Totals, func(t plan.Total) bool { return t.Action == plan.Supplement }) {
		act = len(plan.Supplement)
	}
	say("%s", bold(w, pad("", name)+padLeft("ROWS", rowsWidth)+"  "+pad("WHAT", act)+"  WHY, AND UNTIL WHEN"))
	for _, s := range p.Systems {
		system(w, s, name, act, empty(p.Right))
	}
	recipients(w, p)
	tasks(w, p)
	warnings(w, p, c)
	footer(w, p, c)
	asked(w, p, c)
}

func names(p *plan.Plan) []string {
	var out []string
	for _, s := range p.Systems {
		out = append(out, s.Name)
	}
	return out
}

// approved says that what has come due needs nobody's word again, or whose.
func approved(need string) string {
	if need == "nobody" || need == "" {
		return "It was approved with the plan that kept it."
	}
	return "It has to be approved again."
}

// The columns of a plan; the first is as wide as its names.
const (
	rowsWidth = 6
	actWidth  = 9
)

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
		when = fmt.Sprintf("overdue since %d days", -days)
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

// found says who was found, where and by what: "in register by PESEL and a verified e-mail, in ledger and documents by member number".
func found(p *plan.Plan, kinds map[string]string) string {
	if len(p.FoundBy) == 0 {
		return "Nobody was found by these identifiers. Nothing has been changed."
	}
	var by []string
	systems := map[string][]string{}
	for _, f := range p.FoundBy {
		var names []string
		for _, k := range f.Kinds {
			if k == planner.FoundKept {
				names = append(names, "what was kept of them")
				continue
			}
			if k == planner.FoundConfirmed {
				names = append(names, "what a person confirmed")
				continue
			}
			if kinds[k] == "" {
				names = append(names, k)
				continue
			}
			names = append(names, kinds[k])
		}
		how := and(names)
		if systems[how] == nil {
			by = append(by, how)
		}
		systems[how] = append(systems[how], f.System)
	}
	for i, how := range by {
		by[i] = "in " + and(systems[how]) + " by " + how
	}
	return "One person, found " + strings.Join(by, ", ") + ". Nothing has been changed."
}

func and(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

func nameWidth(p *plan.Plan) int {
	n := 20
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			n = max(n, utf8.RuneCountInString(c.Name)+3)
		}
	}
	return min(n, 30) // a longer name has a line of its own
}

// order inside a system: what goes, what changes, what stays; then what was not found.
var actOrder = []plan.Act{plan.Export, plan.Review, plan.Withhold, plan.Delete, plan.Anonymise, plan.Correct, plan.Supplement, plan.Recount,
	plan.Mark, plan.Block, plan.Move, plan.Lift, plan.Refer, plan.Manual, plan.Keep, plan.NothingFound}

type line struct {
	collection string
	plan.Action
}

func system(w io.Writer, s plan.System, name, act int, empty string) {
	_, _ = fmt.Fprintln(w, bold(w, s.Name)+", "+s.Label+pooled(s.PooledUntil))
	if !s.Reached {
		absent(w, s.LeftOut, s.Unreached)
		return
	}
	indent := strings.Repeat(" ", name+rowsWidth+2+act+2)
	room := Width - len(indent)
	last, nothing := "", []string{}
	for _, l := range linesOf(s) {
		if l.Action.Action == plan.NothingFound {
			nothing = append(nothing, l.collection)
			continue
		}
		shownName := "  " + l.collection
		if l.collection == last {
			shownName = ""
		}
		last = l.collection
		if utf8.RuneCountInString(shownName) >= name {
			_, _ = fmt.Fprintln(w, shownName)
			shownName = ""
		}
		rows := Number(l.Rows)
		if s.Manual && l.Rows == 0 {
			rows = "?"
		}
		_, _ = fmt.Fprintf(w, "%s%s  %s  %s\n", pad(shownName, name), padLeft(rows, rowsWidth), pad(string(l.Action.Action), act), wrap(whyFitting(l.Action, room), room, indent))
	}
	switch len(nothing) {
	case 0:
	case 1:
		_, _ = fmt.Fprintf(w, "%s%s  nothing found\n", pad("  "+nothing[0], name), padLeft("0", rowsWidth))
	default:
		_, _ = fmt.Fprintln(w, "  "+wrap("nothing found in "+and(nothing), Width-4, "    "))
	}
	if len(linesOf(s)) == 0 {
		_, _ = fmt.Fprintln(w, "  "+empty)
	}
}

// pooled says of a system that works several requests at once until when one waits for the others there.
func pooled(until string) string {
	if until == "" {
		return ""
	}
	return "; pooled with other requests, to " + Weekday(until) + " at the latest"
}

// absent says why a system is not in a plan.
func absent(w io.Writer, leftOut bool, unreached string) {
	why := "not reached: " + unreached
	if leftOut {
		why = "left out, for a plan of its own"
	}
	_, _ = fmt.Fprintln(w, "  "+wrap(why, Width-2, "  "))
}

// notReached are the systems a plan wanted and that did not answer; those left out are not among them.
func notReached(p *plan.Plan) (down []string) {
	for _, s := range p.Systems {
		if !s.Reached && !s.LeftOut {
			down = append(down, s.Name)
		}
	}
	return down
}

// whyNot says, after a plan's digest, why it cannot be carried out as it stands; down are the systems that were not reached.
func whyNot(applicable bool, down []string) string {
	switch {
	case applicable:
		return ""
	case len(down) > 0:
		return fmt.Sprintf(" Not applicable yet: %s not reached.", Plural(int64(len(down)), "system"))
	}
	return " Not applicable: a person has to look first."
}

// empty is what is said of a system without a line.
func empty(right string) string {
	if right == "objection" || right == "withdrawal" {
		return "nothing is held for it"
	}
	if right == "rectification" {
		return "nothing to correct"
	}
	return "nothing found"
}

// linesOf brings a system's actions into the order they are shown in.
func linesOf(s plan.System) []line {
	var out []line
	for _, c := range s.Collections {
		for _, a := range c.Actions {
			out = append(out, line{c.Name, a})
		}
	}
	rank := func(a plan.Action) int { return slices.Index(actOrder, a.Action) }
	slices.SortStableFunc(out, func(a, b line) int {
		if d := rank(a.Action) - rank(b.Action); d != 0 {
			return d
		}
		return strings.Compare(a.collection, b.collection)
	})
	return out
}
