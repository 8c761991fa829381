package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// methodMove is the one way to block: content goes into a closed database.
const methodMove = "move"

// hold says how a row stands to a request's hold on it, and notes what becomes of it.
func (w *work) hold(t *target) connectors.Standing {
	marks := &t.marks
	if t.part != nil {
		marks = &t.part.marks
	}
	i := slices.Index(*marks, w.Mark)
	if w.Verb == connectors.Block {
		if i >= 0 && t.halfway() {
			return connectors.ToDo
		}
		if i >= 0 {
			return connectors.Done
		}
		*marks = append(*marks, w.Mark)
		return connectors.ToDo
	}
	if i < 0 {
		return connectors.Done
	}
	*marks = slices.Delete(*marks, i, i+1)
	return connectors.ToDo
}

// halfway says whether a row was taken from its place by a call that was broken off before it had finished.
func (t *target) halfway() bool {
	return t.entry != nil && t.entry.State == moving && (t.part == nil || t.doc == nil)
}

// makeHeld makes the collection of held rows where nobody has installed it.
func (s *store) makeHeld(ctx context.Context) error {
	if there, err := s.holds(ctx); err != nil || there {
		return err
	}
	err := s.heldDB.CreateCollection(ctx, heldRows)
	var e mongo.CommandError
	if errors.As(err, &e) && e.Code == codeNamespace {
		return nil
	}
	if err == nil {
		_, err = s.held().Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "coll", Value: 1}, {Key: "path", Value: 1}, {Key: "of", Value: 1}}})
	}
	if err != nil && mayNot(err) {
		return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + settingHeld, Summary: "the closed database is not installed", Detail: "dossier connector install SYSTEM prints what an administrator runs"}}
	}
	return failure(ctx, "making the collection for held rows", err)
}

// block moves documents, and elements of them, to the closed database, or marks what is there already. Content is written there first, and only
// then taken from its place, so that it is never nowhere; until it has gone, what was written does not count.
func (w *work) block(ctx context.Context, rows []*target) error {
	var there, docs, parts []*target
	var left []bson.RawValue // in places from which it had been taken
	for _, t := range rows {
		switch {
		case t.halfway() && slices.Contains(t.entry.Marks, w.Mark):
			left = append(left, t.entry.Of)
			there = append(there, t)
		case t.entry != nil && (t.part == nil || t.doc == nil):
			there = append(there, t)
		case t.part == nil:
			docs = append(docs, t)
		default:
			parts = append(parts, t)
		}
	}
	if err := w.app.dropChunks(ctx, w.from, w.app.db, left...); err != nil {
		return err
	}
	if err := w.mark(ctx, there); err != nil {
		return err
	}
	if err := w.blockDocuments(ctx, docs); err != nil {
		return err
	}
	return w.blockElements(ctx, parts)
}

// mark writes who holds rows that are held: this request too, or it no more.
func (w *work) mark(ctx context.Context, rows []*target) error {
	var all []*statement
	for _, t := range rows {
		marks := slices.DeleteFunc(slices.Clone(t.entry.Marks), func(m string) bool { return m == w.Mark })
		if w.Verb == connectors.Block {
			marks = append(marks, w.Mark)
		}
		if slices.Equal(slices.Sorted(slices.Values(marks)), slices.Sorted(slices.Values(t.entry.Marks))) {
			marks = t.entry.Marks
		}
		all = append(all, w.stating(t, bson.D{{Key: "marks", Value: marks}, {Key: "state", Value: isHeld}}, func() { t.entry.Marks, t.entry.State = marks, isHeld }))
	}
	return w.exactly(ctx, "marking held rows of "+w.from.Name, all)
}

// stating is the statement that changes what an entry says of itself, where it says what it said.
func (w *work) stating(t *target, set bson.D, done func()) *statement {
	guard := append(byID(t.at), bson.E{Key: "marks", Value: bson.D{{Key: "$eq", Value: t.entry.Marks}}})
	alike := fmt.Sprintf("%q %q", t.entry.Marks, set)
	return &statement{stand: t.stand, rows: []*target{t}, guard: guard, set: set, alike: alike, done: done, as: func(raw bson.Raw) (bool, bool, error) {
		var now entry
		if bson.Unmarshal(raw, &now) != nil {
			return false, false, errNoBSON
		}
		ok := true
		for _, e := range set {
			switch v := e.Value.(type) {
			case string:
				ok = ok && now.State == v
			case []string:
				ok = ok && slices.Equal(now.Marks, v)
			}
		}
		return ok, false, nil
	}}
}

// exactly has statements carried out, none of whose documents may have changed.
func (w *work) exactly(ctx context.Context, doing string, all []*statement) error {
	missed, err := w.carry(ctx, doing, all)
	if err == nil && len(missed) > 0 {
		err = errChanged
	}
	return err
}

// newEntry is what is going to be held.
func (w *work) newEntry(of, content bson.RawValue) (*entry, error) {
	id, err := marshal(bson.NewObjectID())
	return &entry{ID: id, Coll: w.from.coll, Path: strings.Join(w.from.path, "."), Of: of, State: moving, Marks: []string{w.Mark}, Before: []int32{}, Doc: content}, err
}

func (w *work) blockDocuments(ctx context.Context, rows []*target) error {
	if len(rows) == 0 {
		return nil
	}
	doing := "moving documents of " + w.from.Name
	entries := map[*target]*entry{}
	all := make([]*entry, len(rows))
	for i, t := range rows {
		e, err := w.newEntry(t.at, embedded(t.cur))
		if err != nil {
			return err
		}
		entries[t], all[i] = e, e
	}
	if _, err := w.app.held().InsertMany(ctx, all); err != nil {
		return failure(ctx, doing, err)
	}
	for _, t := range rows {
		if err := w.app.copyChunks(ctx, w.from, w.app.db, t.at, w.app.heldDB, entries[t].ID); err != nil {
			return err
		}
	}
	taken, err := w.takeAway(ctx, doing, rows, entries)
	var gone, left []*entry
	var content []bson.RawValue
	for _, t := range rows {
		if taken[t] {
			gone, content = append(gone, entries[t]), append(content, t.at)
		} else {
			left = append(left, entries[t])
		}
	}
	for _, next := range []func() error{
		func() error { return w.app.dropChunks(ctx, w.from, w.app.db, content...) },
		func() error { return w.app.keep(ctx, w.from, gone) },
	} {
		if e := next(); e != nil {
			return errors.Join(err, e)
		}
	}
	for t := range taken {
		t.entry, t.at, t.off = entries[t], entries[t].ID, false
	}
	if err != nil && !errors.Is(err, errChanged) { // of the others nobody knows
		return err
	}
	return errors.Join(err, w.app.forget(ctx, w.from, left...))
}

// keep makes what was moved count. It is written whole: somebody may have taken what did not count for a leftover.
func (s *store) keep(ctx context.Context, from source, all []*entry) error {
	if len(all) == 0 {
		return nil
	}
	var models []mongo.WriteModel
	var of []bson.RawValue
	kept := map[string]bool{} // what is held now, by its document and, of an element, its bytes
	content := func(e *entry) string {
		if e.Path == "" {
			return idKey(e.Of)
		}
		return idKey(e.Of) + idKey(e.Doc)
	}
	for _, e := range all {
		e.State = isHeld
		of, kept[content(e)] = append(of, e.Of), true
		models = append(models, mongo.NewReplaceOneModel().SetFilter(byID(e.ID)).SetReplacement(e).SetUpsert(true))
	}
	doing := "keeping held rows of " + from.Name
	for some := range slices.Chunk(models, s.can.together) {
		if _, err := s.held().BulkWrite(ctx, some); err != nil {
			return failure(ctx, doing, err)
		}
	}
	opts := options.Find()
	if from.path == nil {
		opts.SetProjection(bson.D{{Key: "of", Value: 1}})
	}
	var left []bson.RawValue
	err := each(ctx, s.held(), doing, append(leftover(from.coll, all[0].Path), among("of", of)), opts, func(raw bson.Raw) error {
		var e entry
		if bson.Unmarshal(slices.Clone(raw), &e) != nil {
			return errNoBSON
		}
		if e.Path = all[0].Path; kept[content(&e)] {
			left = append(left, e.ID)
		}
		return nil
	})
	if err != nil || len(left) == 0 {
		return err
	}
	if err := s.dropChunks(ctx, from, s.heldDB, left...); err != nil { // a file with the content it copied
		return err
	}
	_, err = s.held().DeleteMany(ctx, bson.D{among("_id", left), {Key: "state", Value: moving}})
	return failure(ctx, doing, err)
}

// leftover are the entries of calls that were broken off.
func leftover(coll, path string) bson.D {
	return bson.D{{Key: "coll", Value: coll}, {Key: "path", Value: path}, {Key: "state", Value: moving}}
}

// forget takes back what was written to be held and is not.
func (s *store) forget(ctx context.Context, from source, es ...*entry) error {
	if len(es) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	var ids []bson.RawValue
	for _, e := range es {
		ids = append(ids, e.ID)
	}
	if err := s.dropChunks(ctx, from, s.heldDB, ids...); err != nil {
		return err
	}
	_, err := s.held().DeleteMany(ctx, bson.D{among("_id", ids), {Key: "state", Value: moving}})
	return failure(ctx, "taking back what was to be held", err)
}

// blockElements moves elements of documents.
func (w *work) blockElements(ctx context.Context, rows []*target) error {
	if len(rows) == 0 {
		return nil
	}
	entries, err := w.ahead(ctx, rows)
	if err != nil {
		return err
	}
	all := make([]*entry, len(rows))
	for i, t := range rows {
		all[i] = entries[t]
	}
	if _, err := w.app.held().InsertMany(ctx, all); err != nil {
		return failure(ctx, "moving elements of "+w.from.Name, err)
	}
	err = w.rewrite(ctx, rows)
	var gone, left []*entry
	for _, t := range rows {
		if t.part.off { // in doubt too: nothing is to be lost
			gone = append(gone, entries[t])
		} else {
			left = append(left, entries[t])
		}
	}
	if e := w.app.keep(ctx, w.from, gone); e != nil {
		return errors.Join(err, e)
	}
	for _, t := range rows {
		if p := t.part; p.off {
			here := *p
			here.no, here.off = 0, false
			t.rehouse(numbered{strings.Join(w.from.path, "."), p.no}, &stand{body: &body{at: entries[t].ID, entry: entries[t], around: t.cur, arrays: map[string][]*part{"": {&here}}}})
		}
	}
	if err != nil && !errors.Is(err, errChanged) {
		return err
	}
	return errors.Join(err, w.app.forget(ctx, w.from, left...))
}
