package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
)

// Requests prints the register.
func Requests(w io.Writer, list []state.Request, now time.Time, asJSON bool) error {
	type row struct {
		ID        string   `json:"id"`
		Number    string   `json:"number"`
		Right     string   `json:"right"`
		State     string   `json:"state"`
		WaitsFor  string   `json:"waiting_for,omitempty"`
		Outcome   string   `json:"outcome,omitempty"`
		Attention []string `json:"attention,omitempty"`
		DueStrict string   `json:"due_strict"`
		Flags     []string `json:"flags,omitempty"`
		Batch     string   `json:"batch,omitempty"`
	}
	if asJSON {
		rows := []row{}
		for _, r := range list {
			rows = append(rows, row{r.ID, r.Number, r.Right, r.State, r.WaitingFor, r.Outcome, r.Attention, r.DueStrict, dueFlags(r, now), r.Batch})
		}
		return JSON(w, Document{"format": "dossier.requests/v1", "requests": rows})
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "The register is empty.")
		return err
	}
	t := Table{Head: []string{"REQUEST", "RIGHT", "STATE", "DUE"}}
	if slices.ContainsFunc(list, func(r state.Request) bool { return len(r.Attention) > 0 }) {
		t.Head = append(t.Head, "ATTENTION")
	}
	batches := slices.ContainsFunc(list, func(r state.Request) bool { return r.Batch != "" })
	if batches {
		t.Head = slices.Insert(t.Head, 2, "BATCH")
	}
	for _, r := range list {
		st := r.State
		if r.WaitingFor != "" {
			st = "waiting for " + waitWords(r.WaitingFor)
		}
		if r.Outcome != "" {
			st += ", " + strings.ReplaceAll(r.Outcome, "_", " ")
		}
		d := Weekday(r.DueStrict)
		for _, f := range dueFlags(r, now) {
			d += ", " + strings.TrimPrefix(f, "due_")
		}
		if !r.ClosedAt.IsZero() {
			d = "-"
		}
		codes := slices.Compact(slices.Sorted(slices.Values(r.Attention)))
		cells := []string{r.ID, r.Right, st, d, strings.ReplaceAll(strings.Join(codes, ", "), "_", " ")}
		if batches {
			cells = slices.Insert(cells, 2, dash(r.Batch))
		}
		t.Add(cells[:len(t.Head)]...)
	}
	return t.Print(w)
}

// dueFlags says what is to be said of an open request's day: due_soon in its last week, then overdue.
func dueFlags(r state.Request, now time.Time) []string {
	switch {
	case !r.ClosedAt.IsZero():
	case r.DueStrict < now.Format(time.DateOnly):
		return []string{engine.FlagOverdue}
	case r.DueStrict <= now.AddDate(0, 0, 7).Format(time.DateOnly):
		return []string{engine.FlagDueSoon}
	}
	return nil
}
