package conformance

import (
	"bytes"
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

func snapshotCases() []Case {
	return []Case{
		{Group: "find", Name: "snapshot", Anchor: "snapshots", Rule: "what is written between two collections of a snapshot is not in it",
			Needs: []string{"people.name", "addresses"}, Can: does(connectors.Set), Has: has[connectors.Snapshotter], Covers: []string{"snapshots"}, Run: snapshot},
		{Group: "find", Name: "snapshot-document", Anchor: "snapshots", Rule: "a document of a snapshot is what it was at that moment",
			Needs: []string{"docs"}, Can: does(connectors.Delete), Has: has[connectors.Snapshotter], Run: snapshotDocument},
	}
}

const likelySnapshot = "All calls on a snapshot see one moment: one read transaction, one version, and not one for each call. It keeps no writer waiting."

// still is the bench at a snapshot of its store, until done is called.
func (b *Bench) still(ctx context.Context) (at *Bench, done func() error, err error) {
	from, _ := connectors.As[connectors.Snapshotter](b.Store)
	store, err := from.Snapshot(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("snapshot: %w", err)
	}
	copied := *b
	copied.Store = store
	return &copied, store.Close, nil
}

func snapshot(ctx context.Context, b *Bench) (err error) {
	at, done, err := b.still(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := done(); err == nil {
			err = e
		}
	}()
	people, addresses := b.all("people"), b.all("addresses")
	people.Fields, addresses.Fields = append(people.Fields, "name"), append(addresses.Fields, "street")
	if err := at.sees(ctx, "people, before", people); err != nil {
		return err
	}
	street := b.ask("addresses", b.Lookup("addresses"), b.Rows("addresses")[0][b.Lookup("addresses")])
	change := connectors.Treatment{ID: "t2", Verb: connectors.Set, On: street, AtMost: plenty, Assign: []connectors.Assign{{Field: "street", To: "Nowa 1"}}}
	name := setOn(b.People(1), connectors.Assign{Field: "name", To: "Nowa"})
	name.ID = "t1"
	out, err := b.apply(ctx, name, change)
	if err != nil {
		return Fail(likelySnapshot).Came("a change while the snapshot is held", "%v", err).Want("no error")
	}
	for _, o := range out {
		if err := counted("a change while the snapshot is held", likelySnapshot, o, tally{changed: 1}); err != nil {
			return err
		}
	}
	if err := at.sees(ctx, "addresses, changed since", addresses); err != nil {
		return err
	}
	if err := at.sees(ctx, "people, changed since", people); err != nil {
		return err
	}
	got, err := b.locate(ctx, addresses)
	if err != nil {
		return fmt.Errorf("locate: %w", err)
	}
	want, err := b.expect(addresses)
	if err == nil && len(b.missing(want, got)) != 1 {
		err = Fail("A snapshot is a store of its own; the store it was taken of goes on.").Came("the store itself, after the change", "%s", show(got)).Want("one row changed")
	}
	return err
}

// sees says that a selection finds, and counts, what was laid out.
func (b *Bench) sees(ctx context.Context, label string, sel connectors.Selection) error {
	want, err := b.expect(sel)
	if err != nil {
		return err
	}
	got, err := b.locate(ctx, sel)
	if err != nil {
		return fmt.Errorf("locate: %w", err)
	}
	if err := b.differs(label, likelySnapshot, got, want); err != nil {
		return err
	}
	counter, ok := connectors.As[connectors.Counter](b.Store)
	if !ok {
		return nil
	}
	sel.Fields = nil
	tallies, err := counter.Count(ctx, []connectors.Selection{sel})
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	if len(tallies) != 1 || tallies[0].Total != int64(len(want)) {
		return Fail(likelySnapshot).Came(label+", counted", "%v", tallies).Want("%d", len(want))
	}
	return nil
}

func snapshotDocument(ctx context.Context, b *Bench) (err error) {
	at, done, err := b.still(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := done(); err == nil {
			err = e
		}
	}()
	first := b.Rows("docs")[0]
	sel := b.ask("docs", b.Lookup("docs"), first[b.Lookup("docs")])
	if _, err := b.apply(ctx, connectors.Treatment{Verb: connectors.Delete, On: sel, AtMost: plenty}); err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	sel.Fields = []string{connectors.DocumentField}
	got, err := at.locate(ctx, sel)
	if err != nil {
		return fmt.Errorf("locate: %w", err)
	}
	if len(got) != 1 {
		return Fail(likelySnapshot).Came("documents, deleted since", "%d", len(got)).Want("1")
	}
	content, ok := got[0].values[0].([]byte)
	if blob, yes := got[0].values[0].(connectors.Blob); yes {
		open, can := connectors.As[connectors.BlobOpener](at.Store)
		if !can {
			return Fail("What Locate gives as a Blob, OpenBlob of the same snapshot opens.").Came("the snapshot", "opens no blob").Want("it does")
		}
		if content, err = read(ctx, open, blob); err != nil {
			return err
		}
		ok = true
	}
	if want := first[connectors.DocumentField].([]byte); !ok || !bytes.Equal(content, want) {
		return Fail(likelySnapshot).Came("a document, deleted since", "%d bytes", len(content)).Want("the %d bytes laid out", len(want))
	}
	return nil
}
