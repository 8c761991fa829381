package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
)

// Standing prints where a request stands, and what to do next.
func Standing(w io.Writer, s *engine.Standing, now time.Time, zone *time.Location, asJSON bool) error {
	if asJSON {
		return JSON(w, s)
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	head := title(s.Right) + " " + s.ID
	say("%s%s", pad(head, 54), stateWords(s))
	if s.DueStrict != "" && s.ClosedAt == nil {
		line := due(PlanContext{Now: now, Zone: zone, DueStrict: s.DueStrict})
		line, _, _ = strings.Cut(line, ", a month")
		say("%s", line)
	}
	say("")
	fact := func(name string, t *time.Time, rest ...string) {
		if t != nil {
			say("%s", strings.TrimRight(pad(name, 13)+pad(Moment(t.In(zone)), 24)+strings.Join(nonEmpty(rest), "   "), " "))
		}
	}
	fact("received", &s.ReceivedAt)
	without := ""
	if len(s.LeftOut) > 0 {
		without = "without " + strings.Join(s.LeftOut, ", ")
	}
	fact("planned", s.PlannedAt, by(s.PlannedBy), Digest(s.Digest), without)
	fact("approved", s.ApprovedAt, by(s.ApprovedBy))
	started := ""
	if s.Right == "erasure" {
		started = "tombstone written first"
	}
	fact("started", s.StartedAt, started)
	fact("closed", s.ClosedAt, strings.ReplaceAll(s.Outcome, "_", " "))
	if s.Archive != nil {
		say("%s%s, %s, %s; dossier archive %s -o %s.zip", pad("archive", 13), Plural(int64(s.Archive.Collections), "table"), Plural(s.Archive.Rows, "row"), Plural(int64(s.Archive.Files), "file"), s.ID, s.ID)
	}
	if len(s.Systems) > 0 && s.StartedAt != nil {
		say("")
		if err := systems(w, s, zone); err != nil {
			return err
		}
	}
	if len(s.Recipients) > 0 {
		say("")
		if err := told(w, s, zone); err != nil {
			return err
		}
	}
	next(w, s)
	return nil
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return "by " + who
}

func nonEmpty(list []string) []string {
	var out []string
	for _, x := range list {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}

func stateWords(s *engine.Standing) string {
	words := s.State
	if s.WaitsFor != "" {
		words = "waits for " + strings.ReplaceAll(s.WaitsFor, "_", " ")
	}
	if s.Outcome != "" {
		words += ", " + strings.ReplaceAll(s.Outcome, "_", " ")
	}
	return words
}

func systems(w io.Writer, s *engine.Standing, zone *time.Location) error {
	t := Table{Head: []string{"SYSTEM", "STATE", "DELETED", "ANONYMISED", "KEPT", "CHECKED / WAITS FOR"}, Right: []bool{false, false, true, true, true}}
	var notes []string
	for _, y := range s.Systems {
		last := ""
		for _, at := range []*time.Time{y.VerifiedAt, y.SettledAt} {
			if at != nil {
				last = Moment(at.In(zone))
			}
		}
		if y.WaitsFor != "" {
			last = y.WaitsFor
			if y.NotBefore != nil {
				last = "a second look, " + Moment(y.NotBefore.In(zone))
				if y.WaitsFor != "settle" {
					last = y.WaitsFor + ", again " + Moment(y.NotBefore.In(zone))
				}
			}
		}
		t.Add(y.Name, y.State, Number(y.Deleted), Number(y.Anonymised), Number(y.Kept), last)
		if y.Why != "" && y.State != "settled" && y.WaitsFor != "settle" {
			notes = append(notes, y.Name+": "+y.Why)
		}
		if y.Inferred > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s of these were not acknowledged, but found done after an interruption", y.Name, Plural(y.Inferred, "row")))
		}
		if y.Late > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s came while this was worked and went too", y.Name, Plural(y.Late, "row")))
		}
	}
	if err := t.Print(w); err != nil {
		return err
	}
	for _, n := range notes {
		_, _ = fmt.Fprintln(w, wrap(n, Width, "  "))
	}
	return nil
}

func told(w io.Writer, s *engine.Standing, zone *time.Location) error {
	t := Table{Head: []string{"RECIPIENT", "STATE"}}
	for _, r := range s.Recipients {
		text := strings.ReplaceAll(r.State, "_", " ")
		switch {
		case r.State == "exempt":
			text = "not told, exemption (" + r.Letter + ")"
		case r.At != nil:
			text += " " + Date(r.At.In(zone))
		case r.State == "queued":
			text = "to be told by " + r.How
		}
		t.Add(r.Name, text)
	}
	return t.Print(w)
}

// next names the command that helps.
func next(w io.Writer, s *engine.Standing) {
	var lines []string
	switch {
	case s.State == "received":
		lines = append(lines, "dossier plan "+s.ID)
	case s.State == "planned":
		lines = append(lines, "dossier apply "+s.ID+" --approve "+s.Digest)
	case s.State == "approved":
		lines = append(lines, "dossier apply "+s.ID)
	}
	for _, y := range s.Systems {
		switch {
		case y.State == "attention":
			lines = append(lines, "dossier request resume "+s.ID, "dossier request settle "+s.ID+" --system "+y.Name+" --because …")
		case y.WaitsFor == "settle", y.WaitsFor == "store":
			lines = append(lines, "dossier request wait "+s.ID)
		}
	}
	for _, r := range s.Recipients {
		if r.State == "queued" && s.StartedAt != nil {
			lines = append(lines, fmt.Sprintf("dossier recipients record %s %s --told DATE --by HOW", s.ID, r.Name))
			break
		}
	}
	seen := map[string]bool{}
	head := "\nnext  "
	for _, l := range lines {
		if !seen[l] {
			seen[l] = true
			_, _ = fmt.Fprintln(w, head+l)
			head = "      "
		}
	}
}

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
	}
	if asJSON {
		rows := []row{}
		for _, r := range list {
			rows = append(rows, row{r.ID, r.Number, r.Right, r.State, r.WaitingFor, r.Outcome, r.Attention, r.DueStrict})
		}
		return JSON(w, map[string]any{"format": "dossier.requests/v1", "requests": rows})
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "The register is empty.")
		return err
	}
	t := Table{Head: []string{"REQUEST", "RIGHT", "STATE", "DUE"}}
	for _, r := range list {
		st := r.State
		if r.WaitingFor != "" {
			st += " for " + r.WaitingFor
		}
		if r.Outcome != "" {
			st += ", " + strings.ReplaceAll(r.Outcome, "_", " ")
		}
		d := Weekday(r.DueStrict)
		if r.ClosedAt.IsZero() && r.DueStrict < now.Format(time.DateOnly) {
			d += ", overdue"
		}
		t.Add(r.ID, r.Right, st, d)
	}
	return t.Print(w)
}
