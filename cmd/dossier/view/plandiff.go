package view

import (
	"fmt"
	"io"

	"github.com/dossier-dsr/dossier/core/plan"
)

// PlanDiff prints what differs between two plans.
func PlanDiff(w io.Writer, changes []plan.Change, asJSON bool) error {
	if asJSON {
		return JSON(w, Document{"format": "dossier.plan-diff/v1", "changes": changes})
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintln(w, "The plans do the same.")
		return err
	}
	return differences(w, changes)
}

// BatchDiff prints what differs between two batch plans, and who is in one of them alone.
func BatchDiff(w io.Writer, changes []plan.Change, gone, joined []string, asJSON bool) error {
	if asJSON {
		return JSON(w, Document{"format": "dossier.plan-diff/v1", "changes": changes, "gone": gone, "joined": joined})
	}
	if len(changes)+len(gone)+len(joined) == 0 {
		_, err := fmt.Fprintln(w, "The plans do the same.")
		return err
	}
	for _, x := range []struct {
		what string
		ids  []string
	}{{"No longer in it: ", gone}, {"New in it: ", joined}} {
		if len(x.ids) > 0 {
			_, _ = fmt.Fprintln(w, wrap(x.what+some(x.ids)+".", Width, "  "))
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return differences(w, changes)
}

func differences(w io.Writer, changes []plan.Change) error {
	t := Table{Head: []string{"COLLECTION", "WHAT", "WAS", "IS"}, Right: []bool{false, false, true, true}}
	for _, c := range changes {
		t.Add(c.System+"/"+c.Collection, string(c.Action)+", "+c.Reason, Number(c.Old), Number(c.New))
	}
	return t.Print(w)
}
