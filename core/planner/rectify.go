package planner

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// rectification corrects what is wrong by category, wherever the person's rows hold it, in the way each collection
// allows, and completes by a statement (art. 16; Code B.IV). Old values are compared before anything is written: a
// value that is neither the old nor the new one stays, and a person looks.
type rectification struct {
	*erasure // how a plan's actions and treatments are written down
	changes  []*change
	spots    map[*datamap.Collection][]*spot
	source   map[*datamap.Collection]*sourceRows // of copies, by the collection they are made from
	erased   map[*datamap.Collection]connectors.Cond
	last     stage // of the system being planned: identifiers change last
	// statements are what the system being planned is completed by.
	statements []statement
	told       map[string]int64
	touches    bool // something changes, by the executor or by a person
}

// planRectification works out what is corrected, completed, left to a person, and left as it is.
func (s *survey) planRectification(out *Result) error {
	r := &rectification{erasure: &erasure{survey: s, out: out, fates: map[*datamap.Collection]*fate{}},
		spots: map[*datamap.Collection][]*spot{}, source: map[*datamap.Collection]*sourceRows{}, told: map[string]int64{}}
	r.changes = s.changes()
	if err := r.findTaken(); err != nil {
		return err
	}
	r.searchBoth()
	if err := r.judge(); err != nil {
		return err
	}
	order := r.identifiersLast()
	for _, sys := range order {
		if s.reached(sys) == nil || !s.terms.SystemInScope(sys) {
			continue
		}
		if err := r.planSystem(sys); errors.Is(err, connectors.ErrTryLater) {
			s.down[sys.Name] = "it does not answer now"
		} else if err != nil {
			return fmt.Errorf("%s: %w", sys.Name, err)
		}
	}
	if err := s.planManual(out, PaperCorrect, nil, r.inWords()...); err != nil {
		return err
	}
	r.waitForOthers()
	r.strays()
	r.nowhere()
	s.markPerson(out, r.changes)
	if !r.touches { // nobody is told that nothing changed
		return nil
	}
	return s.listRecipients(out, r.told)
}

// judge finds which rows others own too, and, where an erasure of the same person is open, which rows it will take away:
// those are not corrected any more (domain: when requests meet).
func (r *rectification) judge() error {
	for _, c := range r.Graph.Collections() {
		r.fates[c] = &fate{c: c, shared: never, held: never, fields: map[*datamap.Field]connectors.Cond{},
			heldParents: map[*datamap.Edge][]connectors.Tuple{}, sharedParents: map[*datamap.Edge][]connectors.Tuple{}}
	}
	for _, ring := range r.Graph.Rings() {
		if err := r.shareRing(ring, r.fates); err != nil {
			return err
		}
	}
	return r.judgeErasing()
}

func (r *rectification) planSystem(sys *datamap.System) error {
	r.out.Work.Systems = append(r.out.Work.Systems, SystemWork{System: sys.Name})
	r.work = &r.out.Work.Systems[len(r.out.Work.Systems)-1]
	r.sys, r.last = r.planOf(sys), stage{}
	if sys.Backups.N > 0 {
		r.sys.Backups = sys.Backups.Add(r.terms.Today()).Format("2006-01-02")
	}
	for _, c := range sys.Collections {
		if err := r.planCollection(c); err != nil {
			return err
		}
	}
	for _, c := range sys.Collections {
		if err := r.planCopies(c); err != nil {
			return err
		}
	}
	if err := r.planStatements(sys); err != nil {
		return err
	}
	r.work.Treatments, r.work.Purposes = append(r.work.Treatments, r.last.do...), append(r.work.Purposes, r.last.of...)
	r.sys.Transaction = "one"
	if len(r.work.Treatments) == 0 {
		r.out.Work.Systems = r.out.Work.Systems[:len(r.out.Work.Systems)-1]
		return nil
	}
	r.planCorrectionChecks(sys)
	return r.planWitnesses(sys)
}

// planCollection reads the person's rows of c and sorts them by what becomes of them.
func (r *rectification) planCollection(c *datamap.Collection) error {
	col := r.collection(c)
	if len(r.matches(c, false)) == 0 {
		return nil
	}
	open := r.system(c)
	n, err := open.Count(r.ctx, r.reach(c))
	if err != nil {
		return err
	}
	col.Total = n[0]
	r.fates[c].kept = n[0]
	if err := r.guardShare(c, n[0]); err != nil || n[0] == 0 || c.DerivedFrom != nil {
		return err
	}
	for _, sp := range r.spots[c] {
		if err := r.planSpot(sp); err != nil {
			return err
		}
	}
	return r.planDocuments(c)
}

// planSpot plans one change in one collection.
func (r *rectification) planSpot(sp *spot) error {
	shared, foreign, erased := r.fates[sp.c].shared, r.foreign(sp.c), r.goneSoon(sp.c)
	var err error
	read := func(conds ...connectors.Cond) *seen {
		if err != nil {
			return &seen{}
		}
		var x *seen
		x, err = r.look(sp, conds...)
		return x
	}
	own := read(but(shared, foreign, erased)...)
	joint, refer, gone := &seen{}, &seen{}, &seen{}
	if !isNever(foreign) {
		refer = read(foreign)
	}
	if !isNever(shared) {
		joint = read(append(but(foreign), shared)...)
	}
	if !isNever(erased) {
		gone = read(append(but(foreign, shared), erased)...)
	}
	if err != nil {
		return err
	}
	for _, x := range []*seen{own, joint, refer, gone} {
		sp.change.met = sp.change.met || x.wrong+x.right > 0
	}
	r.leave(sp, refer, plan.Refer, r.elsewhere(rulesOf(sp.c)))
	r.leave(sp, gone, plan.Keep, plan.Reason{Code: plan.ToBeErased, Explain: "an erasure that is open takes it away"})
	r.bySharing(sp, joint)
	return r.byMode(sp, own)
}

// leave shows rows that hold the old value and are not corrected.
func (r *rectification) leave(sp *spot, x *seen, act plan.Act, why plan.Reason) {
	if x.wrong > 0 {
		r.show(sp, plan.Action{Action: act, Rows: x.wrong, Reason: why})
	}
}

// show adds an action of a spot, naming the category.
func (r *rectification) show(sp *spot, a plan.Action) {
	a.Reason.Explain = sp.change.category + ": " + a.Reason.Explain
	r.act(sp.c, a)
}

// bySharing leaves values that stand in rows others own too to a person: correcting what is not the subject's alone is not the
// executor's to decide.
func (r *rectification) bySharing(sp *spot, x *seen) {
	if x.wrong == 0 {
		return
	}
	r.show(sp, plan.Action{Action: plan.Manual, Rows: x.wrong, Reason: plan.Reason{Code: plan.Shared, Explain: "another person holds it too"}})
	r.hand(Hand{Kind: "by_hand", System: sp.c.System.Name, Collection: sp.c.Name, Ref: sp.change.category + "/shared",
		Title: fmt.Sprintf("%s: %s, which another person holds too", sp.c.Label.In(r.lang), sp.change.label(r.lang)), Rows: x.wrong,
		Do: append(sp.change.words(), "another person's rows lead here too: decide whether it changes for all, or this person's rows name a value of their own")})
}

// byMode does with the person's own rows what the map says of the collection (rectify:).
func (r *rectification) byMode(sp *spot, x *seen) error {
	mode := sp.c.Rectify
	if x.right > 0 && x.wrong == 0 {
		r.show(sp, plan.Action{Action: plan.Keep, Rows: x.right, Reason: plan.Reason{Code: plan.Already, Explain: "holds the new value already"}})
	}
	text := mode.Text.In(r.lang)
	r.saySeparated(sp, x)
	switch {
	case mode.Mode == "refuse":
		r.leave(sp, x, plan.Keep, plan.Reason{Code: plan.NotCorrected, Law: mode.Law, Explain: text})
		return nil
	case mode.Mode == "by_hand" || sp.link:
		r.byHand(sp, x, text)
		return nil
	}
	if x.other > 0 && len(r.roots[sp.c]) > 0 { // what names the person says one thing of them
		r.conflict(sp, x.other)
	} else if x.other > 0 {
		sp.change.strays = append(sp.change.strays, stray{sp, x.other})
	}
	if mode.Mode == "supplement" {
		return r.supplement(sp, x)
	}
	return r.replace(sp, x)
}

// saySeparated warns of rows that keep an identifier which changes elsewhere: from then on only a request that names the old one too finds them.
func (r *rectification) saySeparated(sp *spot, x *seen) {
	for _, f := range sp.fields {
		if f.Identifier != nil && x.wrong > 0 && sp.c.Rectify.Mode != "replace" {
			r.warn(fmt.Sprintf("%s keeps the old %s in %d rows: from now on they are found by requests that name the old one too.", sp.c.Address(), f.Identifier.Name, x.wrong))
		}
	}
}

// byHand leaves a change to the department, with what the map says of it.
func (r *rectification) byHand(sp *spot, x *seen, text string) {
	if x.wrong == 0 {
		return
	}
	why := plan.Reason{Code: plan.ByHand, Law: sp.c.Rectify.Law, Explain: text}
	if sp.link {
		why = plan.Reason{Code: plan.ByHand, Explain: "rows hang together by this value"}
	}
	if why.Explain == "" {
		why.Explain = "corrected by a person"
	}
	r.show(sp, plan.Action{Action: plan.Manual, Rows: x.wrong, Reason: why})
	do := append(sp.change.words(), nonEmpty(text, sp.c.Rectify.Law)...)
	r.hand(Hand{Kind: "by_hand", System: sp.c.System.Name, Collection: sp.c.Name, Ref: sp.change.category, Rows: x.wrong,
		Title: fmt.Sprintf("%s: %s", sp.c.Label.In(r.lang), sp.change.label(r.lang)), Do: do})
	r.tell(sp.c, x.wrong)
}

// strays reports rows that may say many things of the person only where no row anywhere says what the request does.
func (r *rectification) strays() {
	for _, ch := range r.changes {
		for _, x := range ch.strays {
			if !ch.met {
				r.conflict(x.sp, x.rows)
			}
		}
	}
}

// conflict reports rows that hold neither value, with their number; they are never overwritten.
func (r *rectification) conflict(sp *spot, n int64) {
	r.show(sp, plan.Action{Action: plan.Keep, Rows: n, Reason: plan.Reason{Code: plan.Conflict, Explain: "holds neither the old nor the new value, and stays"}})
	r.attend(plan.Attention{Code: "conflict", System: sp.c.System.Name, Collection: sp.c.Name, Rows: n,
		Text: "rows hold another value than the request gives as the old one; nothing of them is overwritten, a person asks which is right"})
	r.hand(Hand{Kind: "conflict", System: sp.c.System.Name, Collection: sp.c.Name, Ref: sp.change.category, Rows: n,
		Title: fmt.Sprintf("%s: %s is neither the old nor the new value", sp.c.Label.In(r.lang), sp.change.label(r.lang)),
		Do:    append(sp.change.words(), "what stands there is neither: ask which is right, and send a request that says so")})
}

// replace writes the new value where the old one stands.
func (r *rectification) replace(sp *spot, x *seen) error {
	shared, foreign, erased := r.fates[sp.c].shared, r.foreign(sp.c), r.goneSoon(sp.c)
	for _, f := range sp.fields {
		var n int64
		ceiling := int64(0)
		for i, p := range sp.change.pairs {
			from := sp.change.spelled(f, p, x.met[at{f, i}])
			t := connectors.Treatment{ID: fmt.Sprintf("%s/%s/%d/correct", sp.c.Name, f.Name, i), Verb: connectors.Set,
				On: r.reach(sp.c, append(but(shared, foreign, erased), holdsOne(f, from))...), Assign: []connectors.Assign{{Field: f.Name, To: p.to, From: from}}}
			here := x.at[at{f, i}]
			t.AtMost = r.ceiling(sp.c, here)
			if sp.c.Rows == nil && !slices.Contains(sp.c.Key, f.Name) {
				t.Capture = slices.Clone(sp.c.Key)
			}
			r.unknownCode(f, p)
			class := Class{Collection: sp.c.Name, Action: string(plan.Correct), Reason: plan.Rectified, Planned: here}
			if f.Identifier != nil { // what names the person changes last
				r.last.add(t, class)
			} else {
				r.work.Treatments, r.work.Purposes = append(r.work.Treatments, t), append(r.work.Purposes, class)
			}
			n, ceiling = n+here, ceiling+t.AtMost
		}
		if n > 0 {
			r.act(sp.c, plan.Action{Action: plan.Correct, Rows: n, Ceiling: ceiling, Fields: []string{f.Name},
				Reason: plan.Reason{Code: plan.Rectified, Explain: sp.change.category + ", in " + f.Name}})
		}
	}
	r.tell(sp.c, x.wrong)
	return nil
}

// unknownCode stops a plan that would write a code the map does not explain.
func (r *rectification) unknownCode(f *datamap.Field, p pair) {
	if _, known := f.Codes[p.to]; len(f.Codes) > 0 && !known {
		r.attend(plan.Attention{Code: "unknown_code", System: f.Collection.System.Name, Collection: f.Collection.Name + "." + f.Name, Blocks: true,
			Text: fmt.Sprintf("%s.%s holds codes, and the new value is none of the map's; send the code the new value has there", f.Collection.Address(), f.Name)})
	}
}

// tell counts rows whose recipients are told (art. 19).
func (r *rectification) tell(c *datamap.Collection, n int64) {
	if n == 0 {
		return
	}
	r.touches = true
	for _, x := range c.Recipients {
		r.told[x.Name] += n
	}
}

// nowhere says of a category that no field of the person's rows is of it.
func (r *rectification) nowhere() {
	for _, ch := range r.changes {
		if !ch.there {
			r.warn(fmt.Sprintf("No field of the map is of category %s; nothing can be corrected by it.", ch.category))
		}
	}
}

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(t string) bool { return t == "" })
}
