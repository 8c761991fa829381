package view

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/core/plan"
)

// BatchContext is what a batch plan is read with.
type BatchContext struct {
	Now      time.Time
	Zone     *time.Location
	DueFirst string // 2006-01-02, of the member whose day comes first
	Scope    string // of what: "everything held"
	Approval string // of the map for this right: nobody, anybody, another_person
	Open     bool   // it is still to be carried out, so the command that does it is named
}

// Batch prints a batch plan for a person.
func Batch(w io.Writer, b *plan.Batch, c BatchContext) {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	asked := Plural(int64(len(b.Requests)+len(b.Left)), "request")
	if len(b.Requests) == 0 {
		say("%s", wrap("Nobody of "+asked+" can be planned together with others. Nothing has been changed.", Width, ""))
		batchLeft(w, b)
		batchFooter(w, b, c)
		return
	}
	head, scope := title(b.Right), ""
	if c.Scope != "" {
		scope = ", of " + c.Scope
	}
	all := head + " of " + Plural(int64(len(b.Requests)), "person") + ", batch " + b.Batch + scope + ": " + article(&plan.Plan{Right: b.Right, Ground: b.Ground})
	say("%s%s", bold(w, head), strings.TrimPrefix(wrap(all, Width, ""), head))
	if c.DueFirst != "" {
		line, _, _ := strings.Cut(due(PlanContext{Now: c.Now, Zone: c.Zone, DueStrict: c.DueFirst}), ", a month")
		say("the first is %s", line)
	}
	text := "Each is planned as it would be alone; a row that only they own goes with the last of them. "
	switch n := len(b.Left); {
	case n == 1:
		text += fmt.Sprintf("Of %s, 1 is left for a plan of its own, see below. ", asked)
	case n > 1:
		text += fmt.Sprintf("Of %s, %s are left for plans of their own, see below. ", asked, Number(int64(n)))
	}
	say("%s", wrap(text+"Nothing has been changed.", Width, ""))
	say("")
	batchTable(w, b)
	batchTold(w, b)
	batchLeft(w, b)
	batchWarnings(w, b)
	batchFooter(w, b, c)
}

const (
	mostWidth    = 7
	personsWidth = 7
)

func batchTable(w io.Writer, b *plan.Batch) {
	name := 20
	for _, s := range b.Systems {
		for _, c := range s.Collections {
			name = min(max(name, utf8.RuneCountInString(c.Name)+3), 30)
		}
	}
	lead := func(shown, rows, most, persons string, act plan.Act) string {
		return pad(shown, name) + padLeft(rows, rowsWidth) + "  " + padLeft(most, mostWidth) + "  " + padLeft(persons, personsWidth) + "  " + pad(string(act), actWidth) + "  "
	}
	_, _ = fmt.Fprintln(w, bold(w, strings.TrimRight(lead("", "ROWS", "AT MOST", "PERSONS", "WHAT")+"WHY, AND UNTIL WHEN", " ")))
	for _, s := range b.Systems {
		_, _ = fmt.Fprintln(w, bold(w, s.Name)+", "+s.Label+pooled(s.PooledUntil))
		if !s.Reached {
			absent(w, s.LeftOut, s.Unreached)
			continue
		}
		last := ""
		for _, l := range batchLines(s) {
			shown := "  " + l.collection
			if l.collection == last {
				shown = ""
			}
			if last = l.collection; utf8.RuneCountInString(shown) >= name {
				_, _ = fmt.Fprintln(w, shown)
				shown = ""
			}
			rows, most := Number(l.Rows), ""
			if s.Manual {
				rows = "?"
			}
			switch {
			case l.Ceiling == math.MaxInt64:
				most = "any"
			case l.Ceiling > 0:
				most = Number(l.Ceiling)
			}
			row := lead(shown, rows, most, Number(int64(l.Persons)), l.Action)
			indent := utf8.RuneCountInString(row)
			_, _ = fmt.Fprintln(w, row+wrap(batchWhy(l.BatchClass, Width-indent), Width-indent, strings.Repeat(" ", indent)))
		}
		if last == "" {
			_, _ = fmt.Fprintln(w, "  "+empty(b.Right))
		}
	}
}

type batchLine struct {
	collection string
	plan.BatchClass
}

// batchLines brings a system's classes into the order of a single plan: what goes, what changes, what stays.
func batchLines(s plan.BatchSystem) []batchLine {
	var out []batchLine
	for _, c := range s.Collections {
		for _, a := range c.Actions {
			out = append(out, batchLine{c.Name, a})
		}
	}
	slices.SortStableFunc(out, func(a, b batchLine) int {
		if d := slices.Index(actOrder, a.Action) - slices.Index(actOrder, b.Action); d != 0 {
			return d
		}
		return strings.Compare(a.collection, b.collection)
	})
	return out
}

// batchWhy is a class's reason in words; days and fields that differ from person to person are not in it.
func batchWhy(c plan.BatchClass, room int) string {
	a := plan.Action{Action: c.Action, Reason: c.Reason, Shell: c.Shell}
	switch u := c.Until; {
	case u == nil:
	case u.First == u.Last:
		a.Until = &plan.Until{Date: u.First}
	default:
		a.Until = &plan.Until{Criterion: "until " + Day(u.First) + " to " + Day(u.Last)}
	}
	switch {
	case c.Reason.Code == plan.OtherPurpose:
		a.Reason = plan.Reason{Code: plan.OtherPurpose, Explain: c.Reason.Purpose + ": goes on"}
		a.Until = nil
		return a.Reason.Explain
	case c.Reason.Code == plan.LeadsToKept && c.Action != plan.Keep:
		a.Reason = plan.Reason{Code: "shell", Explain: "what is kept needs the rest of it"}
	}
	return whyFitting(a, room)
}

// batchTold says who is told, and of how many of the requests.
func batchTold(w io.Writer, b *plan.Batch) {
	if len(b.Recipients) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w, "\n"+bold(w, "Told afterwards (art. 19), of how many requests"))
	width := 13
	for _, r := range b.Recipients {
		width = max(width, utf8.RuneCountInString(r.Name)+2)
	}
	for _, r := range b.Recipients {
		how := toldHow(r.How, r.Detail, r.Processor)
		lead := "  " + pad(r.Name, width) + padLeft(Number(int64(r.Requests)), 6) + "  "
		_, _ = fmt.Fprintln(w, lead+wrap(how, Width-width-10, strings.Repeat(" ", width+10)))
	}
}
