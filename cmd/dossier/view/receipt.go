package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/core/journal"
)

// Receipt prints what a verified receipt attests.
func Receipt(w io.Writer, f *journal.Facts, asJSON bool) error {
	if asJSON {
		return JSON(w, Document{"format": "dossier.receipt-check/v1", "verified": true, "facts": f})
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	say("The receipt is genuine and unaltered: %s %s, %s, closed %s.", title(f.Right), f.Request, strings.ReplaceAll(f.Outcome, "_", " "), Date(f.ClosedAt))
	if len(f.Systems) > 0 {
		say("")
		t := Table{Head: []string{"SYSTEM", "STATE", "ROWS DONE", "CHECKED (UTC)", "CHECKED AGAIN (UTC)"}, Right: []bool{false, false, true}}
		var inferred int64
		for _, s := range f.Systems {
			var n int64
			for _, c := range s.Counts {
				n += c.Committed + c.Inferred
				inferred += c.Inferred
			}
			row := []string{s.Name, s.State, Number(n), "-", "-"}
			if !s.VerifiedAt.IsZero() {
				row[3] = Moment(s.VerifiedAt)
			}
			if !s.SettledAt.IsZero() {
				row[4] = Moment(s.SettledAt)
			}
			t.Add(row...)
		}
		if err := t.Print(w); err != nil {
			return err
		}
		if inferred > 0 {
			say("%s of these were not acknowledged by the store, but found done after an interruption.", Plural(inferred, "row"))
		}
	}
	for _, s := range f.Systems {
		for _, u := range s.Unproven {
			say("%s", wrap(s.Name+"/"+notProven(u.Collection, u.Rows, u.Unread, u.Unchanged)+".", Width, ""))
		}
	}
	for _, d := range f.Decisions {
		answer := map[string]string{"done": "yes", "refused": "no", "nothing_found": "not this person's"}[d.Answer]
		if d.Except > 0 {
			answer += fmt.Sprintf(", but for %s", Plural(int64(d.Except), "row"))
		}
		what := strings.ReplaceAll(d.Kind, "_", " ")
		if d.System != "" {
			what += " in " + d.System + "/" + d.Collection
		}
		say("%s decided (%s): %s.", d.By, what, answer)
	}
	var kept int64
	for _, k := range f.Kept {
		kept += k.Count
	}
	if kept > 0 {
		say("%s kept with an end; the receipt names rule and date of each.", Plural(kept, "row"))
	}
	if len(f.Recipients) > 0 {
		say("%s listed, with how far telling each has come.", Plural(int64(len(f.Recipients)), "recipient"))
	}
	return nil
}

// Journal prints that the journal is whole.
func Journal(w io.Writer, r journal.Report, asJSON bool) error {
	if asJSON {
		return JSON(w, Document{"format": "dossier.journal-check/v1", "verified": true, "leaves": r.Leaves, "checkpoints": r.Checkpoints})
	}
	_, err := fmt.Fprintf(w, "The journal is whole: %d %s, in agreement with %s.\n", r.Leaves, map[bool]string{true: "leaf", false: "leaves"}[r.Leaves == 1], Plural(int64(r.Checkpoints), "signed checkpoint"))
	return err
}
