package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// StandingContext is what a standing is read with.
type StandingContext struct {
	Now          time.Time
	Zone         *time.Location
	IdentifiedAt time.Time
	IdentifiedBy string // the method, by its code
	Approval     string // of the map for this right
}

// methods of identification, in words.
var methods = map[string]string{"document_seen": "by identity document", "two_answers": "by two answers", "trusted_profile": "by trusted profile",
	"qualified_signature": "by qualified signature", "account": "by the person's account", "known_in_person": "known in person"}

// Standing prints where a request stands, and what to do next.
func Standing(w io.Writer, s *engine.Standing, c StandingContext) error {
	zone := c.Zone
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	head, where := title(s.Right)+" "+s.ID, stateWords(s)
	say("%s%s%s", bold(w, head), strings.Repeat(" ", max(Width-2-utf8.RuneCountInString(head)-utf8.RuneCountInString(where), 3)), where)
	if s.DueStrict != "" && s.ClosedAt == nil {
		line := due(PlanContext{Now: c.Now, Zone: zone, DueStrict: s.DueStrict})
		line, _, _ = strings.Cut(line, ", a month")
		say("%s", line)
	}
	if s.Why != "" && s.WaitsFor != "settle" && (len(s.Tasks) == 0 || !strings.HasPrefix(s.Why, "task ")) { // its line says so
		say("%s", wrap(s.Why, Width, ""))
	}
	say("")
	fact := func(name string, t *time.Time, rest ...string) {
		if t != nil {
			say("%s", strings.TrimRight(pad(name, 13)+pad(Moment(t.In(zone)), 24)+strings.Join(nonEmpty(rest), "   "), " "))
		}
	}
	fact("received", &s.ReceivedAt)
	if !c.IdentifiedAt.IsZero() {
		fact("identified", &c.IdentifiedAt, methods[c.IdentifiedBy])
	}
	without := ""
	if len(s.LeftOut) > 0 {
		without = "without " + strings.Join(s.LeftOut, ", ")
	}
	fact("planned", s.PlannedAt, by(s.PlannedBy), Digest(s.Digest), without)
	fact("approved", s.ApprovedAt, by(s.ApprovedBy))
	started := ""
	if request.Right(s.Right).Destroys() {
		started = "tombstone written first"
	}
	fact("started", s.StartedAt, started)
	if s.Batch != "" {
		say("%s%s", pad("batch", 13), s.Batch)
	}
	restrained(w, s.Restriction, zone)
	if s.Archive != nil {
		say("%s%s, %s, %s", pad("archive", 13), Plural(int64(s.Archive.Collections), "table"), Plural(s.Archive.Rows, "row"), Plural(int64(s.Archive.Files), "file"))
		say("%s%s", pad("", 13), archiveLife(s.Archive, zone))
		if s.Archive.Early && s.ClosedAt == nil {
			say("%s%s", pad("", 13), "made before people had answered; it is made again when they have")
		}
	}
	fact("closed", s.ClosedAt, strings.ReplaceAll(s.Outcome, "_", " "))
	if len(s.Systems) > 0 && s.StartedAt != nil {
		say("")
		if err := systems(w, s, zone, c.Now); err != nil {
			return err
		}
	}
	if len(s.Recipients) > 0 {
		say("")
		if err := told(w, s, zone, c.Now); err != nil {
			return err
		}
	}
	if err := openTasks(w, s, zone, c.Now); err != nil {
		return err
	}
	next(w, s, c.Approval)
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

// awaited is what a request waits for, in words.
var awaited = map[string]string{"person": "a person", "store": "a store", "settle": "the second look", "pool": "the pool", "window": "its hours", "space": "disk space",
	"identity": "the person's identity", "scope": "its scope", "fee": "the fee", "notice": "the notice to the person"}

func waitWords(code string) string {
	if w := awaited[code]; w != "" {
		return w
	}
	return strings.ReplaceAll(code, "_", " ")
}

func stateWords(s *engine.Standing) string {
	words := s.State
	if s.WaitsFor != "" {
		words = "waiting for " + waitWords(s.WaitsFor)
	}
	if s.Outcome != "" && s.Outcome != s.State {
		words += ", " + strings.ReplaceAll(s.Outcome, "_", " ")
	}
	return words
}

func systems(w io.Writer, s *engine.Standing, zone *time.Location, now time.Time) error {
	f := figuresOf(s.Right)
	t := Table{Head: f.row("SYSTEM", "STATE", "CHECKED / WAITS FOR", f.heads), Right: []bool{false, false}}
	for range f.heads {
		t.Right = append(t.Right, true)
	}
	var notes []string
	for _, y := range s.Systems {
		last := ""
		for _, at := range []*time.Time{y.VerifiedAt, y.SettledAt} {
			if at != nil {
				last = Near(at.In(zone), now)
			}
		}
		if y.WaitsFor != "" {
			last = waitWords(y.WaitsFor)
			if y.NotBefore != nil {
				last += map[bool]string{true: ", ", false: ", again "}[y.WaitsFor == "settle" || y.WaitsFor == "window"] + Near(y.NotBefore.In(zone), now)
			}
		}
		if y.Pool != nil {
			last = poolWith(*y.Pool, zone, now)
		}
		if y.State == "left out" {
			t.Add(f.row(y.Name, y.State, "nobody has looked there", f.none())...)
			continue
		}
		if y.Manual {
			t.Add(f.row(y.Name, y.State, onPaper(y, zone, now), f.none())...)
			if y.State == "refused" && y.Why != "" {
				notes = append(notes, y.Name+": "+y.Why)
			}
			continue
		}
		t.Add(f.row(y.Name, y.State, last, f.of(y))...)
		if y.Why != "" && y.State != "settled" && y.WaitsFor != "settle" {
			notes = append(notes, y.Name+": "+y.Why)
		}
		for _, u := range y.Unproven {
			notes = append(notes, y.Name+"/"+notProven(u.Collection, u.Rows, u.Unread, u.Unchanged))
		}
		if y.AnsweredBy != "" {
			notes = append(notes, y.Name+" was answered for by a person; the receipt says so")
		}
		if y.Inferred > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s of these were not acknowledged, but found done after an interruption", y.Name, Plural(y.Inferred, "row")))
		}
		if y.Late > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s came while this was worked and %s", y.Name, Plural(y.Late, "row"), f.late))
		}
	}
	if err := t.Print(w); err != nil {
		return err
	}
	for _, n := range notes {
		_, _ = fmt.Fprintln(w, wrap(n, Width-2, "  "))
	}
	return nil
}

// notProven says of restricted rows what was not shown: of what the account could not do before, that it cannot do it now says nothing.
func notProven(collection string, rows, unread, unchanged int64) string {
	what := fmt.Sprintf("read %s and change %s", Number(unread), Number(unchanged))
	switch {
	case unread == unchanged:
		what = "read or change " + Number(unread)
	case unchanged == 0:
		what = "read " + Number(unread)
	case unread == 0:
		what = "change " + Number(unchanged)
	}
	return fmt.Sprintf("%s: not proven. Of %s the ordinary account could not %s before the restriction, either", collection, Plural(rows, "row"), what)
}

// poolWith says of a system that is worked for several requests at once until when one waits there, and with whom: the pool, Fri 13 Nov, with
// 3 other erasures.
func poolWith(p engine.PoolStanding, zone *time.Location, now time.Time) string {
	words := waitWords("pool") + ", " + Near(p.Until.In(zone), now)
	if p.Others == 0 {
		return words
	}
	kind := "request"
	if p.Rights != "" {
		kind = p.Rights
	}
	return words + ", with " + Plural(int64(p.Others), "other "+kind)
}

// onPaper says whom a system on paper waits for, or who said that it is done.
func onPaper(y engine.SystemStanding, zone *time.Location, now time.Time) string {
	switch {
	case y.Task > 0:
		words := taskWords(y.Task, y.Department, y.TaskDue, now.In(zone))
		if y.MoreTasks > 0 {
			words += fmt.Sprintf(", and %d more", y.MoreTasks)
		}
		return words
	case y.ConfirmedAt != nil:
		words := "by " + y.ConfirmedBy + ", " + Near(y.ConfirmedAt.In(zone), now)
		if y.Answer == state.TaskNothingFound {
			words = "nothing found, " + words
		}
		return words
	}
	return ""
}

// taskWords names a task: task 41, Archiwum, by Fri 20 Nov.
func taskWords(id int64, department, due string, now time.Time) string {
	words := fmt.Sprintf("task %d", id)
	if department != "" {
		words += ", " + department
	}
	if at, err := time.ParseInLocation(time.DateOnly, due, now.Location()); err == nil {
		words += ", by " + Near(at, now)
	}
	return words
}

// openTasks lists what people have to do, beside what stands with a system.
func openTasks(w io.Writer, s *engine.Standing, zone *time.Location, now time.Time) error {
	t := Table{Head: []string{"TASK", "WHAT", "WHERE", "FOR", "BY"}, Right: []bool{true}}
	n := 0
	for _, x := range s.Tasks {
		if slices.ContainsFunc(s.Systems, func(y engine.SystemStanding) bool { return y.Task == x.ID }) ||
			slices.ContainsFunc(s.Recipients, func(r engine.RecipientStanding) bool { return r.Task == x.ID }) {
			continue
		}
		by := "-"
		if at, err := time.ParseInLocation(time.DateOnly, x.DueOn, zone); err == nil {
			by = Near(at, now)
		}
		t.Add(fmt.Sprint(x.ID), strings.ReplaceAll(x.Kind, "_", " "), place(x), dash(x.Department), by)
		n++
	}
	if n == 0 {
		return nil
	}
	_, _ = fmt.Fprintln(w)
	return t.Print(w)
}

func told(w io.Writer, s *engine.Standing, zone *time.Location, now time.Time) error {
	t := Table{Head: []string{"RECIPIENT", "STATE"}}
	for _, r := range s.Recipients {
		words := NoticeWords(r.State, r.How, r.Letter, "", r.At, zone, now)
		if r.Task > 0 {
			words = "waits for " + taskWords(r.Task, r.Department, r.TaskDue, now.In(zone))
		}
		t.Add(r.Name, words)
	}
	return t.Print(w)
}

// next names the commands that help, each once.
func next(w io.Writer, s *engine.Standing, approval string) {
	var lines [][2]string
	add := func(command, what string) { lines = append(lines, [2]string{command, what}) }
	switch {
	case s.State == "received":
		add("dossier plan "+s.ID, "")
	case s.WaitsFor == "store" && s.StartedAt == nil:
		add("dossier plan "+s.ID, "when it answers again")
	case s.Batch != "" && s.StartedAt == nil && (s.State == "planned" || s.State == "approved"):
		add("dossier plan show "+s.Batch, "with the others of the batch")
		add("dossier plan "+s.ID, "by itself, which takes it out of the batch")
	case s.State == "planned":
		add(ApplyCommand(s.ID, s.Digest, approval), "")
	case s.State == "approved":
		add("dossier apply "+s.ID, "")
	}
	settled := true
	for _, y := range s.Systems {
		switch {
		case y.State == "attention":
			if !slices.ContainsFunc(s.Tasks, func(x engine.TaskStanding) bool { return x.System == y.Name }) { // else its answer carries it on
				add("dossier request resume "+s.ID, "when it has been looked at")
				if request.Right(s.Right).Destroys() {
					add("dossier plan "+s.ID, "for a plan of its own, where more came than was planned")
				}
			}
			add("dossier request settle "+s.ID+" --system "+y.Name+" --because TEXT", "or a person answers for it")
			settled = false
		case y.State == "left out" && s.StartedAt != nil && s.ClosedAt == nil:
			if request.Right(s.Right).Destroys() {
				add("dossier plan "+s.ID, "for "+y.Name+", when it answers")
			}
			add("dossier request settle "+s.ID+" --system "+y.Name+" --because TEXT", "a person answers for it")
		case y.Pool != nil:
			add("dossier request resume "+s.ID+" --pool", "not to wait for others in "+y.Name)
			settled = false
		case y.WaitsFor == "store" && !y.Manual:
			add("dossier request wait "+s.ID, "when it answers again")
			settled = false
		}
	}
	if len(s.Systems) == 0 && s.StartedAt != nil && s.WaitsFor == "person" { // of a copy no system's part is listed
		for _, name := range s.LeftOut {
			add("dossier request settle "+s.ID+" --system "+name+" --because TEXT", "a person answers for it")
		}
	}
	for _, r := range s.Recipients {
		if r.Task == 0 && (r.State == "queued" || r.State == "failed") && s.StartedAt != nil && s.ClosedAt == nil {
			add("dossier recipients record "+s.ID+" "+r.Name+" --told DATE --by HOW", "")
		}
	}
	for i, x := range s.Tasks {
		if i == 3 {
			add("dossier task list --request "+s.ID, "")
			break
		}
		add(fmt.Sprintf("dossier task show %d", x.ID), "")
	}
	if s.Archive == nil && len(s.Tasks) > 0 && (s.Right == "access" || s.Right == "portability") && s.StartedAt != nil {
		add("dossier archive "+s.ID+" --early -o "+s.ID+".zip", "without what people have not answered")
	}
	for _, y := range s.Systems {
		if y.WaitsFor == "settle" && y.NotBefore != nil && settled {
			add("dossier request wait "+s.ID, "for the second look")
			break
		}
	}
	if s.Archive != nil && s.Archive.Ended == "" {
		early := ""
		if s.Archive.Early && s.ClosedAt == nil {
			early = " --early"
		}
		add("dossier archive "+s.ID+early+" -o "+s.ID+".zip", "")
	}
	if s.ClosedAt != nil && s.StartedAt != nil {
		add("dossier receipt "+s.ID, "")
	}
	if s.State == string(request.Refused) {
		add("dossier reply "+s.ID, "the letter that says why")
	}
	wide, seen := 0, map[[2]string]bool{}
	for _, l := range lines {
		if l[1] != "" {
			wide = max(wide, utf8.RuneCountInString(l[0]))
		}
	}
	head := "\nnext  "
	for _, l := range lines {
		if !seen[l] {
			seen[l] = true
			_, _ = fmt.Fprintln(w, strings.TrimRight(head+pad(l[0], wide)+"  "+l[1], " "))
			head = "      "
		}
	}
}

// archiveLife says whether an archive can be opened, and how often it was handed out.
func archiveLife(m *engine.Made, zone *time.Location) string {
	life := "can be opened until " + Day(m.Until)
	if m.Ended != "" {
		life = strings.TrimSpace(m.Ended + " " + Moment(m.EndedAt.In(zone)) + " " + by(m.EndedBy))
	}
	switch n := len(m.Handed); n {
	case 0:
		return life
	case 1:
		return life + "; handed out " + Moment(m.Handed[0].At.In(zone))
	default:
		return life + fmt.Sprintf("; handed out %d times, last %s", n, Moment(m.Handed[n-1].At.In(zone)))
	}
}
