package planner

import (
	"sort"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

// Kept is what stays: rows of one collection, or fields of theirs, that one purpose keeps until the same day, and that are planned again
// on the day after it; or until an event, or as long as a criterion holds.
type Kept struct {
	System, Collection, Purpose, Law string
	Date, Event, Criterion           string // one of them
	Rows                             int64
}

// why is for which purpose something is kept, and until when.
type why struct{ purpose, law, day string }

// noteEnds lists the days on which something of c comes due.
func (s *survey) noteEnds(w *Work, f *fate) error {
	days := map[why]int64{}
	for _, r := range f.reasons {
		for day, n := range r.days {
			days[why{r.reason.Purpose, r.reason.Law, day}] += n
		}
	}
	if err := s.fieldEnds(f, days); err != nil {
		return err
	}
	rollUp(days, endOfMonth)
	rollUp(days, endOfYear)
	var order []why
	for k := range days {
		order = append(order, k)
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := order[i], order[j]
		return a.day+"\x00"+a.purpose+"\x00"+a.law < b.day+"\x00"+b.purpose+"\x00"+b.law
	})
	for _, k := range order {
		w.Dues = append(w.Dues, Kept{System: f.c.System.Name, Collection: f.c.Name, Purpose: k.purpose, Law: k.law, Date: k.day, Rows: days[k]})
	}
	for _, r := range f.inOrder() {
		if k, ok := endless(r); ok {
			k.System, k.Collection = f.c.System.Name, f.c.Name
			w.Dues = append(w.Dues, k)
		}
	}
	return nil
}

// endless is a group that ends on no day, but is this controller's and was asked for: a later request has to find it too.
func endless(r keptReason) (Kept, bool) {
	k := Kept{Purpose: r.reason.Purpose, Law: r.reason.Law, Rows: r.rows - total(r.days)}
	if k.Rows <= 0 || r.until == heldByPerson.until || r.reason.Code == plan.OutOfScope || r.reason.Code == plan.Processor || r.reason.Code == plan.NotReached ||
		r.reason.Code == plan.OtherPurpose && r.until != nil && r.until.Criterion != "" { // the last two: an objection leaves them where they are
		return k, false
	}
	switch end := r.end(); {
	case end != nil && end.Date == "":
		k.Event, k.Criterion = end.Event, end.Criterion
	default:
		k.Criterion = strings.ReplaceAll(r.reason.Code, "_", " ") // its date is unknown, or its period has not begun
	}
	return k, true
}

func total(days map[string]int64) (n int64) {
	for _, d := range days {
		n += d
	}
	return n
}

// manyDays is up to how many ends of one purpose in one collection are told apart. Beyond, those of a month are one, then those of a
// year: readings that lapse day by day are not planned day by day.
const manyDays = 48

func rollUp(days map[why]int64, end func(string) string) {
	ends := map[why]int{}
	for k := range days {
		k.day = ""
		ends[k]++
	}
	for k, n := range days {
		to := k
		if to.day = ""; ends[to] <= manyDays {
			continue
		}
		if to.day = end(k.day); to != k {
			delete(days, k)
			days[to] += n
		}
	}
}

func endOfMonth(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func endOfYear(day string) string { return day[:4] + "-12-31" }

// fieldEnds adds until when fields with a purpose of their own are kept: they may end before their row does, or alone hold it. A row that is kept for
// the same purpose until the same day is one row.
func (s *survey) fieldEnds(f *fate, days map[why]int64) error {
	open := s.system(f.c)
	if open == nil || len(s.matches(f.c, false)) == 0 {
		return nil
	}
	for _, group := range s.ownPurpose(f.c) {
		var kept []*datamap.Field
		for _, field := range group {
			if !isNever(f.fields[field]) {
				kept = append(kept, field)
			}
		}
		if len(kept) == 0 {
			continue
		}
		var held []connectors.Cond
		for _, field := range kept {
			held = append(held, f.fields[field])
		}
		sel := s.reach(f.c, append(but(f.shared), anyOf(held...))...)
		var holds []policy.Hold
		for _, r := range group[0].Rules {
			holds = append(holds, s.holdOf(f.c, r))
			sel.Fields = union(sel.Fields, holds[len(holds)-1].Fields())
		}
		elsewhere, err := s.readElsewhere(f.c, holds)
		if err != nil {
			return err
		}
		for _, e := range elsewhere {
			sel.Fields = union(sel.Fields, e.fields)
		}
		if len(elsewhere) > 0 {
			sel.Fields = union(sel.Fields, f.c.Key)
		}
		if len(sel.Fields) == 0 {
			continue // they end with an event, or when somebody decides
		}
		zone := sel.Collection.Location()
		row, ends := connectors.Row{}, map[why]int64{}
		err = open.Each(s.ctx, sel, func(_ int, vs []any) error {
			for i, name := range sel.Fields {
				row[name] = vs[i]
			}
			var best keptReason
			for _, h := range holds {
				if e, ok := elsewhere[h.Rule]; ok {
					if k := e.of(row); fitsAll(h.When, row, zone) && k.longer(best) {
						best = k
					}
					continue
				}
				v := s.terms.Judge(h, row, zone)
				if k := (keptReason{reason: h.Reason, until: h.Until, last: v.Last}); v.Keeps && k.longer(best) {
					best = k
				}
			}
			if end := best.end(); end != nil && end.Date != "" {
				ends[why{best.reason.Purpose, best.reason.Law, end.Date}]++
			}
			return nil
		})
		for k, n := range ends {
			days[k] = max(days[k], n)
		}
		if err := s.unreached(f.c, err); err != nil {
			return err
		}
	}
	return nil
}
