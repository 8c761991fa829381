package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// write puts the records into the package, a table for each kind of which there is any.
func (r *records) write(ctx context.Context, b *archive.Builder, t teller) error {
	for _, x := range []struct {
		kind archive.RecordKind
		rows []archive.Record
	}{
		{archive.RecordedRequests, r.requestRows(t)},
		{archive.RecordedStatements, r.statementRows(t)},
		{archive.RecordedEvents, r.eventRows()},
		{archive.RecordedLetters, r.letterRows()},
		{archive.RecordedArchives, r.archiveRows()},
		{archive.RecordedRecipients, r.recipientRows(t)},
		{archive.RecordedErasures, r.erasureRows(t)},
		{archive.RecordedKept, r.keptRows(t)},
		{archive.RecordedRestrictions, r.restrictionRows(t)},
		{archive.RecordedPermits, r.permitRows(t)},
		{archive.RecordedUses, r.useRows()},
		{archive.RecordedContacts, r.contactRows(t)},
		{archive.RecordedTasks, r.taskRows(t)},
	} {
		if err := b.Records(ctx, x.kind, x.rows); err != nil {
			return err
		}
	}
	return nil
}

// moment is an instant, or nothing.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// day is the day of an instant in the controller's zone.
func (t teller) day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(t.m.Zone).Format(time.DateOnly)
}

func (r *records) requestRows(t teller) (out []archive.Record) {
	for _, x := range r.requests {
		row := archive.Record{"request": x.ID, "number": x.Number, "right": x.Right, "ground": x.Ground, "channel": x.Channel, "received": moment(x.ReceivedAt), "due": x.DueStrict,
			"state": x.State, "outcome": x.Outcome, "closed": moment(x.ClosedAt), "kept_until": x.KeepUntil, "forgotten": t.day(x.ShreddedAt)}
		if x.content != nil {
			row["capacity"] = "self"
			if q := x.content.Requester; q != nil && q.Capacity != "" {
				row["capacity"] = q.Capacity
			}
		}
		out = append(out, row)
	}
	return out
}

// statementRows is what requests said of the person, and what tombstones keep in plain. Whoever acted for the person is named by the
// capacity alone, and where the answer goes then is theirs.
func (r *records) statementRows(t teller) (out []archive.Record) {
	add := func(request, what, kind string, value subject.Secret) {
		if v := value.Reveal(); v != "" {
			out = append(out, archive.Record{"request": request, "what": what, "kind": kind, "value": v})
		}
	}
	for _, x := range r.requests {
		if x.content == nil {
			continue
		}
		for _, id := range x.content.Subject.Identifiers {
			add(x.ID, "identifier", t.kind(id.Kind), id.Value)
		}
		if a := x.content.Reply; a != nil && (x.content.Requester == nil || x.content.Requester.Capacity == "self") {
			add(x.ID, "reply_address", "", a.Address)
		}
		for _, c := range x.content.Corrections {
			add(x.ID, "corrected_from", t.category(c.Category), c.From)
			add(x.ID, "corrected_to", t.category(c.Category), c.To)
		}
		if s := x.content.Statement; s != nil {
			add(x.ID, "statement", t.category(s.Category), s.Text)
		}
	}
	for _, tomb := range r.tombstones {
		for _, field := range []string{"name", "pesel", "address", "email", "phone"} {
			if v, ok := r.plain[tomb.ID][field]; ok {
				add(tomb.Request, "trace", t.kind(field), v)
			}
		}
	}
	return out
}

func (t teller) kind(name string) string {
	if k := t.m.Identifiers[name]; k != nil {
		return t.in(k.Label)
	}
	return plainName(name)
}

func (t teller) category(name string) string {
	if c := t.m.Categories[name]; c != nil {
		return t.in(c.Label)
	}
	return plainName(name)
}

func (t teller) purpose(name string) string {
	if p := t.m.Purposes[name]; p != nil {
		return t.in(p.Label)
	}
	return plainName(name)
}

// place is the label of a system, and of a collection of it; what the map does not know any more stays unnamed.
func (t teller) place(system, collection string) (string, string) {
	sys := t.m.System(system)
	if sys == nil {
		return t.word("a system no longer in use", "zbiór już nieużywany"), ""
	}
	if c := sys.Collection(collection); c != nil {
		return t.in(sys.Label), t.in(c.Label)
	}
	return t.in(sys.Label), ""
}

func each(names []string, label func(string) string) string {
	var out []string
	for _, n := range names {
		if l := label(n); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return strings.Join(out, ", ")
}

func (r *records) eventRows() (out []archive.Record) {
	for _, x := range r.requests {
		for _, ev := range x.events {
			out = append(out, archive.Record{"request": x.ID, "event": ev.Type, "when": moment(ev.At)})
		}
	}
	return out
}

func (r *records) archiveRows() (out []archive.Record) {
	for _, x := range r.requests {
		m := x.made
		if m == nil || x.ID == r.of {
			continue
		}
		row := archive.Record{"request": x.ID, "made": moment(m.MadeAt), "opens_until": m.Until, "rows": m.Rows, "files": int64(m.Files), "handed_out": int64(len(m.Handed)),
			"ended": m.Ended, "ended_at": moment(m.EndedAt)}
		if n := len(m.Handed); n > 0 {
			row["handed_last"] = m.Handed[n-1].At
		}
		out = append(out, row)
	}
	return out
}

// recipientRows leaves out authorities in a particular inquiry: they are no recipients (art. 4(9)).
func (r *records) recipientRows(t teller) (out []archive.Record) {
	for _, x := range r.requests {
		for _, n := range x.notices {
			if n.NotOne != "" {
				continue
			}
			row := archive.Record{"request": x.ID, "recipient": n.Name, "role": n.Role, "event": n.Event, "told": n.State, "told_on": t.day(n.SentAt),
				"acknowledged_on": t.day(n.AcknowledgedAt), "done_on": t.day(n.DoneAt), "exempt": n.Exemption.Letter}
			if why := n.Exemption.Reasoning; why != usual[n.Exemption.Letter].Reasoning { // the usual ones the letter's code says, in the person's language
				row["reason"] = why
			}
			out = append(out, row)
		}
	}
	return out
}

func (r *records) erasureRows(t teller) (out []archive.Record) {
	for _, x := range r.tombstones {
		var marks []string
		for _, m := range r.marks[x.ID] {
			kind := t.kind(m.Kind)
			if m.Kind == subject.RowKind {
				kind = t.word("rows that named the person", "wiersze, które wskazywały osobę")
			}
			if !slices.Contains(marks, kind) {
				marks = append(marks, kind)
			}
		}
		systems := each(x.Systems, func(n string) string { l, _ := t.place(n, ""); return l })
		out = append(out, archive.Record{"request": x.Request, "state": x.State, "ground": x.Ground, "erased_on": x.ErasedOn, "purposes": each(x.Purposes, t.purpose), "places": systems,
			"categories": each(x.Categories, t.category), "marks": strings.Join(marks, ", "), "again_until": x.ReeraseUntil, "proof_until": x.ProofUntil, "proof_why": x.ProofBecause,
			"basis": x.Basis, "something_kept": x.Kept, "kept_until": x.KeptUntil})
	}
	return out
}

func (r *records) keptRows(t teller) (out []archive.Record) {
	for _, d := range r.dues {
		place, what := t.place(d.System, d.Collection)
		row := archive.Record{"request": d.Request, "place": place, "collection": what, "purpose": t.purpose(d.Rule), "law": d.Law, "rows": d.Count, "kept_until": d.Until, "state": d.State}
		if d.State == state.DueHeld {
			row["reason"] = d.Because
		}
		out = append(out, row)
	}
	return out
}

func (r *records) restrictionRows(t teller) (out []archive.Record) {
	for _, x := range r.requests {
		for _, h := range x.held {
			place, what := t.place(h.System, h.Collection)
			row := archive.Record{"request": x.ID, "place": place, "collection": what, "ground": x.Ground, "method": methodWord(h.Method), "rows": h.Count, "since": t.day(h.Since), "lifted": t.day(h.LiftedAt)}
			if x.content != nil && x.content.Restriction != nil && x.content.Restriction.ReviewBy != nil {
				row["review_by"] = t.day(*x.content.Restriction.ReviewBy)
			}
			out = append(out, row)
		}
	}
	return out
}

// methodWord tells of a method no more than the person needs: how a store keeps others out is a safeguard.
func methodWord(method string) string {
	switch method {
	case "mark", "":
		return "marked"
	case "task", "by_hand", "hand":
		return "by_hand"
	}
	return "blocked"
}

func (r *records) permitRows(t teller) (out []archive.Record) {
	for _, x := range r.requests {
		for _, p := range x.permits {
			out = append(out, archive.Record{"request": x.ID, "basis": p.Basis, "law": p.Law, "since": t.day(p.At), "permitted_until": p.Until, "revoked": t.day(p.RevokedAt)})
		}
	}
	return out
}

func (r *records) useRows() (out []archive.Record) {
	for _, x := range r.requests {
		for _, u := range x.uses {
			row := archive.Record{"request": x.ID, "when": moment(u.At), "use": u.What}
			if i := slices.IndexFunc(x.permits, func(p state.Permit) bool { return p.ID == u.Permit }); i >= 0 {
				row["basis"] = x.permits[i].Basis
			}
			out = append(out, row)
		}
	}
	return out
}

// contactRows names the request only where it is the person's: a contact point may be shared.
func (r *records) contactRows(t teller) (out []archive.Record) {
	for _, c := range r.contacts {
		row := archive.Record{"purpose": t.purpose(c.Purpose), "kind": t.kind(c.Mark.Kind), "since": t.day(c.Since)}
		if slices.ContainsFunc(r.requests, func(x recorded) bool { return x.ID == c.Request }) {
			row["request"] = c.Request
		}
		out = append(out, row)
	}
	return out
}

func (r *records) taskRows(t teller) (out []archive.Record) {
	for _, x := range r.requests {
		for _, task := range x.tasks {
			place := ""
			if task.System != "" {
				place, _ = t.place(task.System, "")
			}
			out = append(out, archive.Record{"request": x.ID, "task": task.Kind, "place": place, "department": task.Department, "due": task.DueOn, "state": task.State, "answered": t.day(task.AnsweredAt)})
		}
	}
	return out
}

// own is what the executor itself keeps, with its purposes, periods and bases, for the information of art. 15.
func (r *records) own(t teller, asOf time.Time) []archive.Own {
	why := t.m.Requests.Because
	keep := t.m.Requests.Keep.Add(asOf.In(t.m.Zone)).Format(time.DateOnly)
	kept := []archive.KeptByUs{{What: archive.OwnRequest, Until: keep, Why: why}}
	last := ""
	for _, x := range r.requests {
		if x.ID == r.of || !x.ShreddedAt.IsZero() {
			continue
		}
		until := x.KeepUntil
		if !request.State(x.State).Closed() {
			until = keep // counted from when it ends, which is not before today
		}
		last = max(last, until)
	}
	if last != "" {
		kept = append(kept, archive.KeptByUs{What: archive.OwnEarlier, Until: last, Why: why})
	}
	for _, x := range r.tombstones {
		if x.State != state.TombVoid {
			kept = append(kept, archive.KeptByUs{What: archive.OwnTombstone, Request: x.Request, Until: max(x.ReeraseUntil, x.ProofUntil), Why: x.ProofBecause, Basis: x.Basis})
		}
	}
	last = ""
	for _, d := range r.dues {
		if d.State != state.DueDone {
			last = max(last, d.Until)
		}
	}
	if last != "" {
		kept = append(kept, archive.KeptByUs{What: archive.OwnDues, Until: last})
	}
	if len(r.contacts) > 0 {
		kept = append(kept, archive.KeptByUs{What: archive.OwnContact})
	}
	return archive.OwnFrom(t.lang, t.m.Tombstone.Basis, t.health(), kept)
}

// health says whether to be known to the controller at all tells of a person's health: it treats people.
func (t teller) health() bool {
	for _, p := range t.m.Purposes {
		if p.HasBasis("art9_2_h") {
			return true
		}
	}
	return false
}

// erased are the person's erasures, done or under way.
func (r *records) erased(t teller) (out []archive.Erased) {
	for _, x := range r.tombstones {
		switch x.State {
		case state.TombVerified, state.TombReleased:
			out = append(out, archive.Erased{Request: x.Request, On: x.ErasedOn, Done: true})
		case state.TombIntended:
			out = append(out, archive.Erased{Request: x.Request, On: t.day(x.CreatedAt)})
		}
	}
	return out
}

// keptAfter says of a collection that rows in it outlived an erasure.
func (r *records) keptAfter(t teller, system, collection string) string {
	var kept []archive.KeptAfter
	for _, d := range r.dues {
		if d.System == system && d.Collection == collection && d.State != state.DueDone {
			kept = append(kept, archive.KeptAfter{Request: d.Request, Purpose: t.purpose(d.Rule), Law: d.Law, Until: d.Until})
		}
	}
	return archive.KeptText(t.lang, kept)
}
