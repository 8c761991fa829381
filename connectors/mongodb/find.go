package mongodb

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// finder finds the rows of a selection, in their ordinary place and held.
type finder struct {
	*store
	from   source
	match  *matcher
	fields []string  // beside those the selection looks at; nil with whole
	whole  bool      // documents are read whole, to be changed
	known  *known    // what this call has read; nil: nothing is kept
	stale  *[]*entry // entries that do not count, for they are in their place; nil: nobody asks
	each   func(r row, persons []int) error
	rest   func(*stand) error // after the rows of a document; nil: nobody looks at it any longer
	twins  *twins             // nil: nobody goes on from the rows' keys

	held   map[string]bool // _ids of entries that were seen
	passed map[print]int32 // rows that were seen, and the entry they were seen in, from 1 on; 0 for their place
	seenIn []bson.RawValue // the _ids of these entries
}

// print stands for a row's document and content.
type print [sha256.Size / 2]byte

// batch is how many documents a server gives at a time: otherwise it gives 16 MiB.
const batch = 1000

// find gives each row of sel with the persons it is selected for. Held rows come first, and are looked for again at the end: a row that is
// moved meanwhile, either way, is found, and found once.
func (s *store) find(ctx context.Context, f finder, sel connectors.Selection) error {
	var err error
	f.store = s
	if f.match, err = newMatcher(sel); err != nil {
		return err
	}
	for _, x := range slices.Concat(f.match.fields, f.fields) {
		if _, err := f.from.name(x); err != nil && x != connectors.DocumentField {
			return err
		}
	}
	if err := s.there(ctx, f.from); err != nil || f.match.none() {
		return err
	}
	holds, err := s.holds(ctx)
	if err != nil {
		return err
	}
	if f.twins != nil {
		f.twins.finder = &f
	}
	if holds {
		f.held, f.passed = map[string]bool{}, map[print]int32{}
		if err := f.inHeld(ctx); err != nil {
			return err
		}
	}
	err = f.inPlace(ctx)
	if err == nil && holds {
		err = f.inHeld(ctx)
	}
	if err == nil && f.twins != nil {
		err = f.twins.look(ctx)
	}
	return err
}

// there is ErrNoCollection where the collection is not.
func (s *store) there(ctx context.Context, from source) error {
	if badCollection(from.coll) {
		return fmt.Errorf("%w: %s", connectors.ErrNoCollection, from.Name)
	}
	names, err := s.db.ListCollectionNames(ctx, bson.D{{Key: "name", Value: from.coll}})
	if err != nil {
		return failure(ctx, "looking for "+from.Name, err)
	}
	if len(names) == 0 {
		return fmt.Errorf("%w: %s", connectors.ErrNoCollection, from.Name)
	}
	return nil
}

func badCollection(name string) bool {
	return name == "" || strings.ContainsAny(name, "$\x00") || strings.HasPrefix(name, "system.") || strings.HasPrefix(name, ".")
}

// holds says whether there is a collection of held rows.
func (s *store) holds(ctx context.Context) (bool, error) {
	names, err := s.heldDB.ListCollectionNames(ctx, bson.D{{Key: "name", Value: heldRows}})
	return len(names) > 0, failure(ctx, "looking for held rows", err)
}

// inPlace reads documents where applications see them.
func (f *finder) inPlace(ctx context.Context) error {
	at := depth{}
	query, err := f.can.query(f.from, f.match, at)
	if err != nil {
		return err
	}
	return f.read(ctx, f.db.Collection(f.from.coll), query, at, func(raw bson.Raw) error {
		id := raw.Lookup("_id")
		return f.stand(ctx, f.from.coll, standing(id, raw))
	})
}

// inHeld reads what is held: documents, and elements by themselves.
func (f *finder) inHeld(ctx context.Context) error {
	places := []depth{{prefix: "doc."}}
	if f.from.path != nil {
		places = append(places, depth{prefix: "doc.", naked: true})
	}
	for _, at := range places {
		query, err := f.can.query(f.from, f.match, at)
		if err != nil {
			return err
		}
		path := ""
		if at.naked {
			path = strings.Join(f.from.path, ".")
		}
		query = bson.D{{Key: "coll", Value: f.from.coll}, {Key: "path", Value: path}, {Key: "$and", Value: bson.A{query}}}
		var some []*entry
		err = f.read(ctx, f.store.held(), query, at, func(raw bson.Raw) error {
			e := &entry{}
			if err := bson.Unmarshal(raw, e); err != nil {
				return errNoBSON
			}
			if some = append(some, e); len(some) < lookedAt {
				return nil
			}
			err := f.entries(ctx, some)
			some = nil
			return err
		})
		if err == nil {
			err = f.entries(ctx, some)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stand judges the rows in a document that was read.
func (f *finder) stand(ctx context.Context, of string, now *stand) error {
	st, err := f.known.stand(of, now)
	if err != nil {
		return err
	}
	if st.around == nil {
		st.around = now.around
	}
	if err := f.rows(ctx, st); err != nil {
		return err
	}
	if f.rest != nil {
		return f.rest(st)
	}
	return f.known.rest(st)
}

func (f *finder) rows(ctx context.Context, st *stand) error {
	rows, err := st.rows(f.from)
	if err != nil {
		return err
	}
	for _, r := range rows {
		persons, err := f.persons(r)
		if err != nil {
			return err
		}
		if len(persons) == 0 {
			continue
		}
		if again, err := f.again(ctx, r); err != nil || again {
			if err != nil {
				return err
			}
			continue
		}
		if f.twins != nil {
			if err := f.twins.row(ctx, r); err != nil {
				return err
			}
		}
		if err := f.each(r, persons); err != nil {
			return err
		}
	}
	return nil
}

// persons are those a row is selected for. A field it is looked up by that holds an array is an error: the server finds the document by any
// element of it, and the row is not its elements'.
func (f *finder) persons(r row) ([]int, error) {
	for _, w := range f.match.ways {
		for _, x := range w.Fields {
			n, err := f.from.name(x)
			if err != nil {
				return nil, err
			}
			v, err := r.raw(f.from, n, false)
			if err != nil {
				return nil, err
			}
			if v.Type == bson.TypeArray {
				return nil, through(f.from, x)
			}
		}
	}
	values, err := r.values(f.from, f.match.fields, false)
	if err != nil {
		return nil, err
	}
	return f.match.persons(values), nil
}

// again says whether the row was found before: it was moved while it was being looked for. A row that has come back under the same name while
// another is held is a row of its own.
func (f *finder) again(ctx context.Context, r row) (bool, error) {
	if f.passed == nil {
		return false, nil
	}
	h := sha256.New()
	id := r.id()
	content := []byte(r.doc)
	if r.part != nil {
		content = r.part.was.Value
	}
	fmt.Fprintf(h, "%d %d ", len(id.Value), id.Type)
	h.Write(id.Value)
	h.Write(content)
	key := print(h.Sum(nil))
	var in int32
	if r.entry != nil {
		if last := len(f.seenIn); last == 0 || !identical(f.seenIn[last-1], r.entry.ID) { // the elements of an entry come one after the other
			f.seenIn = append(f.seenIn, r.entry.ID)
		}
		in = int32(len(f.seenIn))
	}
	before, ok := f.passed[key]
	if !ok {
		f.passed[key] = in
		return false, nil
	}
	if before == in || before == 0 {
		return before != in, nil // equal elements of one document are rows each; one moved since it was seen is not
	}
	n, err := f.store.held().CountDocuments(ctx, byID(f.seenIn[before-1]))
	return n == 0, failure(ctx, "looking at a held row", err)
}

// read runs a query and gives each document it finds.
func (f *finder) read(ctx context.Context, coll *mongo.Collection, query bson.D, at depth, each func(bson.Raw) error) error {
	opts := options.Find()
	if !f.whole {
		fields, err := f.from.projection(slices.Concat(f.match.fields, f.fields), at)
		if err != nil {
			return err
		}
		if at.naked { // an element by itself may be a plain value
			fields = bson.D{{Key: "doc", Value: 1}}
		}
		if at.prefix != "" {
			for _, x := range []string{"coll", "path", "of", "state"} {
				fields = append(fields, bson.E{Key: x, Value: 1})
			}
		}
		opts.SetProjection(fields)
	}
	opts.SetBatchSize(batch)
	doing := "reading " + f.from.Name
	cur, err := coll.Find(ctx, query, opts)
	if err != nil {
		return failure(ctx, doing, err)
	}
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
	for cur.Next(ctx) {
		if err := each(slices.Clone(cur.Current)); err != nil {
			return err
		}
	}
	return failure(ctx, doing, cur.Err())
}
