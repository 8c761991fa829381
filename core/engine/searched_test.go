package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// asked is a connector of whose stores is counted what they are asked.
type asked struct {
	connectors.Connector
	n *atomic.Int64
}

func (c asked) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	s, err := c.Connector.Open(ctx, config)
	return askedStore{s, c.n}, err
}

type askedStore struct {
	connectors.Store
	n *atomic.Int64
}

func (s askedStore) Unwrap() any { return s.Store }

func (s askedStore) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	s.n.Add(1)
	return s.Store.Locate(ctx, sel, out)
}

func (s askedStore) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	s.n.Add(1)
	c, _ := connectors.As[connectors.Counter](s.Store)
	return c.Count(ctx, sels)
}

// listened is a world that counts what its stores are asked.
func listened(t *testing.T) (*world.World, *atomic.Int64) {
	t.Helper()
	n := &atomic.Int64{}
	return world.Open(t, sample.Options{Members: 60}, world.Connectors{"sqlite": asked{sqlite.Connector{}, n}, "files": asked{files.Connector{}, n}}), n
}

// another enters one of the sample's requests once more, as one of its own.
func another(t *testing.T, w *world.World, name string) string {
	t.Helper()
	text, err := os.ReadFile(w.Requests[name])
	if err != nil {
		t.Fatal(err)
	}
	r, problems := request.Parse(bytes.NewReader(text))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	all, err := w.Engine.Requests(t.Context(), state.RequestFilter{})
	if err != nil {
		t.Fatal(err)
	}
	r.ID = fmt.Sprintf("%s-%d", name, len(all))
	if _, _, err := w.Engine.Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// searches is how much of what plannings found lies in the state.
func searches(t *testing.T, w *world.World, id string) (n int) {
	t.Helper()
	err := w.Engine.DB.Read(t.Context(), func(tx *state.Tx) error {
		plans, err := tx.Plans(id)
		for _, p := range plans {
			if len(p.Sealed) > 0 {
				n++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSearchedOnce: the start of a copy that was planned a moment ago asks no store. Where time has passed, or anything else it was planned by is another now,
// it looks again.
func TestSearchedOnce(t *testing.T) {
	w, n := listened(t)
	ctx := t.Context()
	for _, c := range []struct {
		name      string
		meanwhile func(id string) error
		looks     bool
	}{
		{"at once", func(string) error { return nil }, false},
		{"two minutes later", func(string) error { w.Clock.Add(2 * time.Minute); return nil }, false},
		{"later than that", func(string) error { w.Clock.Add(2*time.Minute + time.Second); return nil }, true},
		{"by a clock that was put back", func(string) error { w.Clock.Add(-time.Second); return nil }, true},
		{"with more time to answer", func(id string) error { return w.Engine.Extend(ctx, id, request.ExtensionReasons[0], w.Clock.Now()) }, true},
		{"under a restriction", func(string) error { w.Start(t, "restriction"); return nil }, true},
		{"with another connector", func(string) error { w.Engine.Planner.Systems["ledger"].Card.Version += "x"; return nil }, true},
	} {
		id := another(t, w, "access")
		if p, err := w.Engine.Plan(ctx, id, planOptions); err != nil || !p.Applicable || searches(t, w, id) != 1 {
			t.Fatalf("%s: %d searches are kept (%v)", c.name, searches(t, w, id), err)
		}
		if err := c.meanwhile(id); err != nil {
			t.Fatal(c.name, err)
		}
		before := n.Load()
		err := w.Engine.Start(ctx, id, "")
		var stale engine.Stale
		if err != nil && !errors.As(err, &stale) {
			t.Fatal(c.name, err)
		}
		if looked := n.Load() > before; looked != c.looks {
			t.Errorf("%s: the start asked the stores %d times", c.name, n.Load()-before)
		}
		if err == nil && searches(t, w, id) > 0 {
			t.Errorf("%s: the search is kept although the copy is begun", c.name)
		}
	}
}

// TestSearchedIsReadNow: a copy whose systems are not looked at again holds what stands there when it is read, and nothing of a row that is somebody else's
// by then.
func TestSearchedIsReadNow(t *testing.T) {
	w, _ := listened(t)
	ctx := t.Context()
	do := register(t, w)
	copies := func(change string, args ...any) map[string]int {
		t.Helper()
		id := another(t, w, "spouse-access")
		if _, err := w.Engine.Plan(ctx, id, planOptions); err != nil {
			t.Fatal(err)
		}
		do(change, args...)
		if err := errors.Join(w.Engine.Start(ctx, id, ""), w.Engine.Drain(ctx, id)); err != nil {
			t.Fatal(err)
		}
		w.Release(t, id)
		return indexOf(t, w, id).rows()
	}
	who := w.Persons.Spouse
	before := copies("SELECT 1")
	after := copies("INSERT INTO lease_parties (lease_no, member_id) SELECT lease_no, ?1 FROM leases WHERE lease_no NOT IN (SELECT lease_no FROM lease_parties WHERE member_id = ?1) LIMIT 1", who.ID)
	const members, parts = "Członkowie", "Udział w umowach o lokal"
	if before[members] != 1 || after[members] != 1 || before[parts] == 0 || after[parts] != before[parts]+1 {
		t.Errorf("%v, and with a part in one more lease %v", before, after)
	}
	if gone := copies("UPDATE members SET pesel = '00000000000', member_no = 'C-00000' WHERE id = ?", who.ID); gone[members] != 0 || gone[parts] != 0 {
		t.Errorf("of a row that is somebody else's now there is in the copy: %v", gone)
	}
}

// TestSearchedIsForgotten: what a search has found is kept of the newest plan alone, where the right changes nothing in any store and no system was read from a
// copy; and no longer than somebody can begin by it.
func TestSearchedIsForgotten(t *testing.T) {
	w, _ := listened(t)
	ctx := t.Context()
	plans := func(id string) int {
		t.Helper()
		if _, err := w.Engine.Plan(ctx, id, planOptions); err != nil {
			t.Fatal(err)
		}
		return searches(t, w, id)
	}
	if n := plans(w.Register(t, "erasure")); n != 0 {
		t.Errorf("of an erasure %d searches are kept", n)
	}
	id := another(t, w, "spouse-access")
	if n := plans(id) + plans(id); n != 2 {
		t.Errorf("planned twice, %d searches are kept", n-1)
	}
	if err := w.Engine.Cancel(ctx, id); err != nil || searches(t, w, id) != 0 {
		t.Errorf("of a request that was cancelled %d searches are kept (%v)", searches(t, w, id), err)
	}
	id = another(t, w, "spouse-access")
	plans(id)
	w.Clock.Add(time.Hour)
	if plans(another(t, w, "nothing-held-access")); searches(t, w, id) != 0 {
		t.Error("a search is kept that nobody can begin by any more")
	}
	plans(id)
	w.Clock.Add(time.Hour)
	if _, err := w.Engine.Forget(ctx); err != nil || searches(t, w, id) != 0 {
		t.Errorf("a search is kept by whoever forgets what has lapsed (%v)", err)
	}
	y := w.Engine.Planner.Systems["ledger"]
	y.Copy = y.Store
	if n := plans(id); n != 0 {
		t.Errorf("of what was read from a copy %d searches are kept", n)
	}
}
