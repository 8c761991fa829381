package engine_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// blind is a store whose ordinary account sees nothing of one table, and may change nothing in another.
type blind struct {
	connectors.Connector
	hidden, fixed string
}

func (b blind) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	s, err := b.Connector.Open(ctx, config)
	return blindStore{s, b}, err
}

type blindStore struct {
	connectors.Store
	of blind
}

func (s blindStore) Unwrap() any { return s.Store }

func (s blindStore) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	p, _ := connectors.As[connectors.Prober](s.Store)
	readable, writable, err = p.Probe(ctx, sel)
	switch sel.Collection.Name {
	case s.of.hidden:
		return 0, 0, err
	case s.of.fixed:
		return readable, 0, err
	}
	return readable, writable, err
}

// TestWhatAProofDoesNotShow: that the ordinary account cannot reach restricted rows proves nothing where it could not before, either. It is said so,
// on the screen and in the receipt, and the lift does not wait for that account to read what it never could.
func TestWhatAProofDoesNotShow(t *testing.T) {
	w := world.Open(t, sample.Options{Members: 60}, world.Connectors{"sqlite": blind{sqlite.Connector{}, "members", "leases"}})
	before := w.Snapshot(t)
	id := w.Start(t, "restriction")
	finish(t, w, id)
	got := systemOf(t, w.Standing(t, id), "register").Unproven
	held := map[string]bool{}
	for _, u := range got {
		held[u.Collection] = true
		if u.Rows == 0 || u.Unchanged != u.Rows || (u.Unread == u.Rows) != (u.Collection == "members") {
			t.Errorf("not proven: %+v", u)
		}
	}
	if d := cmp.Diff(map[string]bool{"members": true, "leases": true}, held); d != "" {
		t.Error(d)
	}
	var said []journal.UnprovenFacts
	for _, s := range facts(t, w, id).Systems {
		said = append(said, s.Unproven...)
	}
	var want []journal.UnprovenFacts
	for _, u := range got {
		want = append(want, journal.UnprovenFacts(u))
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Errorf("the receipt (-screen +receipt):\n%s", d)
	}
	lift := w.Start(t, "lift")
	finish(t, w, lift)
	if d := before.Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("after the lifting these differ: %v", d)
	}
}
