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
	err = s.find(ctx, finder{from: from, whole: true, each: func(r row, _ []int) error { return p.try(ctx, r) }}, sel)
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

// try tries one row, in its place and where it is held.
func (p *probe) try(ctx context.Context, r row) error {
	read, write, err := p.at(ctx, p.client.Database(p.database).Collection(p.from.coll), r.id(), func(doc bson.Raw) (bool, error) {
		if r.part == nil {
			return bytes.Equal(doc, r.doc), nil
		}
		i, err := indexIn(doc, strings.Join(p.from.path, "."), r.part.was)
		return i >= 0, err
	})
	if err != nil {
		return err
	}
	if r.entry != nil && p.accounts {
		heldRead, heldWrite, err := p.at(ctx, p.client.Database(p.settings.held).Collection(heldRows), r.entry.ID, func(bson.Raw) (bool, error) { return true, nil })
		if err != nil {
			return err
		}
		read, write = read || heldRead, write || heldWrite
	}
	if read {
		p.readable++
	}
	if write {
		p.writable++
	}
	return nil
}

// probed is a member no document has.
const probed = "dossier_probe"

// at tries a document: to read it, and to change it in a way that changes nothing.
func (p *probe) at(ctx context.Context, coll *mongo.Collection, id bson.RawValue, same func(bson.Raw) (bool, error)) (read, write bool, err error) {
	doc, err := coll.FindOne(ctx, byID(id)).Raw()
	switch {
	case err == nil:
		if read, err = same(doc); err != nil {
			return false, false, err
		}
	case !refusedOrGone(err):
		return false, false, failure(ctx, "reading as an ordinary account", err)
	}
	if err == nil && !read {
		return false, false, nil // another document, or one without the element
	}
	filter := append(byID(id), bson.E{Key: probed, Value: bson.D{{Key: "$exists", Value: false}}})
	result, err := coll.UpdateOne(ctx, filter, bson.D{{Key: "$unset", Value: bson.D{{Key: probed, Value: ""}}}})
	if err != nil && !refusedOrGone(err) {
		return false, false, failure(ctx, "writing as an ordinary account", err)
	}
	return read, err == nil && result.MatchedCount > 0, nil
}

// refusedOrGone are errors that are the answer: the account may not do it, or nothing is there.
func refusedOrGone(err error) bool {
	var e mongo.ServerError
	return errors.Is(err, mongo.ErrNoDocuments) || errors.As(err, &e) && e.HasErrorCode(codeUnauthorized)
}
