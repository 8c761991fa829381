package mongodb

import (
	"context"
	"hash/fnv"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// printOf is what is kept of an element that is not held, to find the place of one that is: 32 bits, no more than that takes.
func printOf(v bson.RawValue) int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte{byte(v.Type)})
	_, _ = h.Write(v.Value)
	return int32(h.Sum32())
}

// ahead are the entries for elements that are going to be held, each with what stood before it: also those of its neighbours that are held already, so
// that they come back in their order whoever comes first.
func (w *work) ahead(ctx context.Context, rows []*target) ([]*entry, error) {
	st := rows[0].stand
	parts, err := st.parts(w.from.path)
	if err != nil {
		return nil, err
	}
	var prints []int32
	where := map[*part]int{}
	for _, p := range parts {
		if !p.off {
			prints = append(prints, printOf(p.cur))
		}
	}
	held, err := w.app.heldOf(ctx, w.from, st.id())
	if err != nil {
		return nil, err
	}
	for _, e := range held {
		prints = slices.Insert(prints, after(prints, e.Before), printOf(e.Doc))
	}
	used := map[int]bool{}
	for _, p := range parts {
		for i, x := range prints {
			if !p.off && !used[i] && x == printOf(p.cur) {
				where[p], used[i] = i, true
				break
			}
		}
	}
	out := make([]*entry, len(rows))
	for i, t := range rows {
		if out[i], err = w.newEntry(st.id(), t.part.cur); err != nil {
			return nil, err
		}
		out[i].Before = append(out[i].Before, prints[:where[t.part]]...)
	}
	return out, nil
}

// heldOf are the elements of a document's array that are held by themselves, in the order of their places.
func (s *store) heldOf(ctx context.Context, from source, id bson.RawValue) ([]entry, error) {
	var out []entry
	cur, err := s.held().Find(ctx, bson.D{{Key: "coll", Value: from.coll}, {Key: "path", Value: strings.Join(from.path, ".")},
		{Key: "of", Value: bson.D{{Key: "$eq", Value: id}}}, {Key: "state", Value: isHeld}})
	if err == nil {
		err = cur.All(ctx, &out)
	}
	slices.SortStableFunc(out, func(a, b entry) int { return len(a.Before) - len(b.Before) })
	return out, failure(ctx, "reading held elements of "+from.Name, err)
}

// after is the place behind the nearest of those that stood before and are still there; the first place where none is.
func after(prints, before []int32) int {
	for _, b := range slices.Backward(before) {
		for i, x := range slices.Backward(prints) {
			if x == b {
				return i + 1
			}
		}
	}
	return 0
}
