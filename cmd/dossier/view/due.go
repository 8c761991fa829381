package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/state"
)

// Dues prints what is kept with an end; today is a date of the controller's zone. With now, only what has come due.
func Dues(w io.Writer, items []state.DueItem, today string, now, asJSON bool) error {
	type row struct {
		Item       string `json:"item"`
		Request    string `json:"request"`
		System     string `json:"system"`
		Collection string `json:"collection"`
		Rows       int64  `json:"rows"`
		Purpose    string `json:"purpose"`
		Law        string `json:"law,omitempty"`
		Until      string `json:"until,omitempty"`
		Event      string `json:"event,omitempty"`
		Criterion  string `json:"criterion,omitempty"`
		State      string `json:"state"`
		Due        bool   `json:"due"`
		Because    string `json:"because,omitempty"`
	}
	rows := []row{}
	for _, d := range items {
		due := d.Until != "" && d.Until < today
		if now && !due {
			continue
		}
		rows = append(rows, row{d.ID, d.Request, d.System, d.Collection, d.Count, d.Rule, d.Law, d.Until, d.Event, d.Criterion, d.State, due, d.Because})
	}
	if asJSON {
		return JSON(w, Document{"format": "dossier.due/v1", "today": today, "items": rows})
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, map[bool]string{true: "Nothing has come due.", false: "Nothing is kept with an end."}[now])
		return err
	}
	t := Table{Head: []string{"ITEM", "WHERE", "ROWS", "FOR", "KEPT UNTIL", "STATE"}, Right: []bool{false, false, true}}
	due := 0
	for _, r := range rows {
		end, st := Day(r.Until), r.State
		if end == "" {
			end = strings.ReplaceAll(r.Event, "_", " ") + endless(r.Criterion)
		}
		if r.Due && r.State == state.DueWaiting {
			st, due = "has come due", due+1
		}
		switch {
		case r.State == state.DueWaiting && !r.Due:
			st = "kept"
		case r.State == state.DuePlanned:
			st = "is being erased"
		}
		if r.State == state.DueHeld {
			st = "held: " + r.Because
		}
		t.Add(r.Item, r.System+"/"+r.Collection, Number(r.Rows), r.Purpose, end, st)
	}
	if err := t.Print(w); err != nil {
		return err
	}
	if due > 0 {
		_, err := fmt.Fprintf(w, "\n%s come due. What a plan kept may go from the day after its last.\n\nnext  dossier due plan\n", map[bool]string{true: "1 item has", false: fmt.Sprintf("%d items have", due)}[due == 1])
		return err
	}
	return nil
}

// endless says of what has no day yet what its end hangs on.
func endless(criterion string) string {
	if criterion == strings.ReplaceAll(plan.CopyOf, "_", " ") {
		return "as what it copies"
	}
	return criterion
}

// DueLeft says what has come due and was not planned.
func DueLeft(w io.Writer, planned int, left []engine.DueLeft) {
	if planned == 0 && len(left) == 0 {
		_, _ = fmt.Fprintln(w, "Nothing has come due.")
	}
	for _, l := range left {
		_, _ = fmt.Fprintln(w, wrap(fmt.Sprintf("Left alone: %s; %s.", strings.Join(l.Items, ", "), l.Why), Width, "  "))
	}
}
