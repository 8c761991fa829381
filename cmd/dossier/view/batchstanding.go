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
)

// shownMembers is how many members of a batch that a person must look at have a line each.
const shownMembers = 20

// BatchStanding prints where a batch stands: all systems over all members, how many requests are how far, and a line for each that a
// person must look at.
func BatchStanding(w io.Writer, s *engine.BatchStanding, c StandingContext) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	head := title(s.Right) + " of " + Plural(int64(len(s.Requests)), "person") + ", batch " + s.Batch
	where := stateWords(&engine.Standing{State: s.State, WaitsFor: BatchWaits(s)})
	say("%s%s%s", bold(w, head), strings.Repeat(" ", max(Width-2-utf8.RuneCountInString(head)-utf8.RuneCountInString(where), 3)), where)
	say("")
	fact := func(name string, t *time.Time, rest ...string) {
		if t != nil {
			say("%s", strings.TrimRight(pad(name, 13)+pad(Moment(t.In(c.Zone)), 24)+strings.Join(nonEmpty(rest), "   "), " "))
		}
	}
	fact("planned", s.PlannedAt, by(s.PlannedBy), Digest(s.Digest))
	fact("approved", s.ApprovedAt, by(s.ApprovedBy))
	fact("started", s.StartedAt)
	if len(s.Systems) > 0 && s.StartedAt != nil {
		say("")
		if err := systems(w, &engine.Standing{Right: s.Right, Systems: s.Systems}, c.Zone, c.Now); err != nil {
			return err
		}
	}
	say("")
	if err := howMany(w, s.Requests); err != nil {
		return err
	}
	look := attended(s.Requests)
	if len(look) > 0 {
		say("")
		t := Table{Head: []string{"REQUEST", "A PERSON MUST LOOK"}}
		for _, m := range look[:min(len(look), shownMembers)] {
			why := m.Why
			if why == "" {
				why = strings.ReplaceAll(strings.Join(m.Attention, ", "), "_", " ")
			}
			t.Add(m.Request, wrap(why, Width-16, strings.Repeat(" ", 16)))
		}
		if err := t.Print(w); err != nil {
			return err
		}
		if more := len(look) - shownMembers; more > 0 {
			say("and %s more: dossier request list --attention", Number(int64(more)))
		}
	}
	batchNext(w, s, look, c.Approval)
	return nil
}

// howMany counts the requests of each state; those of one state are one line, however many they are.
func howMany(w io.Writer, list []engine.BatchMember) error {
	var order []string
	n := map[string]int64{}
	for _, m := range list {
		words := stateWords(&engine.Standing{State: m.State, WaitsFor: m.WaitsFor, Outcome: m.Outcome})
		if n[words] == 0 {
			order = append(order, words)
		}
		n[words]++
	}
	slices.SortStableFunc(order, func(a, b string) int { return int(n[b] - n[a]) })
	t := Table{Head: []string{"REQUESTS", "STATE"}, Right: []bool{true}}
	for _, words := range order {
		t.Add(Number(n[words]), words)
	}
	return t.Print(w)
}

// attended are the open requests a person must look at.
func attended(list []engine.BatchMember) []engine.BatchMember {
	var out []engine.BatchMember
	for _, m := range list {
		if len(m.Attention) > 0 && !request.State(m.State).Closed() {
			out = append(out, m)
		}
	}
	return out
}

// BatchWaits is what a batch that was carried out as far as it goes waits for; "" nothing, or an approval.
func BatchWaits(s *engine.BatchStanding) string {
	for _, m := range s.Requests {
		if !request.State(m.State).Closed() && m.WaitsFor != "" && m.WaitsFor != string(request.ForApproval) {
			return m.WaitsFor
		}
	}
	return ""
}

// batchNext names the commands that help.
func batchNext(w io.Writer, s *engine.BatchStanding, look []engine.BatchMember, approval string) {
	var lines [][2]string
	add := func(command, what string) { lines = append(lines, [2]string{command, what}) }
	if s.StartedAt == nil {
		if s.ApprovedAt != nil {
			approval = "nobody"
		}
		add(ApplyCommand(s.Batch, s.Digest, approval), "")
	}
	for i, m := range look {
		if i == 3 {
			break
		}
		add("dossier request show "+m.Request, "")
	}
	for _, y := range s.Systems {
		if y.Pool != nil {
			add("dossier request resume "+s.Batch+" --pool", "not to wait for others in "+y.Name)
		}
	}
	open := slices.ContainsFunc(s.Requests, func(m engine.BatchMember) bool { return !request.State(m.State).Closed() })
	if slices.ContainsFunc(s.Requests, func(m engine.BatchMember) bool {
		return m.WaitsFor == string(request.ForPerson) && len(m.Attention) == 0
	}) {
		add("dossier task list --batch "+s.Batch, "what is asked of people; several are answered alike")
	}
	if s.StartedAt != nil && open {
		add("dossier request list --batch "+s.Batch, "who waits for what")
		add("dossier request wait "+s.Batch, "for the second look, or a store that answers again")
	}
	wide := 0
	for _, l := range lines {
		if l[1] != "" {
			wide = max(wide, utf8.RuneCountInString(l[0]))
		}
	}
	lead := "\nnext  "
	for _, l := range lines {
		_, _ = fmt.Fprintln(w, strings.TrimRight(lead+pad(l[0], wide)+"  "+l[1], " "))
		lead = "      "
	}
}
