package planner

import (
	"slices"
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

// noteEnds lists the days on which something of c comes due, each with its rows: one that several fields, or it and a field of it, are kept
// for by the same purpose until then is one.
func (s *survey) noteEnds(w *Work, f *fate, fates map[*datamap.Collection]*fate) error {
	days := map[why]int64{}
	for _, r := range f.reasons {
		for day, n := range r.days {
			days[why{r.reason.Purpose, r.reason.Law, day}] += n
		}
	}
	rows, err := s.fieldEnds(f, fates)
	if err != nil {
		return err
	}
	planned := rollUp(days, rows)
	sum := map[why]int64{}
	for k, n := range days {
		sum[planned[k]] += n
	}
	for _, row := range rows {
		counted := map[why]bool{}
		if row.own != (why{}) {
			counted[planned[row.own]] = true
		}
		for k := range row.ends {
			if to := planned[k]; !counted[to] {
				counted[to] = true
				sum[to]++
			}
		}
	}
	var order []why
	for k := range sum {
		order = append(order, k)
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := order[i], order[j]
		return a.day+"\x00"+a.purpose+"\x00"+a.law < b.day+"\x00"+b.purpose+"\x00"+b.law
	})
	for _, k := range order {
		w.Dues = append(w.Dues, Kept{System: f.c.System.Name, Collection: f.c.Name, Purpose: k.purpose, Law: k.law, Date: k.day, Rows: sum[k]})
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
	if k.Rows <= 0 || r.until == heldByPerson.until || r.reason.Code == plan.OutOfScope || plan.Elsewhere(r.reason.Code) || r.reason.Code == plan.NotReached ||
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

// rollUp says with which end each is planned again.
func rollUp(days map[why]int64, rows map[string]*keptRow) map[why]why {
	to := map[why]why{}
	for k := range days {
		to[k] = k
	}
	for _, row := range rows {
		for k := range row.ends {
			to[k] = k
		}
		if row.own != (why{}) {
			to[row.own] = row.own
		}
	}
	for _, end := range []func(day string) string{endOfMonth, endOfYear} {
		met, ends := map[why]bool{}, map[why]int{}
		for _, k := range to {
			if !met[k] {
				met[k] = true
				k.day = ""
				ends[k]++
			}
		}
		for from, k := range to {
			of := k
			if of.day = ""; ends[of] > manyDays {
				k.day = end(k.day)
				to[from] = k
			}
		}
	}
	return to
}

func endOfMonth(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func endOfYear(day string) string { return day[:4] + "-12-31" }

// keptRow is a row of which fields are kept for a purpose of their own.
type keptRow struct {
	own  why // for what the row itself is, where that ends on a day
	ends map[why]bool
}

// fieldEnds finds until when fields with a purpose of their own are kept: they may end before their row does, or alone hold it. By row.
func (s *survey) fieldEnds(f *fate, fates map[*datamap.Collection]*fate) (map[string]*keptRow, error) {
	if s.system(f.c) == nil || len(s.matches(f.c, false)) == 0 {
		return nil, nil
	}
	rows := map[string]*keptRow{}
	for _, group := range s.ownPurpose(f.c) {
		var held []connectors.Cond
		for _, field := range group {
			held = append(held, f.fields[field])
		}
		if kept := anyOf(held...); !isNever(kept) {
			if err := s.groupEnds(f, fates, group[0].Rules, kept, rows); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

// groupEnds does so for the fields of one purpose, in the rows where kept holds.
func (s *survey) groupEnds(f *fate, fates map[*datamap.Collection]*fate, rules []*datamap.Rule, kept connectors.Cond, rows map[string]*keptRow) error {
	var holds []policy.Hold
	for _, r := range rules {
		holds = append(holds, s.holdOf(f.c, r))
	}
	of, fields, err := s.judging(f.c, holds)
	if err != nil || len(fields)+len(of) == 0 {
		return err // they end with an event, or when somebody decides
	}
	own, more, err := s.judging(f.c, f.holds)
	if err != nil {
		return err
	}
	for _, itself := range []bool{true, false} { // the rows a purpose keeps for themselves, and the others
		where := append(but(f.shared, f.held), kept)
		if itself {
			where = append(but(f.shared), f.held, kept)
		}
		open := s.system(f.c)
		if open == nil || itself && isNever(f.held) {
			continue
		}
		sel := s.reach(f.c, where...)
		sel.Fields = union(slices.Clone(f.c.Key), union(slices.Clone(fields), more))
		zone := sel.Collection.Location()
		row := connectors.Row{}
		err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
			for i, name := range sel.Fields {
				row[name] = vs[i]
			}
			k, ends := s.longest(holds, of, row, zone).onDay()
			if !ends {
				return nil
			}
			id := connectors.Tuple{Values: row.Pick(f.c.Key)}.ID()
			if rows[id] == nil {
				rows[id] = &keptRow{ends: map[why]bool{}}
				if itself {
					rows[id].own, _ = f.grouped(s.why(f, fates, row, zone, own)).onDay()
				}
			}
			rows[id].ends[k] = true
			return nil
		})
		if err := s.unreached(f.c, err); err != nil {
			return err
		}
	}
	return nil
}

// judging is what rules of c are judged by: the dates that lie elsewhere, and the fields to read of a row.
func (s *survey) judging(c *datamap.Collection, holds []policy.Hold) (elsewhere map[*datamap.Rule]keptElsewhere, fields []string, err error) {
	for _, h := range holds {
		fields = union(fields, h.Fields())
	}
	elsewhere, err = s.readElsewhere(c, holds)
	for _, e := range elsewhere {
		fields = union(fields, e.fields)
	}
	return elsewhere, fields, err
}

// longest is the longest reason for which some rules keep a row.
func (s *survey) longest(holds []policy.Hold, elsewhere map[*datamap.Rule]keptElsewhere, row connectors.Row, zone *time.Location) keptReason {
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
	return best
}

// onDay is the day on which it ends, with its purpose; false where it ends on none.
func (a keptReason) onDay() (k why, ends bool) {
	if end := a.end(); end != nil && end.Date != "" {
		return why{a.reason.Purpose, a.reason.Law, end.Date}, true
	}
	return why{}, false
}
