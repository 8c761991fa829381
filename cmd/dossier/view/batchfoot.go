package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/core/plan"
)

// shownIDs is how many requests are named where many are the same.
const shownIDs = 8

// batchLeft says who is planned apart and why, those of one reason together.
func batchLeft(w io.Writer, b *plan.Batch) {
	if len(b.Left) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w, "\n"+bold(w, "Left for a plan of its own, after somebody has looked"))
	var texts []string
	who := map[string][]string{}
	for _, l := range b.Left {
		text := strings.ReplaceAll(l.Attention.Code, "_", " ") + ": " + strings.ReplaceAll(l.Attention.Text, "$document", "the document")
		if who[text] == nil {
			texts = append(texts, text)
		}
		who[text] = append(who[text], l.Request)
	}
	for _, text := range texts {
		_, _ = fmt.Fprintln(w, "  "+wrap(text, Width-4, "    "))
		_, _ = fmt.Fprintln(w, "    "+wrap(some(who[text]), Width-6, "    "))
	}
}

// some names the first of many.
func some(ids []string) string {
	if len(ids) <= shownIDs+1 {
		return and(ids)
	}
	return strings.Join(ids[:shownIDs], ", ") + " and " + Number(int64(len(ids)-shownIDs)) + " more"
}

func batchWarnings(w io.Writer, b *plan.Batch) {
	var lines, twice, backups []string
	for _, s := range b.Systems {
		if !s.Reached && !s.LeftOut {
			lines = append(lines, fmt.Sprintf("%s is not in this plan. Plan again when it answers, or leave it for plans of their own:\n  dossier plan %s --without %s", s.Name, b.Batch, s.Name))
		}
		takes := false
		for _, c := range s.Collections {
			var more int64
			for _, a := range c.Actions {
				more += a.Twice
				takes = takes || a.Action == plan.Delete || a.Action == plan.Anonymise
			}
			if more > 0 {
				twice = append(twice, Number(more)+" in "+s.Name+"/"+c.Name)
			}
		}
		if takes && s.Backups != "" {
			backups = append(backups, "of "+s.Name+" until "+Day(s.Backups))
		}
	}
	if len(twice) > 0 {
		lines = append(lines, "A row that several of them own stands here once, and in the plan of each: so many more stand there, "+and(twice)+".")
	}
	for _, a := range b.Attention {
		at := a.System
		if a.Collection != "" {
			at += "/" + a.Collection
		}
		text := a.Text
		if at != "" && !strings.Contains(text, at) {
			text = at + ": " + text
		}
		lines = append(lines, text+" ("+Plural(int64(a.Requests), "request")+")")
	}
	if len(backups) > 0 {
		lines = append(lines, "Backups hold what is erased: "+and(backups)+". After a restore the "+b.Right+"s are owed again.")
	}
	lines = append(lines, b.Warnings...)
	beforeApproval(w, lines)
}

func batchFooter(w io.Writer, b *plan.Batch, c BatchContext) {
	rehearsed(w, b.Rehearsal)
	if len(b.Requests) > 0 {
		line := fmt.Sprintf("%s, good until %s.", Digest(b.Digest), Date(b.ExpiresAt.In(c.Zone)))
		var down []string
		for _, s := range b.Systems {
			if !s.Reached && !s.LeftOut {
				down = append(down, s.Name)
			}
		}
		_, _ = fmt.Fprintln(w, "\n"+line+whyNot(b.Applicable, down))
		_, _ = fmt.Fprintln(w, wrap(totalsLine(b.Totals, b.Tasks, down, ""), Width, ""))
	}
	head := "\nnext  "
	if c.Open && b.Applicable {
		_, _ = fmt.Fprintln(w, head+ApplyCommand(b.Batch, b.Digest, c.Approval))
		head = "      "
	}
	for i, l := range b.Left {
		if i == 3 {
			break
		}
		_, _ = fmt.Fprintln(w, head+"dossier plan show "+l.Request)
		head = "      "
	}
}
