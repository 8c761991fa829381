package mongodb

import (
	"bytes"
	"context"
	"errors"
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

// makeHeld makes the collection of held rows where it is not there.
func (s *store) makeHeld(ctx context.Context) error {
	err := s.heldDB.CreateCollection(ctx, heldRows)
	var e mongo.CommandError
	if errors.As(err, &e) && e.Code == codeNamespace {
		return nil
	}
	return failure(ctx, "making the collection for held rows", err)
}

// block moves a document, or elements of one, to the closed database, or marks what is there already. Content is written there first, and only
// then taken from its place, so that it is never nowhere; until it has gone, what was written does not count.
func (w *work) block(ctx context.Context, rows []*target) error {
	t := rows[0]
	switch {
	case t.halfway() && slices.Contains(t.entry.Marks, w.Mark):
		if err := w.app.dropChunks(ctx, w.from, w.app.db, t.entry.Of); err != nil {
			return err
		}
		return w.mark(ctx, t, t.entry.Marks)
	case t.entry != nil && (t.part == nil || t.doc == nil):
		return w.mark(ctx, t, append(slices.Clone(t.entry.Marks), w.Mark))
	case t.part == nil:
		return w.blockDocument(ctx, t)
	}
	return w.blockElements(ctx, rows)
}

// mark writes who holds a row that is held.
func (w *work) mark(ctx context.Context, t *target, marks []string) error {
	filter := append(byID(t.at), bson.E{Key: "marks", Value: bson.D{{Key: "$eq", Value: t.entry.Marks}}})
	set := bson.D{{Key: "$set", Value: bson.D{{Key: "marks", Value: marks}, {Key: "state", Value: isHeld}}}}
	result, err := w.app.held().UpdateOne(ctx, filter, set)
	if err != nil {
		return failure(ctx, "marking a held row of "+w.from.Name, err)
	}
	if result.MatchedCount == 0 {
		return w.app.missed(ctx, w.app.held(), t.stand)
	}
	t.entry.Marks, t.entry.State, t.done = marks, isHeld, true
	return nil
}

// newEntry is what is going to be held.
func (w *work) newEntry(of, content bson.RawValue) (*entry, error) {
	id, err := marshal(bson.NewObjectID())
	return &entry{ID: id, Coll: w.from.coll, Path: strings.Join(w.from.path, "."), Of: of, State: moving, Marks: []string{w.Mark}, Before: []int32{}, Doc: content}, err
}

func (w *work) blockDocument(ctx context.Context, t *target) error {
	e, err := w.newEntry(t.at, embedded(t.cur))
	if err != nil {
		return err
	}
	if _, err := w.app.held().InsertOne(ctx, e); err != nil {
		return failure(ctx, "moving a document of "+w.from.Name, err)
	}
	coll := w.app.db.Collection(w.from.coll)
	if err := w.app.copyChunks(ctx, w.from, w.app.db, t.at, w.app.heldDB, e.ID); err != nil {
		return err
	}
	filter, err := w.whole(t)
	if err != nil {
		return err
	}
	gone, err := coll.FindOneAndDelete(ctx, filter).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		err = w.app.missed(ctx, coll, t.stand)
		return errors.Join(err, w.app.forget(ctx, e))
	}
	if err != nil {
		return failure(ctx, "moving a document of "+w.from.Name, err)
	}
	if !bytes.Equal(gone, t.cur) { // where the server could not compare the whole of it
		e.Doc, t.cur = embedded(gone), gone
	}
	if err := w.app.dropChunks(ctx, w.from, w.app.db, t.at); err != nil {
		return err
	}
	if err := w.app.keep(ctx, e); err != nil {
		return err
	}
	t.entry, t.at, t.done = e, e.ID, true
	return nil
}

// whole is a filter for the document exactly as it is known.
func (w *work) whole(t *target) (bson.D, error) {
	filter := byID(t.at)
	if w.app.can.expressions {
		same := bson.D{{Key: "$eq", Value: bson.A{"$$ROOT", bson.D{{Key: "$literal", Value: t.cur}}}}}
		return append(filter, bson.E{Key: "$expr", Value: same}), nil
	}
	es, err := elements(t.cur)
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		if e.name != "_id" {
			filter = append(filter, equals(e.name, e.value))
		}
	}
	return filter, nil
}

// keep makes what was moved count. It is written whole: somebody may have taken what did not count for a leftover.
func (s *store) keep(ctx context.Context, e *entry) error {
	e.State = isHeld
	if _, err := s.held().ReplaceOne(ctx, byID(e.ID), e, options.Replace().SetUpsert(true)); err != nil {
		return failure(ctx, "keeping a held row", err)
	}
	left := bson.D{{Key: "coll", Value: e.Coll}, {Key: "path", Value: e.Path}, {Key: "of", Value: bson.D{{Key: "$eq", Value: e.Of}}}, {Key: "state", Value: moving}}
	if e.Path != "" {
		left = append(left, equals("doc", e.Doc))
	}
	_, err := s.held().DeleteMany(ctx, left) // of an earlier call that was broken off
	return failure(ctx, "keeping a held row", err)
}

// forget takes back what was written to be held and is not.
func (s *store) forget(ctx context.Context, es ...*entry) error {
	ids := bson.A{}
	for _, e := range es {
		ids = append(ids, e.ID)
	}
	_, err := s.held().DeleteMany(context.WithoutCancel(ctx), bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}, {Key: "state", Value: moving}})
	return failure(ctx, "taking back what was to be held", err)
}

// blockElements moves elements of one document.
func (w *work) blockElements(ctx context.Context, rows []*target) error {
	es, err := w.ahead(ctx, rows)
	if err != nil {
		return err
	}
	if _, err := w.app.held().InsertMany(ctx, es); err != nil {
		return failure(ctx, "moving elements of "+w.from.Name, err)
	}
	if err := w.rewrite(ctx, rows); err != nil || !rows[0].done {
		return errors.Join(err, w.app.forget(ctx, es...))
	}
	for i, e := range es {
		if err := w.app.keep(ctx, e); err != nil {
			return err
		}
		p := rows[i].part
		p.off = false
		p.home = &stand{at: e.ID, entry: e, around: rows[i].cur, arrays: map[string][]*part{"": {p}}}
	}
	return nil
}
