package planner

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Root names one row that names the person; a due item and a tombstone find it again by it.
type Root struct {
	System, Collection string
	Fields             []string
	Values             []string
	Key                []any // Values as they are typed
	Stays              bool  // the plan leaves it standing
	Shell              bool  // only because it leads to what is kept: its own period was over
}

// keepPromises notes what must be done later and what a tombstone is made of.
func (s *survey) keepPromises(out *Result, fates map[*datamap.Collection]*fate) error {
	for _, c := range s.Graph.Collections() {
		f := fates[c]
		if !s.worked(c.System) {
			continue
		}
		if err := s.noteEnds(out.Work, f, fates); err != nil {
			return err
		}
		if f.kept+f.sharedRows+f.shellRows > 0 {
			out.Work.Stay = append(out.Work.Stay, Stay{System: c.System.Name, Collection: c.Name, Rows: f.kept + f.sharedRows + f.shellRows})
		}
		if err := s.noteRoots(out.Work, f); err != nil {
			return err
		}
	}
	s.noteMarks(out.Work)
	return nil
}

// noteRoots names the rows that name the person, says which of them the plan leaves standing, and names the shells.
func (s *survey) noteRoots(w *Work, f *fate) error {
	c := f.c
	stays, shells := map[string]bool{}, map[string]bool{}
	if len(s.roots[c]) > 0 && f.kept+f.sharedRows+f.shellRows > 0 {
		conds := []connectors.Cond{anyOf(f.held, f.shared, s.shellCond(f))}
		if s.byCategory() {
			conds = nil
		}
		keys, err := s.keysOf(c, conds...)
		if err != nil {
			return err
		}
		for _, k := range keys {
			stays[k.ID()] = true
		}
	}
	if f.shellRows > 0 {
		keys, err := s.keysOf(c, append(but(f.held, f.shared), s.shellCond(f))...)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if shells[k.ID()] = true; !s.isRoot[c][k.ID()] {
				w.Shells = append(w.Shells, Root{System: c.System.Name, Collection: c.Name, Fields: c.Key, Key: k.Values, Stays: true, Shell: true})
			}
		}
	}
	for _, r := range s.roots[c] {
		root := Root{System: c.System.Name, Collection: c.Name, Fields: c.Key, Key: r.key, Stays: stays[rowID(r)], Shell: shells[rowID(r)]}
		for _, v := range r.key {
			root.Values = append(root.Values, textOf(v))
		}
		w.Roots = append(w.Roots, root)
	}
	return nil
}

// noteMarks notes by which identifiers the person is known: the unique ones found, and of the others those that were given and verified.
func (s *survey) noteMarks(w *Work) {
	for kind, v := range s.known {
		for _, n := range v.order {
			w.Marks = append(w.Marks, Mark{Kind: kind, Value: n, Unique: true})
		}
	}
	for kind, v := range s.given {
		for _, n := range v.order {
			if v.verified[n] {
				w.Marks = append(w.Marks, Mark{Kind: kind, Value: n})
			}
		}
	}
	sort.Slice(w.Marks, func(i, j int) bool {
		a, b := w.Marks[i], w.Marks[j]
		return a.Kind+"\x00"+a.Value < b.Kind+"\x00"+b.Value
	})
}

// Disclosure is what the disclosure logs say of one recipient: its name in the map, or as the log spells it, and
// the first and last day, "" where they cannot be read.
type Disclosure struct {
	To, First, Last string
	Rows            int64
}

// tellRecipients makes the art. 19 list before anything goes: who received rows of what is erased, by the
// map and by the disclosure logs, whose rows are read while they are there (C-154/21: the actual ones).
func (s *survey) tellRecipients(out *Result, fates map[*datamap.Collection]*fate) error {
	rows := map[string]int64{}
	for _, c := range s.Graph.Collections() {
		for _, r := range c.Recipients {
			if f := fates[c]; f.gone > f.sameShells && s.worked(c.System) {
				rows[r.Name] += f.gone - f.sameShells
			}
		}
	}
	return s.listRecipients(out, rows)
}

// listRecipients adds the logs to the recipients of the map.
func (s *survey) listRecipients(out *Result, rows map[string]int64) error {
	logs := map[string]*Disclosure{}
	for _, c := range s.Graph.Collections() {
		if err := s.readLog(c, logs); err != nil {
			return err
		}
	}
	logged := map[string]bool{}
	strangers := 0
	for _, name := range sortedNames(logs) {
		d := *logs[name]
		if s.terms.Stops && rows[name] == 0 { // what a log names was told for other purposes
			continue
		}
		out.Work.Disclosures = append(out.Work.Disclosures, d)
		if s.Graph.Map.Recipients[name] == nil {
			strangers++
			continue
		}
		rows[name] += d.Rows
		logged[name] = true
	}
	if strangers > 0 && s.in.Request.Right.Mutates() {
		out.Plan.Tasks = append(out.Plan.Tasks, plan.Task{Kind: "recipient", Text: fmt.Sprintf("tell %d recipients the map does not know; the disclosure log names them, and the art. 19 list will", strangers)})
	}
	out.Plan.Recipients = s.recipients(rows, logged)
	return nil
}

func (s *survey) readLog(c *datamap.Collection, logs map[string]*Disclosure) error {
	open := s.system(c)
	if c.Discloses == nil || open == nil || len(s.matches(c, false)) == 0 {
		return nil
	}
	sel := s.reach(c)
	sel.Fields = []string{c.Discloses.To, c.Discloses.On}
	zone := sel.Collection.Location()
	err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
		name := textOf(vs[0])
		if name == "" {
			return nil
		}
		for id, r := range s.Graph.Map.Recipients {
			if name == r.Title {
				name = id
			}
		}
		d := logs[name]
		if d == nil {
			d = &Disclosure{To: name}
			logs[name] = d
		}
		d.Rows++
		if at, _, ok := connectors.Date(vs[1], zone); ok {
			day := at.Format(time.DateOnly)
			if d.First == "" || day < d.First {
				d.First = day
			}
			d.Last = max(d.Last, day)
		}
		return nil
	})
	return s.unreached(c, err)
}

func (s *survey) recipients(rows map[string]int64, logged map[string]bool) []plan.Recipient {
	var out []plan.Recipient
	for _, id := range sortedNames(rows) {
		r := s.Graph.Map.Recipients[id]
		if r == nil || r.NotOne != "" {
			continue
		}
		x := plan.Recipient{Name: id, Title: r.Title, Processor: r.Role == "processor", KnownFrom: "map", Rows: rows[id]}
		if logged[id] {
			x.KnownFrom = "disclosure_log"
		}
		switch {
		case r.Exempt != nil:
			x.How, x.Detail = "exempt", "exemption ("+r.Exempt.Letter+"): "+r.Exempt.Evidence
		case r.Notify.Email != "":
			x.How = "email"
		case r.Notify.Webhook != "":
			x.How = "webhook"
		default:
			x.How, x.Detail = "task", r.Notify.Task
		}
		out = append(out, x)
	}
	order := []string{"email", "webhook", "task", "exempt"}
	slices.SortStableFunc(out, func(a, b plan.Recipient) int { return slices.Index(order, a.How) - slices.Index(order, b.How) })
	return out
}

func sortedNames[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
