package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/reply"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// Reply writes a letter of a request as it stands now, in the language asked for, else the request's, else the map's first. It changes
// nothing: that a letter was sent is noted with the event reply_sent.
func (e *Engine) Reply(ctx context.Context, id, language string, kind reply.Kind) (*reply.Letter, error) {
	var f reply.Facts
	err := e.DB.Read(ctx, func(tx *state.Tx) (err error) {
		f, err = e.replyFacts(tx, id, language, e.Now())
		return err
	})
	if err != nil {
		return nil, err
	}
	l, err := reply.Compose(f, kind)
	if errors.Is(err, reply.ErrNotNow) {
		return nil, hint(err, "dossier request show %s", id)
	}
	return l, err
}

// replyFacts gathers what a letter says. The personal part comes from the sealed request; what was forgotten stays out.
func (e *Engine) replyFacts(tx *state.Tx, id, language string, now time.Time) (f reply.Facts, err error) {
	x, err := e.recorded(tx, id)
	if err != nil {
		return f, err
	}
	m := e.Planner.Graph.Map
	t := teller{m: m, lang: languageOf(m, x.content, language), right: request.Right(x.Right), due: x.DueStrict}
	f = reply.Facts{Language: t.lang, Today: t.day(now), Request: id, Right: t.right, Ground: x.Ground, State: request.State(x.State), Outcome: request.Outcome(x.Outcome), Waits: request.Wait(x.WaitingFor),
		ReceivedOn: t.day(x.ReceivedAt), DueOn: x.DueStrict, AsOf: t.day(x.AsOf), Forgotten: x.content == nil, Recipients: notified(x.notices)}
	t.controllers(&f, x.Controller)
	f.Register = reply.Register{Until: x.KeepUntil, Basis: m.Tombstone.Basis, Why: m.Requests.Because, Health: t.health()}
	if f.Register.Until == "" {
		f.Register.Until = m.Requests.Keep.Add(now.In(m.Zone)).Format(time.DateOnly)
	}
	if x.made != nil {
		f.Archive = &reply.Archive{Until: x.made.Until, Ended: x.made.Ended != "" || e.archiveOver(*x.made)}
	}
	for _, ev := range x.events {
		f.Fee = f.Fee || ev.Type == string(request.FeePaid)
	}
	t.personal(&f, x.content)
	if err := extensionOf(&f, x, m); err != nil {
		return f, err
	}
	var refused struct{ Reason string }
	if ok, err := tx.Fact(id, "refusal", &refused); err != nil {
		return f, err
	} else if ok {
		f.Refusal = &reply.Refusal{Code: refused.Reason}
	}
	if err := traceOf(&f, tx, id); err != nil {
		return f, err
	}
	restricts := x
	if x.content != nil && t.right == request.Lift && x.content.Restriction != nil {
		if restricts, err = e.recorded(tx, x.content.Restriction.Of); errors.Is(err, state.ErrNotFound) {
			restricts = recorded{}
		} else if err != nil {
			return f, err
		}
	}
	t.restrictionOf(&f, restricts)
	stored, err := tx.CurrentPlan(id)
	if errors.Is(err, state.ErrNotFound) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	var p plan.Plan
	if err := json.Unmarshal(stored.Document, &p); err != nil {
		return f, err
	}
	s, err := e.standing(tx, id)
	if err != nil {
		return f, err
	}
	t.systemsOf(&f, &p, s, x.tasks)
	return f, t.leftByPeople(&f, tx, id)
}

// leftByPeople adds what people refused to change, with the reason they gave (art. 12(4)).
func (t teller) leftByPeople(f *reply.Facts, tx *state.Tx, id string) error {
	if !t.right.Mutates() {
		return nil
	}
	tasks, err := tx.Tasks(state.TaskFilter{Request: id, State: state.TaskRefused})
	for _, x := range tasks {
		switch TaskKind(x.Kind) {
		case TaskManual, TaskByHand, TaskConflict, TaskReusedKey, TaskLateRows:
			k := reply.Kept{Code: "left_by_person", Because: saidOf(x).Because}
			k.Place, k.What = t.place(x.System, x.Collection)
			f.Kept = append(f.Kept, k)
		}
	}
	return err
}

func languageOf(m *datamap.Map, content *request.Request, asked string) string {
	switch {
	case asked != "":
		return asked
	case content != nil && content.Reply != nil && content.Reply.Language != "":
		return content.Reply.Language
	}
	return m.Languages[0]
}

func notified(notices []state.Notice) (r reply.Recipients) {
	for _, n := range notices {
		switch {
		case n.NotOne != "":
		case n.State == recipient.Exempt:
			r.Exempt++
		case n.State == recipient.Queued, n.State == recipient.Failed:
			r.UnderWay++
		default:
			r.Told++
		}
	}
	return r
}

func (t teller) controllers(f *reply.Facts, addressed string) {
	for _, c := range t.m.Controllers {
		if addressed != "" && c.ID != addressed && c.Name != addressed {
			continue
		}
		f.Controllers = append(f.Controllers, reply.Party{Name: c.Name, Address: c.Contact.Address, Email: c.Contact.Email, Phone: c.Contact.Phone})
		if f.DPO == nil && c.DPO != nil {
			f.DPO = &reply.Party{Name: c.DPO.Name, Address: c.DPO.Address, Email: c.DPO.Email, Phone: c.DPO.Phone}
		}
	}
	a := t.m.Authority
	f.Authority = reply.Authority{Name: t.in(a.Name), Address: t.in(a.Address), Site: t.in(a.Site)}
}

// personal takes what the request itself says; nil: it was forgotten.
func (t teller) personal(f *reply.Facts, r *request.Request) {
	if r == nil {
		return
	}
	for _, id := range r.Subject.Identifiers { // by what was searched, also where nothing was found
		if l := t.kind(id.Kind); id.Verified && !slices.Contains(f.FoundBy, l) {
			f.FoundBy = append(f.FoundBy, l)
		}
	}
	f.Capacity = "self"
	if r.Requester != nil && r.Requester.Capacity != "" {
		f.Capacity = r.Requester.Capacity
	}
	if r.Reply != nil {
		f.Addressee = r.Reply.Address.Reveal()
	}
	for _, c := range r.Corrections {
		f.Corrections = append(f.Corrections, reply.Changed{Category: t.category(c.Category), From: c.From.Reveal(), To: c.To.Reveal()})
	}
	if r.Statement != nil {
		f.Statement = t.category(r.Statement.Category)
	}
	if r.Scope != nil {
		for _, p := range r.Scope.Purposes {
			f.Purposes = append(f.Purposes, t.purpose(p))
		}
	}
	f.Marketing = r.Ground == "art21_2"
	if r.Transfer != nil {
		f.Transfer = r.Transfer.To
	}
}

// extensionOf finds the notice that the time was extended: to when, and from when.
func extensionOf(f *reply.Facts, x recorded, m *datamap.Map) error {
	for _, ev := range x.events {
		if ev.Type != string(request.Extended) {
			continue
		}
		var said struct{ Reason string }
		if len(ev.Detail) > 0 {
			if err := json.Unmarshal(ev.Detail, &said); err != nil {
				return err
			}
		}
		first := request.Due(x.ReceivedAt.In(m.Zone), nil, m.Country)
		f.Extension = &reply.Extension{From: first.Strict.Format(time.DateOnly), To: x.DueStrict, Reason: said.Reason}
	}
	return nil
}

// traceOf is what is kept of the erasure, once there is something to show: a tombstone that is void shows nothing.
func traceOf(f *reply.Facts, tx *state.Tx, id string) error {
	tomb, err := tx.TombstoneOf(id)
	if errors.Is(err, state.ErrNotFound) || err == nil && tomb.State == state.TombVoid {
		err = nil
	} else if err == nil {
		var plain []state.Plain
		plain, err = tx.TombstonePlain(tomb.ID)
		f.Trace = &reply.Trace{ReeraseUntil: tomb.ReeraseUntil, ProofUntil: tomb.ProofUntil, Basis: tomb.Basis, Plain: len(plain) > 0}
	}
	if err != nil {
		return err
	}
	dues, err := tx.Dues(state.DueFilter{Request: id})
	f.WillErase = len(dues) > 0
	return err
}

// restrictionOf is what a restriction holds, and when it may be lifted at the earliest.
func (t teller) restrictionOf(f *reply.Facts, x recorded) {
	for _, h := range x.held {
		if f.Restriction == nil {
			f.Restriction = &reply.Restriction{Of: x.ID, Ground: x.Ground}
		}
		r := f.Restriction
		if since := t.day(h.Since); r.Since == "" || since < r.Since {
			r.Since = since
		}
		place, what := t.place(h.System, h.Collection)
		if l := place + " – " + what; !slices.Contains(r.What, l) {
			r.What = append(r.What, l)
		}
	}
	if f.Restriction == nil {
		return
	}
	if x.content != nil && x.content.Restriction != nil && x.content.Restriction.ReviewBy != nil {
		f.Restriction.ReviewBy = t.day(*x.content.Restriction.ReviewBy)
	}
	from := f.Today
	for _, ev := range x.events {
		if ev.Type == string(request.NoticeSent) {
			from = t.day(ev.At)
		}
	}
	if day, err := time.ParseInLocation(time.DateOnly, from, t.m.Zone); err == nil {
		f.Restriction.LiftOn = t.m.LiftNotice.Add(day).AddDate(0, 0, 1).Format(time.DateOnly)
	}
}
