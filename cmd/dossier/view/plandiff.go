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
	t := Table{Head: []string{"COLLECTION", "WHAT", "WAS", "IS"}, Right: []bool{false, false, true, true}}
	for _, c := range changes {
		t.Add(c.System+"/"+c.Collection, string(c.Action)+", "+c.Reason, Number(c.Old), Number(c.New))
	}
	return t.Print(w)
}
