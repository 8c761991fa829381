package plan

import (
	"math"
	"slices"
	"strings"
)

// add adds one plan's part of a system.
func (b *Batch) add(s *System) {
	i := slices.IndexFunc(b.Systems, func(x BatchSystem) bool { return x.Name == s.Name })
	if i < 0 {
		i = len(b.Systems)
		b.Systems = append(b.Systems, BatchSystem{Name: s.Name, Label: s.Label, Reached: s.Reached, Unreached: s.Unreached, LeftOut: s.LeftOut, Manual: s.Manual,
			Backups: s.Backups, Collections: []BatchCollection{}})
	}
	to := &b.Systems[i]
	to.Roots += s.Roots
	if s.PooledUntil != "" && (to.PooledUntil == "" || s.PooledUntil < to.PooledUntil) {
		to.PooledUntil = s.PooledUntil
	}
	for _, c := range s.Collections {
		k := slices.IndexFunc(to.Collections, func(x BatchCollection) bool { return x.Name == c.Name })
		if k < 0 {
			k = len(to.Collections)
			to.Collections = append(to.Collections, BatchCollection{Name: c.Name, Label: c.Label, Actions: []BatchClass{}})
		}
		to.Collections[k].add(c.Actions, s.Manual)
	}
}

// add adds one plan's classes of a collection: those of one act and reason are one. On paper nobody counts rows.
func (c *BatchCollection) add(actions []Action, paper bool) {
	met := map[int]bool{} // a plan may have several of a class: they are one person's
	for _, a := range actions {
		if a.Rows == 0 && !paper || a.Action == NothingFound {
			continue
		}
		i := slices.IndexFunc(c.Actions, func(x BatchClass) bool {
			return x.Action == a.Action && x.Reason.Code == a.Reason.Code && x.Reason.Purpose == a.Reason.Purpose && x.Shell == a.Shell
		})
		if i < 0 {
			i = len(c.Actions)
			reason := a.Reason
			reason.Since = ""
			if a.Action == Manual {
				reason.Explain, _, _ = strings.Cut(reason.Explain, ", by ")
			}
			c.Actions = append(c.Actions, BatchClass{Action: a.Action, Reason: reason, Shell: a.Shell})
		}
		to := &c.Actions[i]
		to.Rows += a.Rows
		if to.Ceiling += a.Ceiling; to.Ceiling < a.Ceiling {
			to.Ceiling = math.MaxInt64 // growth: any
		}
		if a.Until != nil && a.Until.Date != "" {
			to.Until = to.Until.with(a.Until.Date)
		}
		if !met[i] {
			met[i] = true
			to.Persons++
		}
	}
}

func (s *Span) with(day string) *Span {
	if s == nil {
		return &Span{day, day}
	}
	return &Span{min(s.First, day), max(s.Last, day)}
}

// once takes off what several plans count: of classes that have more than that first, so that none is left empty where it need not be.
func (b *Batch) once(t Twice) {
	for i := range b.Systems {
		for k := range b.Systems[i].Collections {
			c := &b.Systems[i].Collections[k]
			if b.Systems[i].Name != t.System || c.Name != t.Collection {
				continue
			}
			for _, leave := range []int64{t.More + 1, 1, 0} {
				for n := range c.Actions {
					if a := &c.Actions[n]; a.Action == t.Action && (t.Reason == "" || a.Reason.Code == t.Reason) && a.Rows >= leave {
						off := min(t.More, a.Rows-min(leave, 1))
						t.More -= off
						a.once(off)
					}
				}
			}
		}
	}
}

func (c *BatchClass) once(off int64) {
	c.Rows, c.Twice = c.Rows-off, c.Twice+off
	if c.Ceiling > 0 && c.Ceiling < math.MaxInt64 {
		c.Ceiling = max(c.Ceiling-off, c.Rows)
	}
}

// total adds up the classes in the order of a single plan's totals.
func (b *Batch) total() {
	rows := map[Act]int64{}
	for _, s := range b.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				rows[a.Action] += a.Rows
			}
		}
	}
	for _, act := range []Act{Delete, Anonymise, Recount, Keep, Refer, Manual} {
		if rows[act] > 0 {
			b.Totals = append(b.Totals, Total{Action: act, Rows: rows[act]})
		}
	}
}

// note adds who is told of one plan's person, and what is to be noticed of it.
func (b *Batch) note(p *Plan) {
	b.Tasks += len(p.Tasks)
	for _, r := range p.Recipients {
		i := slices.IndexFunc(b.Recipients, func(x BatchRecipient) bool { return x.Name == r.Name && x.How == r.How && x.Detail == r.Detail })
		if i < 0 {
			i = len(b.Recipients)
			b.Recipients = append(b.Recipients, BatchRecipient{Name: r.Name, Title: r.Title, How: r.How, Detail: r.Detail, Processor: r.Processor})
		}
		b.Recipients[i].Requests++
	}
	met := map[int]bool{}
	for _, a := range p.Attention {
		i := slices.IndexFunc(b.Attention, func(x Noted) bool {
			return x.Code == a.Code && x.System == a.System && x.Collection == a.Collection && x.Text == a.Text
		})
		if i < 0 {
			i = len(b.Attention)
			b.Attention = append(b.Attention, Noted{Attention: a})
			b.Attention[i].Rows = 0
		}
		b.Attention[i].Rows += a.Rows
		if !met[i] {
			met[i] = true
			b.Attention[i].Requests++
		}
	}
}
