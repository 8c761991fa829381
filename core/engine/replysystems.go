package engine

import (
	"slices"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/reply"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// actedAs says how a letter words what a plan does; what it leaves out is no loss of the person's data (a count, another row's reference).
var actedAs = map[plan.Act]reply.How{plan.Delete: reply.Deleted, plan.Anonymise: reply.Anonymised, plan.Correct: reply.Corrected, plan.Supplement: reply.Supplemented,
	plan.Mark: reply.Limited, plan.Block: reply.Limited, plan.Move: reply.Limited, plan.Lift: reply.Freed}

// systemsOf says, system by system, what was looked at, done, kept and left out. What was not verified yet is not called done.
func (t teller) systemsOf(f *reply.Facts, p *plan.Plan, s *Standing, tasks []state.Task) {
	for _, ps := range p.Systems {
		sys := t.m.System(ps.Name)
		label := ps.Label
		if sys != nil {
			label = t.in(sys.Label)
		}
		on, finished := doneOn(t, s, ps.Name)
		if !ps.Reached || ps.LeftOut && !finished {
			f.NotYet = append(f.NotYet, label)
			continue
		}
		f.Searched = append(f.Searched, label)
		found, changes := false, false
		for _, pc := range ps.Collections {
			found = found || pc.Total > 0
			for _, a := range pc.Actions {
				changes = changes || a.Action.Changes()
				t.actionOf(f, p, sys, label, pc, a, on, tasks)
			}
		}
		if found {
			f.Found = append(f.Found, label)
		}
		if changes && on == "" && s.StartedAt != nil {
			f.NotYet = append(f.NotYet, label)
		}
		if changes && ps.Backups > f.Backups {
			f.Backups = ps.Backups
		}
	}
	for _, by := range p.FoundBy {
		for _, k := range by.Kinds {
			if l := t.kind(k); !slices.Contains(f.FoundBy, l) {
				f.FoundBy = append(f.FoundBy, l)
			}
		}
	}
}

// doneOn is the day on which a system's work was verified; "" it was not. finished says that nothing of it is open, also where a person
// answered for it.
func doneOn(t teller, s *Standing, system string) (on string, finished bool) {
	for _, y := range s.Systems {
		if y.Name != system {
			continue
		}
		switch {
		case y.SettledAt != nil:
			return t.day(*y.SettledAt), true
		case y.VerifiedAt != nil && y.State != "attention":
			return t.day(*y.VerifiedAt), true
		case y.AnsweredBy != "":
			return "", true
		}
	}
	return "", false
}

func (t teller) actionOf(f *reply.Facts, p *plan.Plan, sys *datamap.System, place string, pc plan.Collection, a plan.Action, on string, tasks []state.Task) {
	what := pc.Label
	var c *datamap.Collection
	if sys != nil {
		if c = sys.Collection(pc.Name); c != nil {
			what = t.in(c.Label)
		}
	}
	switch how := actedAs[a.Action]; {
	case how != "":
		d := reply.Done{What: what, Place: place, How: how, On: on}
		if on != "" && !slices.Contains(f.Done, d) && a.Reason.Code != plan.Reference {
			f.Done = append(f.Done, d)
		}
	case a.Action == plan.Keep, a.Action == plan.Refer, a.Action == plan.Manual && request.Right(p.Right) == request.Rectification:
		if a.Reason.Code == plan.OutOfScope || a.Reason.Code == plan.Requested {
			return
		}
		if right := request.Right(p.Right); a.Action == plan.Refer && (right == request.Access || right == request.Portability) {
			l := reply.LeftOut{What: what, Code: a.Reason.Code, Who: t.answering(a.Reason)}
			if !slices.Contains(f.LeftOut, l) {
				f.LeftOut = append(f.LeftOut, l)
			}
			return
		}
		k := reply.Kept{What: what, Place: place, Code: a.Reason.Code, Law: a.Reason.Law}
		if purpose := t.m.Purposes[a.Reason.Purpose]; purpose != nil {
			k.Purpose, k.Provision = t.in(purpose.Label), provisionOf(purpose)
		}
		if a.Until != nil {
			k.Until, k.End = a.Until.Date, t.endOf(a.Until)
		}
		if k.Who = t.answering(a.Reason); k.Who != "" {
			k.Until, k.End, k.Provision = "", "", ""
		}
		if !slices.Contains(f.Kept, k) {
			f.Kept = append(f.Kept, k)
		}
	case a.Action == plan.Review, a.Action == plan.Withhold:
		code, part := a.Reason.Code, false
		if a.Action == plan.Review && sys != nil {
			if code, part = heldBack(tasks, sys.Name, pc.Name, code); code == "" {
				return
			}
		}
		names := []string{what}
		if c != nil && len(a.Fields) > 0 {
			names = nil
			for _, name := range a.Fields {
				names = append(names, what+": "+t.field(c, name).Title)
			}
		}
		for _, n := range names {
			if part {
				n += t.word(" (in part)", " (w części)")
			}
			if l := (reply.LeftOut{What: n, Code: code}); !slices.Contains(f.LeftOut, l) {
				f.LeftOut = append(f.LeftOut, l)
			}
		}
	}
}

// answering names the controller who answers for what a reason is about, where that is another one of the map.
func (t teller) answering(r plan.Reason) string {
	p := t.m.Purposes[r.Purpose]
	if r.Code != plan.OtherController || p == nil || p.Controller == nil {
		return ""
	}
	return t.who(p.Controller)
}

// heldBack says what a person's review of a collection left out of a copy: nothing ("") where all was released, of part of it where items were held
// back or given in part; until somebody has answered, what the plan says.
func heldBack(tasks []state.Task, system, collection, planned string) (code string, part bool) {
	for _, x := range tasks {
		if TaskKind(x.Kind) != TaskReview || x.System != system || x.Collection != collection {
			continue
		}
		switch a := saidOf(x); {
		case x.State == state.TaskRefused:
			return plan.ThirdPerson, false
		case x.State == state.TaskDone && len(a.Except)+len(a.Redacted) > 0:
			return plan.ThirdPerson, true
		case x.State == state.TaskDone:
			return "", false
		}
	}
	return planned, false
}

// provisionOf is what of the GDPR carries keeping for a purpose: its exception of art. 17(3), else the basis it rests on.
func provisionOf(p *datamap.Purpose) string {
	switch {
	case p.Exception != "":
		return p.Exception
	case p.HasBasis("art6_1_c"), p.HasBasis("art6_1_e"):
		return "art17_3_b"
	case p.HasBasis("art9_2_h"), p.HasBasis("art9_2_i"):
		return "art17_3_c"
	case len(p.Bases) > 0:
		return p.Bases[0]
	}
	return ""
}

// endOf is an end of keeping that is no day, in words.
func (t teller) endOf(u *plan.Until) string {
	switch {
	case u.Date != "":
		return ""
	case u.Event == "contract_ended":
		return t.word("as long as the contract lasts", "dopóki trwa umowa")
	case u.Event == "consent_withdrawn":
		return t.word("until consent is withdrawn", "do cofnięcia zgody")
	}
	return u.Criterion
}
