package view

import (
	"fmt"
	"io"
	"time"

	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/state"
)

// Recipients prints the art. 19 list for the operator.
func Recipients(w io.Writer, rows []state.Notice, zone *time.Location, now time.Time) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "Nobody is to be told: nothing was disclosed, or nothing was changed yet.")
		return err
	}
	t := Table{Head: []string{"RECIPIENT", "NAME", "ROLE", "KNOWN FROM", "STATE"}}
	for _, n := range rows {
		t.Add(n.Recipient, n.Name, n.Role, known(n.KnownFrom), NoticeWords(n.State, n.Channel, n.Exemption.Letter, n.NotOne, lastOf(n), zone, now))
	}
	if err := t.Print(w); err != nil {
		return err
	}
	if open := recipient.Open(rows); len(open) > 0 {
		n := open[0]
		_, err := fmt.Fprintf(w, "\nnext  dossier recipients record %s %s --told DATE --by HOW%s\n", n.Request, n.Recipient, map[bool]string{true: " --done"}[n.Role == "processor"])
		return err
	}
	return nil
}

func known(from string) string {
	if from == "disclosure_log" {
		return "disclosure log"
	}
	return from
}

func lastOf(n state.Notice) *time.Time {
	var last time.Time
	for _, t := range []time.Time{n.SentAt, n.AcknowledgedAt, n.DoneAt} {
		if t.After(last) {
			last = t
		}
	}
	if last.IsZero() {
		return nil
	}
	return &last
}

// NoticeWords is how far telling one recipient has come.
func NoticeWords(state, how, letter, notOne string, at *time.Time, zone *time.Location, now time.Time) string {
	day := ""
	if at != nil {
		day = " " + Near(at.In(zone), now)
	}
	switch {
	case notOne != "":
		return "no recipient (art. 4(9)), not told"
	case state == recipient.Exempt:
		return "not told, exemption (" + letter + ")"
	case state == recipient.Queued:
		return "to be told" + channel(how)
	case state == recipient.Failed:
		return "could not be told" + channel(how) + ", is tried again"
	case state == recipient.Sent:
		return "told" + day
	case state == recipient.Done:
		return "did the same with its copy," + day
	}
	return state + day
}

func channel(how string) string {
	switch how {
	case "email":
		return " by e-mail"
	case "webhook":
		return " by webhook"
	case "task":
		return " by a person"
	}
	return ""
}
