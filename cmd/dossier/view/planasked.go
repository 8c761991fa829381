package view

import (
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// candidates are the rows of which nobody has said whose they are.
func candidates(p *plan.Plan, kinds map[string]string) []string {
	var lines []string
	for _, c := range p.Candidates {
		them := map[bool]string{true: "it", false: "them"}[c.Rows == 1]
		lines = append(lines, fmt.Sprintf("%s/%s: %s may be this person's, matched by %s alone (%s). Nothing is done with %s unless a person confirms %s.",
			c.System, c.Collection, Plural(c.Rows, "row"), and(unverified(c.Matched, kinds)), c.Why, them, them))
	}
	return lines
}

// decided says whose a person has said that rows are. What else people decided stands with what it is about.
func decided(p *plan.Plan, zone *time.Location) []string {
	var lines []string
	for _, d := range p.Decisions {
		is, them := "are", "them"
		if d.Rows == 1 {
			is, them = "is", "it"
		}
		who := fmt.Sprintf("as %s said on %s (task %d)", d.By, Date(d.At.In(zone)), d.Task)
		switch d.Answer {
		case plan.Confirmed:
			lines = append(lines, fmt.Sprintf("%s/%s: %s %s this person's, %s.", d.System, d.Collection, Plural(d.Rows, "row"), is, who))
		case plan.NotTheirs:
			lines = append(lines, fmt.Sprintf("%s/%s: %s %s not this person's, %s; nothing is done with %s.", d.System, d.Collection, Plural(d.Rows, "row"), is, who, them))
		}
	}
	return lines
}

// asked names the tasks by which a plan asks people.
func asked(w io.Writer, p *plan.Plan, c PlanContext) {
	var lines [][2]string
	whole := p.Applicable
	for _, x := range c.Asked {
		lines = append(lines, [2]string{fmt.Sprintf("dossier task show %d", x.ID), x.Title})
		whole = whole && (x.Kind == request.AttentionMinor || x.Kind == request.AttentionDeceased)
	}
	if len(lines) > 0 && whole {
		lines = append(lines, [2]string{ApplyCommand(p.Request, p.Digest, c.Approval), ""}) // approving decides it too
	}
	head := "\nnext  "
	for _, l := range lines {
		text := l[0]
		if l[1] != "" {
			text += "   "
			text += wrap(l[1], Width-6-utf8.RuneCountInString(text), "        ")
		}
		_, _ = fmt.Fprintln(w, head+text)
		head = "      "
	}
}
