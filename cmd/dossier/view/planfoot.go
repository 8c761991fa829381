package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/core/plan"
)

func recipients(w io.Writer, p *plan.Plan) {
	if len(p.Recipients) == 0 || p.Right == "access" || p.Right == "portability" {
		return
	}
	_, _ = fmt.Fprintln(w, "\n"+bold(w, "Told afterwards (art. 19)"))
	width := 13
	for _, r := range p.Recipients {
		width = max(width, utf8.RuneCountInString(r.Name)+2)
	}
	for _, r := range p.Recipients {
		how := toldHow(r.How, r.Detail, r.Processor)
		_, _ = fmt.Fprintln(w, "  "+pad(r.Name, width)+wrap(how, Width-width-2, strings.Repeat(" ", width+2)))
	}
}

// toldHow says how a recipient is told, or why not; a processor that is told has to answer.
func toldHow(how, detail string, processor bool) string {
	text := map[string]string{"email": "by e-mail", "webhook": "by webhook", "task": "task for " + detail, "exempt": "not told, " + detail}[how]
	if processor && how != "exempt" {
		text += "; a processor, has to confirm that it did the same"
	}
	return text
}

// tasks are what people have to do.
func tasks(w io.Writer, p *plan.Plan) {
	if len(p.Tasks) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w, "\n"+bold(w, "For people to do"))
	for _, t := range p.Tasks {
		where := t.System
		if t.Collection != "" {
			where += "/" + t.Collection
		}
		text := t.Text
		if t.Department != "" {
			text += ", for " + t.Department
		}
		if t.By != "" {
			text += ", by " + Weekday(t.By)
		}
		_, _ = fmt.Fprintln(w, "  "+wrap(where+": "+text, Width-4, "    "))
	}
}

func warnings(w io.Writer, p *plan.Plan, c PlanContext) {
	lines := append(candidates(p, c.Kinds), decided(p, c.Zone)...)
	lines = append(lines, attention(p)...)
	for _, s := range p.Systems {
		if !s.Reached && !s.LeftOut {
			lines = append(lines, fmt.Sprintf("%s is not in this plan. Plan again when it answers, or leave it for a plan of its own:\n  dossier plan %s --without %s", s.Name, p.Request, s.Name))
		}
	}
	if b := backups(p); b != "" {
		lines = append(lines, b)
	}
	beforeApproval(w, append(lines, p.Warnings...))
}

// beforeApproval lists what whoever approves should know; the command that helps stands in a line of its own.
func beforeApproval(w io.Writer, lines []string) {
	if len(lines) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w, "\n"+bold(w, "Before you approve"))
	for _, l := range lines {
		text, command, _ := strings.Cut(l, "\n")
		_, _ = fmt.Fprintln(w, "  "+wrap(strings.ReplaceAll(text, "$document", "the document"), Width-4, "    "))
		if command != "" {
			_, _ = fmt.Fprintln(w, "    "+strings.TrimSpace(command))
		}
	}
}

// unverified are kinds of identifiers in words, without saying that they were verified.
func unverified(names []string, kinds map[string]string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		if out[i] = strings.TrimPrefix(kinds[n], "a verified "); out[i] == "" {
			out[i] = n
		}
	}
	return out
}

// backups says until when backups hold what a plan takes away.
func backups(p *plan.Plan) string {
	var parts []string
	for _, s := range p.Systems {
		takes := func(l line) bool {
			return l.Action.Action == plan.Delete || l.Action.Action == plan.Anonymise || l.Action.Action == plan.Correct
		}
		if s.Backups != "" && slices.ContainsFunc(linesOf(s), takes) {
			parts = append(parts, "of "+s.Name+" until "+Day(s.Backups))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	if p.Right == "rectification" {
		return "Backups hold the old values: " + and(parts) + ". After a restore the rectification is owed again."
	}
	return "Backups hold what is erased: " + and(parts) + ". After a restore the " + p.Right + " is owed again."
}

// attention is what a person must look at; what is the same in several places is said once.
func attention(p *plan.Plan) []string {
	var texts []string
	where := map[string][]string{}
	for _, a := range p.Attention {
		if where[a.Text] == nil {
			texts = append(texts, a.Text)
		}
		at := a.System
		if a.Collection != "" {
			at += "/" + a.Collection
		}
		where[a.Text] = append(where[a.Text], at)
	}
	for i, t := range texts {
		if at := and(where[t]); at != "" && !strings.Contains(t, at) {
			texts[i] = at + ": " + t
		}
	}
	return texts
}

func footer(w io.Writer, p *plan.Plan, c PlanContext) {
	rehearsed(w, p.Rehearsal)
	line := fmt.Sprintf("%s, good until %s.", Digest(p.Digest), Date(p.ExpiresAt.In(c.Zone)))
	_, _ = fmt.Fprintln(w, "\n"+line+whyNot(p.Applicable, notReached(p)))
	_, _ = fmt.Fprintln(w, wrap(Totals(p), Width, ""))
	if c.Open && p.Applicable {
		_, _ = fmt.Fprintln(w, "\nnext  "+ApplyCommand(p.Request, p.Digest, c.Approval))
	}
}

// ApplyCommand is what carries a plan out: with an approval where the map wants one, by another person where it wants that.
func ApplyCommand(request, digest, approval string) string {
	switch approval {
	case "another_person":
		return "dossier --as SOMEBODY-ELSE apply " + request + " --approve " + Digest(digest)
	case "anybody":
		return "dossier apply " + request + " --approve " + Digest(digest)
	}
	return "dossier apply " + request
}

// withheld says what the withheld rows have in common.
func withheld(p *plan.Plan) string {
	for _, s := range p.Systems {
		for _, l := range linesOf(s) {
			if l.Action.Action == plan.Withhold && l.Reason.Code != plan.ThirdPerson {
				return "left out, in whole or in part"
			}
		}
	}
	return "with another person's fields left out"
}

// Totals is the last line of a plan.
func Totals(p *plan.Plan) string {
	return totalsLine(p.Totals, len(p.Tasks), notReached(p), withheld(p))
}

// totalsLine says how many rows each act is about; down are the systems that were not reached.
func totalsLine(totals []plan.Total, tasks int, down []string, withheld string) string {
	words := map[plan.Act]string{plan.Delete: "to delete", plan.Anonymise: "to anonymise", plan.Recount: "to recount", plan.Keep: "kept", plan.Export: "to export",
		plan.Review: "to review first", plan.Withhold: withheld, plan.Refer: "referred", plan.Supplement: "to complete", plan.Manual: "left to people"}
	var parts []string
	for _, t := range totals {
		word := words[t.Action]
		if word == "" {
			word = "to " + string(t.Action)
		}
		parts = append(parts, Number(t.Rows)+" "+word)
	}
	if tasks > 0 {
		parts = append(parts, Plural(int64(tasks), "task"))
	}
	for _, s := range down {
		parts = append(parts, s+" not reached")
	}
	if len(parts) == 0 {
		return "Nothing is held."
	}
	return strings.Join(parts, ", ") + "."
}
