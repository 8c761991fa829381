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

// taskStates are the states of a task in words.
var taskStates = map[string]string{state.TaskNothingFound: "nothing found"}

func taskState(s string) string {
	if w := taskStates[s]; w != "" {
		return w
	}
	return s
}

// Tasks prints what people have to do.
func Tasks(w io.Writer, list []engine.TaskStanding, asJSON bool) error {
	if asJSON {
		return JSON(w, Document{"format": "dossier.tasks/v1", "tasks": list})
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "Nobody has anything to do.")
		return err
	}
	t := Table{Head: []string{"TASK", "REQUEST", "WHAT", "WHERE", "FOR", "BY"}, Right: []bool{true}}
	answered := slices.ContainsFunc(list, func(x engine.TaskStanding) bool { return x.State != state.TaskOpen })
	if answered {
		t.Head = append(t.Head, "STATE")
	}
	for _, x := range list {
		by := Weekday(x.DueOn)
		if x.Overdue {
			by += ", overdue"
		}
		row := []string{fmt.Sprint(x.ID), x.Request, strings.ReplaceAll(x.Kind, "_", " "), place(x), dash(x.Department), dash(by)}
		if answered {
			row = append(row, taskState(x.State))
		}
		t.Add(row...)
	}
	return t.Print(w)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func place(x engine.TaskStanding) string {
	switch {
	case x.System == "":
		return "-"
	case x.Collection == "":
		return x.System
	}
	return x.System + "/" + x.Collection
}

// Task prints one task without what only who does it may see.
func Task(w io.Writer, x engine.TaskStanding, zone *time.Location) {
	say := func(name, value string) {
		if value != "" {
			_, _ = fmt.Fprintln(w, pad(name, 13)+wrap(value, Width-13, strings.Repeat(" ", 13)))
		}
	}
	head, where := fmt.Sprintf("Task %d, of %s %s", x.ID, x.Right, x.Request), taskState(x.State)
	_, _ = fmt.Fprintln(w, bold(w, head)+strings.Repeat(" ", max(Width-2-len([]rune(head))-len([]rune(where)), 3))+where)
	say("what", x.Title)
	at := place(x)
	if x.Label != "" {
		at += ", " + x.Label
	}
	if x.System != "" {
		say("where", at)
	}
	say("for", x.Department)
	by := Weekday(x.DueOn)
	if x.Overdue {
		by += ", overdue"
	}
	if x.State == state.TaskOpen {
		say("by", by)
	}
	if x.Items > 0 {
		say("items", fmt.Sprintf("%s to decide about", Number(int64(x.Items))))
	}
	if x.AnsweredAt != nil {
		text := Moment(x.AnsweredAt.In(zone))
		if x.AnsweredBy != "" {
			text += "   by " + x.AnsweredBy
		}
		say("answered", text)
	}
	say("because", x.Because)
	say("except", numbers(x.Except))
	say("redacted", numbers(x.Redacted))
	if x.Files > 0 {
		say("handed in", Plural(int64(x.Files), "file")+", kept sealed")
	}
	lead := "\nnext  "
	for _, answer := range x.Answers {
		command := map[string]string{state.TaskDone: fmt.Sprintf("dossier task done %d", x.ID), state.TaskNothingFound: fmt.Sprintf("dossier task nothing-found %d", x.ID),
			state.TaskRefused: fmt.Sprintf("dossier task refuse %d --because TEXT", x.ID)}[answer]
		switch {
		case x.Kind == "notify" && answer == state.TaskDone:
			command += " --told DATE --by HOW" + map[bool]string{true: " --confirmed"}[x.Act == "instruct"]
		case x.Kind == "notify" && answer == state.TaskRefused:
			command += " --exempt LETTER --evidence TEXT"
		}
		if answer == state.TaskDone && x.Act == "copy" {
			command += " --attach FILE"
		}
		if answer == state.TaskDone && x.Items > 0 && (x.Kind == "review" || x.Kind == "candidate") {
			command += " [--except N --because TEXT]"
		}
		_, _ = fmt.Fprintln(w, lead+command)
		lead = "      "
	}
}

// Next names the command that comes next; "" none.
func Next(w io.Writer, command string) {
	if command != "" {
		_, _ = fmt.Fprintln(w, "\nnext  "+command)
	}
}

// TaskNumbers are tasks as a command takes them: "41 43-60".
func TaskNumbers(list []engine.TaskStanding) string {
	var ids []int
	for _, x := range list {
		ids = append(ids, int(x.ID))
	}
	slices.Sort(ids)
	return strings.ReplaceAll(numbers(ids), ",", "")
}

// numbers writes 3, 7, 8, 9 as "3, 7-9".
func numbers(list []int) string {
	var parts []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		if j > i {
			parts = append(parts, fmt.Sprintf("%d-%d", list[i], list[j]))
		} else {
			parts = append(parts, fmt.Sprint(list[i]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// Brief prints what whoever does a task needs to see. It holds personal data.
func Brief(w io.Writer, b engine.Brief) {
	say := func(text, indent string) { _, _ = fmt.Fprintln(w, indent+wrap(text, Width-len(indent), indent)) }
	for _, d := range b.Do {
		_, _ = fmt.Fprintln(w)
		say(d, "")
	}
	if b.Text != "" {
		_, _ = fmt.Fprintln(w)
		for _, l := range strings.Split(strings.TrimRight(printable(b.Text), "\n"), "\n") {
			_, _ = fmt.Fprintln(w, strings.TrimRight("  | "+wrap(l, Width-4, "  | "), " "))
		}
	}
	if len(b.Find) > 0 {
		_, _ = fmt.Fprintln(w, "\nlook for")
		facts(w, b.Find, "  ")
	}
}

// Item prints one thing to decide about. It holds personal data.
func Item(w io.Writer, x engine.Item) {
	_, _ = fmt.Fprintf(w, "\n%d  %s\n", x.Number, x.Place)
	facts(w, x.Facts, "   ")
	if x.Document != "" {
		_, _ = fmt.Fprintln(w, "   document "+x.Document)
	}
	if x.Text == "" {
		return
	}
	for _, l := range strings.Split(printable(x.Text), "\n") {
		_, _ = fmt.Fprintln(w, "   | "+wrap(l, Width-5, "   | "))
	}
}

func facts(w io.Writer, list []engine.Fact, indent string) {
	wide := 0
	for _, f := range list {
		wide = max(wide, len([]rune(f.Label))+2)
	}
	for _, f := range list {
		_, _ = fmt.Fprintln(w, indent+pad(f.Label, wide)+wrap(printable(f.Value), Width-wide-len(indent), strings.Repeat(" ", wide+len(indent))))
	}
}

// printable keeps what stands in a store from steering a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, s)
}
