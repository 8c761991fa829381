package mongodb

import (
	"context"
	"hash/fnv"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
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
func (w *work) ahead(ctx context.Context, rows []*target) (map[*target]*entry, error) {
	groups := byStand(rows)
	ids := make([]bson.RawValue, len(groups))
	for i, g := range groups {
		ids[i] = g[0].id()
	}
	held, err := w.app.heldOf(ctx, w.from, ids)
	if err != nil {
		return nil, err
	}
	out := map[*target]*entry{}
	for _, g := range groups {
		st := g[0].stand
		where, prints, err := st.places(w.from.path, held[idKey(st.id())])
		if err != nil {
			return nil, err
		}
		for _, t := range g {
			e, err := w.newEntry(st.id(), t.part.cur)
			if err != nil {
				return nil, err
			}
			e.At, e.Before = int32(where[t.part]), nearest(prints[:where[t.part]])
			out[t] = e
		}
	}
	return out, nil
}

// near is how many of those that stood before an element are remembered one by one.
const near = 64

// nearest are the last of some prints, and of those before them fewer the farther they are, so that of an array of thousands not thousands are kept with each.
func nearest(prints []int32) []int32 {
	out := []int32{}
	for i, step := len(prints)-1, 1; i >= 0; i -= step {
		if out = append(out, prints[i]); len(out) >= near {
			step *= 2
		}
	}
	slices.Reverse(out)
	return out
}

// places are the prints of the elements of an array, held ones among them, and where each of those that are not held stands.
func (s *stand) places(path []string, held []entry) (map[*part]int, []int32, error) {
	parts, err := s.parts(path)
	if err != nil {
		return nil, nil, err
	}
	var prints []int32
	for _, p := range parts {
		if !p.off {
			prints = append(prints, printOf(p.cur))
		}
	}
	for _, e := range held {
		prints = slices.Insert(prints, after(prints, e.Before), printOf(e.Doc))
	}
	left := map[int32][]int{} // the places of each print, in their order
	for i, x := range prints {
		left[x] = append(left[x], i)
	}
	where := map[*part]int{}
	for _, p := range parts {
		if x := printOf(p.cur); !p.off && len(left[x]) > 0 {
			where[p], left[x] = left[x][0], left[x][1:]
		}
	}
	return where, prints, nil
}

// heldOf are the elements of documents' arrays that are held by themselves, in the order of their places, by their documents.
func (s *store) heldOf(ctx context.Context, from source, ids []bson.RawValue) (map[string][]entry, error) {
	out := map[string][]entry{}
	query := bson.D{{Key: "coll", Value: from.coll}, {Key: "path", Value: strings.Join(from.path, ".")}, among("of", ids), {Key: "state", Value: isHeld}}
	err := each(ctx, s.held(), "reading held elements of "+from.Name, query, options.Find(), func(raw bson.Raw) error {
		var e entry
		if bson.Unmarshal(raw, &e) != nil {
			return errNoBSON
		}
		out[idKey(e.Of)] = append(out[idKey(e.Of)], e)
		return nil
	})
	for _, es := range out {
		slices.SortStableFunc(es, func(a, b entry) int { return a.place() - b.place() })
	}
	return out, err
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
