package engine

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// heldRows is what a restriction's own record holds sealed of one collection: it outlives the request's frames, for the lift and every
// look in between go by it.
type heldRows struct {
	Place planner.Restricted
	Keys  []connectors.Tuple // of the blocked rows, as they were locked
}

func heldPart(request, system, collection string) keys.Part {
	return keys.Part{Owner: request, Name: "held/" + system + "/" + collection}
}

func sealHeld(key keys.DataKey, request string, h heldRows) ([]byte, error) {
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(h); err != nil {
		return nil, fmt.Errorf("pack what %s holds: %w", request, err)
	}
	return key.Seal(heldPart(request, h.Place.System, h.Place.Collection), buf.Bytes())
}

func openHeld(key keys.DataKey, h state.Held) (heldRows, error) {
	var out heldRows
	plain, err := key.Open(heldPart(h.Request, h.System, h.Collection), h.Sealed)
	if err != nil {
		return out, err
	}
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&out); err != nil {
		return out, fmt.Errorf("what %s holds in %s/%s cannot be read", h.Request, h.System, h.Collection)
	}
	return out, nil
}

// union adds the keys that are not there yet.
func (h *heldRows) union(more []connectors.Tuple) {
	met := map[string]bool{}
	for _, k := range h.Keys {
		met[k.ID()] = true
	}
	for _, k := range more {
		k.Person, k.Within = 0, nil
		if id := k.ID(); !met[id] {
			met[id] = true
			h.Keys = append(h.Keys, k)
		}
	}
}

// keepHeld adds keys, by collection, to what this restriction's record holds in a system. A collection it held nothing in, or in which it
// only marked what others own too, is entered as places say.
func (j *job) keepHeld(tx *state.Tx, system string, more map[string][]connectors.Tuple, places []planner.Restricted) error {
	all, err := tx.HeldBy(j.Step.Request)
	if err != nil {
		return err
	}
	for name, keys := range more {
		if len(keys) == 0 {
			continue
		}
		var rows heldRows
		h := state.Held{Request: j.Step.Request, System: system, Collection: name, Since: j.Now()}
		place := slices.IndexFunc(places, func(p planner.Restricted) bool { return p.System == system && p.Collection == name })
		if i := slices.IndexFunc(all, func(h state.Held) bool { return h.System == system && h.Collection == name }); i >= 0 {
			h = all[i]
			if rows, err = openHeld(j.open.Key, h); err != nil {
				return err
			}
		} else if place >= 0 {
			rows.Place = places[place]
		}
		if place >= 0 && (rows.Place.Method == "" || rows.Place.Method == planner.ByMark) {
			rows.Place.Method = places[place].Method
		}
		if rows.Place.Collection == "" || rows.Place.Method == "" || rows.Place.Method == planner.ByMark {
			return fmt.Errorf("%s/%s: rows are held, and by which method is not known", system, name)
		}
		was := len(rows.Keys)
		rows.union(keys)
		if len(rows.Keys) == was && h.Method == rows.Place.Method {
			continue
		}
		h.Method, h.Count = rows.Place.Method, int64(len(rows.Keys)+len(rows.Place.Marked))
		if h.Sealed, err = sealHeld(j.open.Key, j.Step.Request, rows); err != nil {
			return err
		}
		if err := tx.PutHeld(h); err != nil {
			return err
		}
	}
	return nil
}

// heldFrames are the keys of the rows a system's treatments have blocked, by collection, as they were sealed before the commit.
func (j *job) heldFrames(work *planner.SystemWork, frames []state.Frame) (map[string][]connectors.Tuple, error) {
	out := map[string][]connectors.Tuple{}
	for _, f := range frames {
		id, ok := strings.CutPrefix(f.Edge, capturedPrefix)
		i := slices.IndexFunc(work.Treatments, func(x connectors.Treatment) bool { return x.ID == id })
		if !ok || i < 0 || work.Treatments[i].Verb != connectors.Block {
			continue
		}
		keys, err := j.capturedKeys(f, id)
		if err != nil {
			return nil, err
		}
		name := work.Treatments[i].On.Collection.Name
		out[name] = append(out[name], keys...)
	}
	return out, nil
}

// keepCommitted writes into the restriction's record what a system has just committed.
func (j *job) keepCommitted(tx *state.Tx) error {
	if j.open.Content.Right != request.Restriction {
		return nil
	}
	work, _, err := j.part()
	if err != nil {
		return err
	}
	frames, err := tx.Frames(j.Step.Request, j.System, "")
	if err != nil {
		return err
	}
	more, err := j.heldFrames(work, frames)
	if err != nil {
		return err
	}
	return j.keepHeld(tx, j.System, more, j.work.Restricts)
}

// limitMarks are the register's keyed marks a restriction is found by: of the unique identifiers or, where a person has none, of the
// verified shared ones.
func (e *Engine) limitMarks(person []planner.Mark, all bool) ([]state.Mark, error) {
	unique := slices.ContainsFunc(person, func(m planner.Mark) bool { return m.Unique })
	var out []state.Mark
	for _, m := range person {
		kind := e.Planner.Graph.Map.Identifiers[m.Kind]
		if kind == nil || !all && unique && !m.Unique {
			continue
		}
		mark, err := markOf(kind, m.Value, e.Ring.RegisterKey(), subject.RegisterUse)
		if err != nil {
			return nil, err
		}
		if mark != nil {
			out = append(out, *mark)
		}
	}
	return out, nil
}

// inForce are the restrictions that stand on the data of a person, that of o itself excepted. One that o names and that does not
// stand is an error.
func (e *Engine) inForce(ctx context.Context, o *open, person []planner.Mark) ([]planner.InForce, error) {
	if o.due != nil {
		person = append(slices.Clip(person), o.due.known...)
	}
	marks, err := e.limitMarks(person, true)
	if err != nil {
		return nil, err
	}
	named := ""
	if t := o.Content.Restriction; t != nil && o.Content.Right != request.Restriction {
		named = t.Of
	}
	gives := o.Content.Right.Destroys() && slices.ContainsFunc(o.Events, func(x request.Event) bool { return x.Type == request.RestrictionGivenUp })
	type found struct {
		id    string
		since time.Time
	}
	var standing []found
	if len(marks) > 0 {
		if standing, err = read(ctx, e, func(tx *state.Tx) (out []found, err error) {
			xs, err := tx.Requests(state.RequestFilter{Right: string(request.Restriction), Marks: sums(marks)})
			for _, x := range xs {
				since, ok, err := standsSince(tx, x.ID)
				if err != nil {
					return nil, err
				}
				if ok && x.ID != o.ID {
					out = append(out, found{x.ID, since})
				}
			}
			return out, err
		}); err != nil {
			return nil, err
		}
	}
	var out []planner.InForce
	for _, f := range standing {
		r, err := e.openRequest(ctx, f.id)
		if err != nil {
			return nil, err
		}
		r.Key.Wipe()
		l := planner.InForce{ID: f.id, Ground: r.Content.Ground, Since: f.since, GivenUp: gives || f.id == named}
		if r.Content.Scope != nil {
			l.Scope = *r.Content.Scope
		}
		out = append(out, l)
	}
	if named != "" && !slices.ContainsFunc(out, func(l planner.InForce) bool { return l.ID == named }) && o.Content.Right != request.Lift {
		return nil, hint(unfit("request %s names restriction %s, which is not in force for this person", o.ID, named), "dossier restriction list")
	}
	return out, nil
}

// standsSince says whether a restriction is in force anywhere, and since when.
func standsSince(tx *state.Tx, id string) (since time.Time, ok bool, err error) {
	held, err := tx.HeldBy(id)
	for _, h := range held {
		if h.LiftedAt.IsZero() && (!ok || h.Since.Before(since)) {
			since, ok = h.Since, true
		}
	}
	return since, ok, err
}

// review is what the register knows of a restriction in plain words.
type review struct {
	By     *time.Time `json:"review_by,omitempty"`
	Ground string     `json:"ground,omitempty"`
	Ended  string     `json:"ended_by,omitempty"` // the lift, or the erasure it was given up for
}

const restrictionFact = "restriction"

// beginLimits enters, before anything changes, what a restriction is about to hold: from then on it is in force. Of a lift
// and a restriction the recipients are listed (art. 19).
func (e *Engine) beginLimits(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, last state.Step, now time.Time) error {
	right := o.Content.Right
	if right != request.Restriction && right != request.Lift {
		return nil
	}
	if err := e.limitTasks(tx, o, p, last, now); err != nil {
		return err
	}
	if err := e.listRecipients(tx, o, p, work, now); err != nil || right == request.Lift {
		return err
	}
	marks, err := e.limitMarks(work.Marks, false)
	if err != nil {
		return err
	}
	if err := tx.PutRequestMarks(o.ID, marks); err != nil {
		return err
	}
	fact := review{Ground: o.Content.Ground}
	if t := o.Content.Restriction; t != nil {
		fact.By = t.ReviewBy
	}
	if err := tx.PutFact(o.ID, restrictionFact, fact, now); err != nil {
		return err
	}
	for _, r := range work.Restricts {
		h := state.Held{Request: o.ID, System: r.System, Collection: r.Collection, Method: r.Method, Count: int64(len(r.Marked)), Since: now}
		if h.Sealed, err = sealHeld(o.Key, o.ID, heldRows{Place: r}); err != nil {
			return err
		}
		if err := tx.PutHeld(h); err != nil {
			return err
		}
	}
	return nil
}

// limitTasks asks people for what no connector can block, or let go; the request does not end before they have answered.
func (e *Engine) limitTasks(tx *state.Tx, o *open, p *plan.Plan, last state.Step, now time.Time) error {
	for _, t := range p.Tasks {
		if t.Kind != string(TaskManual) || t.Collection == "" {
			continue
		}
		brief := Brief{Do: []string{t.Text}}
		for _, id := range o.Content.Subject.Identifiers {
			brief.Find = append(brief.Find, Fact{Label: id.Kind, Value: id.Value.Reveal()})
		}
		if _, err := e.openTask(tx, o, Ask{Kind: TaskByHand, System: t.System, Collection: t.Collection, Ref: string(o.Content.Right), Step: last.ID, Act: string(o.Content.Right),
			Title: t.System + "/" + t.Collection + ": " + t.Text, Brief: brief}, now); err != nil {
			return err
		}
	}
	return nil
}

// askAboutLift opens a task where a lift found something else in the place of what was held; nothing was changed there.
func (j *job) askAboutLift(ctx context.Context, err error) error {
	if j.open.Content.Right != request.Lift || !errors.Is(err, connectors.ErrConflict) {
		return err
	}
	now := j.Now()
	return errors.Join(err, j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		_, err := j.openTask(tx, j.open, Ask{Kind: TaskConflict, System: j.System, Ref: "lift", Title: j.System + ": something else stands in the place of restricted rows; nothing was put back",
			Brief: Brief{Do: []string{"Compare the held rows with what stands there now, settle it, then resume the request."}}}, now)
		return err
	}))
}

// endGivenUp ends, in the step's system, the restrictions the person gave up for this erasure.
func (j *job) endGivenUp(tx *state.Tx, now time.Time) error {
	for _, id := range j.work.GivesUp {
		if err := j.endLimit(tx, id, j.System, now); err != nil {
			return err
		}
	}
	return nil
}

// endLimit ends a restriction in one system; where that was the last, it is over, and its record is kept from then on as long as
// any other.
func (j *job) endLimit(tx *state.Tx, id, system string, now time.Time) error {
	if err := tx.EndHeld(id, system, now); err != nil {
		return err
	}
	if err := endLooks(tx, id, system, now); err != nil {
		return err
	}
	if _, stands, err := standsSince(tx, id); err != nil || stands {
		return err
	}
	x, err := tx.Request(id)
	if err != nil {
		return err
	}
	var fact review
	if _, err := tx.Fact(id, restrictionFact, &fact); err != nil {
		return err
	}
	if fact.Ended != "" {
		return nil
	}
	fact.Ended = j.Step.Request
	if err := tx.PutFact(id, restrictionFact, fact, now); err != nil {
		return err
	}
	if request.State(x.State).Closed() {
		if err := j.keepRecord(tx, &x, now); err != nil {
			return err
		}
	}
	return note(tx, "restriction.lifted", id, map[string]string{"by": j.Step.Request}, now)
}

// overHere says whether the step's restriction has ended in its system, by a lift or because it was given up.
func (j *job) overHere(tx *state.Tx) (bool, error) { return overIn(tx, j.Step.Request, j.System) }

// overIn says whether a restriction has ended in a system; where it held nothing there, whether it has ended everywhere.
func overIn(tx *state.Tx, id, system string) (bool, error) {
	held, err := tx.HeldBy(id)
	if errors.Is(err, state.ErrNotFound) {
		return false, nil
	}
	lifted := func(h state.Held) bool { return !h.LiftedAt.IsZero() }
	here := slices.DeleteFunc(slices.Clone(held), func(h state.Held) bool { return h.System != system })
	if len(here) > 0 {
		return slices.ContainsFunc(here, lifted), err
	}
	return len(held) > 0 && !slices.ContainsFunc(held, func(h state.Held) bool { return !lifted(h) }), err
}
