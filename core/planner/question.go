package planner

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Question is what planning cannot decide and a person is asked. It holds values of rows: it lives in memory and, sealed, in a task.
// Where there are no rows, it is about the request as a whole.
type Question struct {
	Kind               string // candidate, conflict, minor, deceased
	System, Collection string
	Why                string    // no value
	Rows               [][]Found // what tells whose they are
	About              []string  // prints of what the answer is about: of each row, or the one of the request
}

// Format keeps what a question shows out of logs, whatever verb prints it.
func (q Question) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "question %s %s/%s •••", q.Kind, q.System, q.Collection)
}

// Verdict is what a person said of one thing they were asked about. It holds for the thing as it was shown: what has changed since has
// another print, and is asked about anew.
type Verdict struct {
	Task int64
	Yes  bool // of a candidate: it is this person's; of anything else: go on
	By   string
	At   time.Time
}

// FoundConfirmed is the kind under which a plan says that rows are the person's because somebody has said so.
const FoundConfirmed = "confirmed"

// askAbout asks about rows.
func askAbout(kind string, c *datamap.Collection, rows []looked, why string) Question {
	q := Question{Kind: kind, System: c.System.Name, Collection: c.Name, Why: why}
	for _, r := range rows {
		q.Rows, q.About = append(q.Rows, r.facts), append(q.About, r.print)
	}
	return q
}

// print is a keyed hash of what an answer is about, as it is now.
func (s *survey) print(kind, place string, fields []string, values []any) string {
	mac := hmac.New(sha256.New, s.in.AskKey)
	_, _ = fmt.Fprintf(mac, "dossier/asked/v1\x00%s\x00%s\x00%s\x00%s", kind, place, strings.Join(fields, "\x00"), connectors.Tuple{Values: values}.ID())
	return fmt.Sprintf("%x", mac.Sum(nil)[:16])
}

// settle takes what a person said about the request as a whole, or about a place; where nobody has, they are asked.
func (s *survey) settle(a plan.Attention) plan.Attention {
	at := a.System + "/" + a.Collection
	about := s.print(a.Code, at, nil, nil)
	said, ok := s.in.Answers[about]
	if !ok {
		s.asks = append(s.asks, Question{Kind: a.Code, System: a.System, Collection: a.Collection, Why: a.Text, About: []string{about}})
		return a
	}
	return s.heed(a, []Verdict{said})
}

// heed changes what has to be looked at by what was said of it: where everybody said go on, it stops nothing any more; else it stops the plan.
func (s *survey) heed(a plan.Attention, said []Verdict) plan.Attention {
	a.Blocks, a.Asks = false, false
	words := ""
	for _, v := range said {
		answer, what := plan.GoesOn, "the request goes on"
		if !v.Yes {
			answer, what = plan.Stops, "it is not carried out so"
		}
		if !a.Blocks { // who stops it is named before who does not
			words, a.Blocks = fmt.Sprintf("%s has decided that %s (task %d, %s)", v.By, what, v.Task, v.At.Format("2 Jan 2006")), !v.Yes
		}
		s.decide(plan.Decision{Task: v.Task, Kind: a.Code, System: a.System, Collection: a.Collection, Rows: min(a.Rows, 1), Answer: answer, By: v.By, At: v.At})
	}
	text, _, _ := strings.Cut(a.Text, "; ")
	a.Text = text + "; " + words
	return a
}

// decide notes what the plan rests on; what one answer says of several rows is one decision.
func (s *survey) decide(d plan.Decision) {
	for i := range s.decisions {
		x := &s.decisions[i]
		if x.Task == d.Task && x.Answer == d.Answer && x.Kind == d.Kind && x.System == d.System && x.Collection == d.Collection {
			x.Rows += d.Rows
			return
		}
	}
	s.decisions = append(s.decisions, d)
}

// decided are the decisions the plan rests on, in the order of their tasks.
func (s *survey) decided() []plan.Decision {
	met := map[string]bool{}
	for i := range s.shared {
		x := &s.shared[i]
		id := x.c.Address() + "\x00" + rowID(x.row)
		if x.said == nil || met[id] || x.said.Yes && !s.isRoot[x.c][rowID(x.row)] {
			continue
		}
		met[id] = true
		answer := plan.NotTheirs
		if x.said.Yes {
			answer = plan.Confirmed
		}
		s.decide(plan.Decision{Task: x.said.Task, Kind: "candidate", System: x.c.System.Name, Collection: x.c.Name, Rows: 1, Answer: answer, By: x.said.By, At: x.said.At})
	}
	slices.SortStableFunc(s.decisions, func(a, b plan.Decision) int {
		return cmp.Or(cmp.Compare(a.Task, b.Task), cmp.Compare(a.Answer, b.Answer))
	})
	return s.decisions
}
