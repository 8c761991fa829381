package mongodb

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/connectors"
)

// Probe finds the rows of a selection with the executor's eyes and tries them with an application's hands; see [connectors.Prober]: with the account
// of ordinary_url, otherwise as itself. Each row is looked for in its ordinary place, and written to by taking away a member that is not there. Where
// that account is one the server tells from others, it tries the closed database too; where the server has no accounts, nothing is
// closed to anybody who knows of it, and a row that was moved counts as out of reach.
func (s *store) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	if len(sel.Any) == 0 && !sel.All {
		return 0, 0, nil
	}
	from, err := understand(sel.Collection)
	if err != nil {
		return 0, 0, err
	}
	p := probe{store: s, from: from, client: s.client}
	if s.ordinary != "" {
		if p.client, err = s.connect(settingOrdinary, s.ordinary); err != nil {
			return 0, 0, err
		}
		defer func() {
			err = errors.Join(err, failure(ctx, "closing", p.client.Disconnect(context.WithoutCancel(ctx))))
		}()
		if p.accounts, err = named(ctx, p.client); err != nil {
			return 0, 0, err
		}
	}
	var some []row
	size := 0
	err = s.find(ctx, finder{from: from, whole: true, each: func(r row, _ []int) error {
		size += len(r.doc)
		if some = append(some, r); len(some) < lookedAt && size < unitBytes {
			return nil
		}
		err := p.try(ctx, some)
		some, size = nil, 0
		return err
	}}, sel)
	if err == nil {
		err = p.try(ctx, some)
	}
	return p.readable, p.writable, err
}

// named says whether the server knows who is asking.
func named(ctx context.Context, client *mongo.Client) (bool, error) {
	var status struct {
		Info struct {
			Users []bson.Raw `bson:"authenticatedUsers"`
		} `bson:"authInfo"`
	}
	err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "connectionStatus", Value: 1}}).Decode(&status)
	return len(status.Info.Users) > 0, failure(ctx, "asking the server whom it takes the ordinary account for", err)
}

type probe struct {
	*store
	from     source
	client   *mongo.Client
	accounts bool

	readable, writable int64
}

// try tries rows, in their place and where they are held.
func (p *probe) try(ctx context.Context, rows []row) error {
	seen, place, held := make([]reach, len(rows)), map[string][]int{}, map[string][]int{}
	for i, r := range rows {
		place[idKey(r.id())] = append(place[idKey(r.id())], i)
		if r.entry != nil && p.accounts {
			held[idKey(r.entry.ID)] = append(held[idKey(r.entry.ID)], i)
		}
	}
	err := p.at(ctx, p.client.Database(p.database).Collection(p.from.coll), place, seen, func(i int, doc bson.Raw) (bool, error) {
		if rows[i].part == nil {
			return bytes.Equal(doc, rows[i].doc), nil
		}
		at, err := indexIn(doc, strings.Join(p.from.path, "."), rows[i].part.was)
		return at >= 0, err
	})
	if err == nil {
		err = p.at(ctx, p.client.Database(p.settings.held).Collection(heldRows), held, seen, func(int, bson.Raw) (bool, error) { return true, nil })
	}
	if err != nil {
		return err
	}
	for _, r := range seen {
		if r.read {
			p.readable++
		}
		if r.write {
			p.writable++
		}
	}
	return nil
}

// reach is what an account can do with a row.
type reach struct{ read, write bool }

// probed is a member no document has.
const probed = "dossier_probe"

// at tries documents, by their _id's, for the rows that stand in them: to read them, and to change them in a way that changes nothing. A document that is not
// the same, or has not the element, is another.
func (p *probe) at(ctx context.Context, coll *mongo.Collection, documents map[string][]int, seen []reach, same func(int, bson.Raw) (bool, error)) error {
	var ids []bson.RawValue
	for key := range documents {
		ids = append(ids, bson.RawValue{Type: bson.Type(key[0]), Value: []byte(key[1:])})
	}
	if len(ids) == 0 {
		return nil
	}
	var ours []bson.RawValue
	rows := map[string][]int{}
	refused, err := p.looks(ctx, coll, ids, func(doc bson.Raw) error {
		id := doc.Lookup("_id")
		for _, i := range documents[idKey(id)] {
			ok, err := same(i, doc)
			if err != nil {
				return err
			}
			if ok {
				seen[i].read = true
				rows[idKey(id)] = append(rows[idKey(id)], i)
			}
		}
		if len(rows[idKey(id)]) > 0 {
			ours = append(ours, bson.RawValue{Type: id.Type, Value: bytes.Clone(id.Value)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if refused {
		ours, rows = ids, documents
	}
	return p.touches(ctx, coll, ours, func(id bson.RawValue) {
		for _, i := range rows[idKey(id)] {
			seen[i].write = true
		}
	})
}

// looks reads documents as an ordinary account, where it may.
func (p *probe) looks(ctx context.Context, coll *mongo.Collection, ids []bson.RawValue, each func(bson.Raw) error) (refused bool, err error) {
	cur, err := coll.Find(ctx, bson.D{among("_id", ids)})
	if err == nil {
		defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
		for cur.Next(ctx) {
			if err := each(cur.Current); err != nil {
				return false, err
			}
		}
		err = cur.Err()
	}
	if err != nil && !mayNot(err) {
		return false, failure(ctx, "reading as an ordinary account", err)
	}
	return err != nil, nil
}

// touches writes to documents as an ordinary account, where it may: to all at once, and one by one where some could be written and some not.
func (p *probe) touches(ctx context.Context, coll *mongo.Collection, ids []bson.RawValue, could func(bson.RawValue)) error {
	if len(ids) == 0 {
		return nil
	}
	filter := bson.D{among("_id", ids), {Key: probed, Value: bson.D{{Key: "$exists", Value: false}}}}
	result, err := coll.UpdateMany(ctx, filter, bson.D{{Key: "$unset", Value: bson.D{{Key: probed, Value: ""}}}})
	switch {
	case err != nil && mayNot(err):
		return nil
	case err != nil:
		return failure(ctx, "writing as an ordinary account", err)
	case result.MatchedCount == int64(len(ids)):
		for _, id := range ids {
			could(id)
		}
	case result.MatchedCount > 0:
		for _, id := range ids {
			if err := p.touches(ctx, coll, []bson.RawValue{id}, could); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayNot is the error that is the answer: the account may not do it.
func mayNot(err error) bool {
	var e mongo.ServerError
	return errors.As(err, &e) && e.HasErrorCode(codeUnauthorized)
}
