package recipient

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/state"
)

// The events a recipient is told of.
const (
	Rectification = "rectification"
	Completion    = "completion"
	Erasure       = "erasure"
	Restriction   = "restriction"
	Lifting       = "lifting"
)

// Events in the order they are listed.
var Events = []string{Rectification, Completion, Erasure, Restriction, Lifting}

// The states of a row.
const (
	Queued       = "queued"
	Sent         = "sent"
	Acknowledged = "acknowledged"
	Done         = "done" // it did the same with its copy
	Failed       = "failed"
	Exempt       = "exempt"
)

// Touched is a collection the request changed, with the categories of what it changed there.
type Touched struct {
	Collection *datamap.Collection
	Categories []string
}

// Disclosure is what a disclosure log says: a recipient, by its name in the map or as the log spells it, and between which days.
type Disclosure struct {
	To         string
	First      string // dates; "" not known
	Last       string
	Categories []string
}

// Made is what a list is made from.
type Made struct {
	Request     string
	Event       string
	Touched     []Touched
	Disclosures []Disclosure
	KeepUntil   string // date, as the register's
}

// List makes the rows of a request, one for each recipient, by name. Whom only a log names, and the map does not know, is told by a person.
func List(m *datamap.Map, in Made, now time.Time) []state.Notice {
	rows := map[string]*state.Notice{}
	row := func(id string, r *datamap.Recipient, from string) *state.Notice {
		n := rows[id]
		if n == nil {
			n = &state.Notice{Request: in.Request, Recipient: id, Event: in.Event, Name: id, Role: "controller", Channel: "task", State: Queued, KnownFrom: from,
				KeepUntil: in.KeepUntil, CreatedAt: now}
			if r != nil {
				describe(n, r, m.Languages, now)
			}
			rows[id] = n
		}
		if !strings.Contains(n.KnownFrom, from) {
			n.KnownFrom += ", " + from
		}
		return n
	}
	for _, t := range in.Touched {
		for _, r := range t.Collection.Recipients {
			n := row(r.Name, r, fromMap)
			n.Categories = append(n.Categories, t.Categories...)
		}
	}
	for _, d := range in.Disclosures {
		if strings.TrimSpace(d.To) == "" {
			continue
		}
		id, r := find(m, d.To)
		n := row(id, r, fromLog)
		n.Categories = append(n.Categories, d.Categories...)
		if d.First != "" && (n.FirstOn == "" || d.First < n.FirstOn) {
			n.FirstOn = d.First
		}
		n.LastOn = max(n.LastOn, d.Last)
	}
	out := make([]state.Notice, 0, len(rows))
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		n := rows[id]
		slices.Sort(n.Categories)
		n.Categories = slices.Compact(n.Categories)
		out = append(out, *n)
	}
	slices.SortStableFunc(out, func(a, b state.Notice) int { return strings.Compare(a.Name, b.Name) })
	return out
}

const (
	fromMap = "map"
	fromLog = "disclosure log"
)

// find knows a recipient by its id in the map or by its name, however it is spelled in upper and lower case.
func find(m *datamap.Map, name string) (string, *datamap.Recipient) {
	name = strings.Join(strings.Fields(name), " ")
	if r := m.Recipients[name]; r != nil {
		return name, r
	}
	for _, id := range slices.Sorted(maps.Keys(m.Recipients)) {
		if r := m.Recipients[id]; strings.EqualFold(r.Title, name) || strings.EqualFold(id, name) {
			return id, r
		}
	}
	return name, nil
}

func describe(n *state.Notice, r *datamap.Recipient, languages []string, now time.Time) {
	if r.Title != "" {
		n.Name = r.Title
	}
	n.Category, n.Country, n.TransferGround, n.NotOne = r.Category, r.Country, r.Safeguard, r.NotOne
	if r.Role != "" {
		n.Role = r.Role
	}
	switch {
	case r.Notify.Email != "":
		n.Channel = "email"
	case r.Notify.Webhook != "":
		n.Channel = "webhook"
	}
	if n.NotOne != "" { // an authority in a particular inquiry (art. 4(9)): never told, never shown
		n.State, n.Channel = Exempt, ""
	}
	if x := r.Exempt; x != nil {
		n.State, n.Channel = Exempt, ""
		n.Exemption = exemption(x, languages, now)
	}
}

// The letters of Code B.VII.4, as they read where the map says no more.
var letters = map[string]struct{ limb, reasoning string }{
	"a": {"disproportionate", "the change is not visible to the recipient and would need a channel of its own"},
	"b": {"impossible", "the recipient is dissolved or struck off"},
	"c": {"impossible", "the recipient processes the data no longer"},
}

func exemption(x *datamap.Exempt, languages []string, now time.Time) state.Exemption {
	language := ""
	if len(languages) > 0 {
		language = languages[0]
	}
	out := state.Exemption{Limb: x.Limb, Letter: x.Letter, Reasoning: x.Because.In(language), Evidence: x.Evidence, DecidedBy: x.DecidedBy, At: now}
	if out.Limb == "" {
		out.Limb = letters[x.Letter].limb
	}
	if out.Reasoning == "" {
		out.Reasoning = letters[x.Letter].reasoning
	}
	if out.DecidedBy == "" {
		out.DecidedBy = "the data map"
	}
	return out
}
