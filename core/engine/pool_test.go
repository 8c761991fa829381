package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/world"
)

// calls counts the calls of a store that changed something, with the treatments of each, and may stand in their way.
type calls struct {
	mu    sync.Mutex
	did   []int
	after func() error // of the next call, which has been made
}

type countingFiles struct {
	connectors.Connector
	*calls
}

func (c countingFiles) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	s, err := c.Connector.Open(ctx, config)
	return countingStore{s, c.calls}, err
}

type countingStore struct {
	connectors.Store
	*calls
}

func (s countingStore) Unwrap() any { return s.Store }

func (s countingStore) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	s.mu.Lock()
	s.did = append(s.did, len(do))
	after := s.after
	s.after = nil
	s.mu.Unlock()
	w, _ := connectors.As[connectors.Writer](s.Store)
	out, err := w.Apply(ctx, do, opt)
	if err == nil && after != nil {
		return nil, after()
	}
	return out, err
}

func (c *calls) made() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.did)
}

// pooling is a sample whose documents pool for so many days; 0: they do not.
func pooling(t *testing.T, days int) (*world.World, *calls) {
	t.Helper()
	c := &calls{}
	w := world.Open(t, sample.Options{Members: 60}, world.Connectors{"files": countingFiles{files.Connector{}, c}})
	if days > 0 {
		w.Map.System("documents").Pool = &datamap.Period{N: days, Unit: datamap.Days}
	}
	return w, c
}

// wants enters a request of a named person, known by unique numbers, received so many days ago.
func wants(t *testing.T, w *world.World, right request.Right, name string, daysAgo int) string {
	t.Helper()
	for n, who := range w.Persons.All {
		if n != name {
			continue
		}
		at := w.Clock.Now().AddDate(0, 0, -daysAgo)
		r := &request.Request{ID: fmt.Sprintf("%.3s-%d", right, who.ID), Right: right, Ground: "art17_1_b", Controller: w.Map.Controllers[0].ID, Scope: &request.Scope{All: true},
			ReceivedAt: at, Identity: &request.Identity{Method: "document_seen", VerifiedAt: &at}}
		if right == request.Restriction {
			r.Ground, r.Scope = "art18_1_a", &request.Scope{All: true}
		}
		for _, id := range [][2]string{{"pesel", who.PESEL}, {"member_no", who.MemberNo}} {
			if id[1] != "" {
				r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: id[0], Value: subject.Seal(id[1]), Verified: true})
			}
		}
		if _, _, err := w.Engine.Register(t.Context(), r); err != nil {
			t.Fatal(name, err)
		}
		return r.ID
	}
	t.Fatalf("nobody is called %s", name)
	return ""
}

// starts plans, approves and starts a request that is in the register, and works what is due.
func starts(t *testing.T, w *world.World, id string) error {
	t.Helper()
	ctx := t.Context()
	p, err := w.Engine.Plan(ctx, id, engine.PlanOptions{})
	if err != nil {
		return err
	}
	as(w, "jan", func() { err = errors.Join(w.Engine.Approve(ctx, id, p.Digest), w.Engine.Start(ctx, id, p.Digest)) })
	if err != nil {
		return err
	}
	return w.Engine.Drain(ctx, id)
}

// ends works requests to their end: whoever is to be told is told, and a day goes by.
func ends(t *testing.T, w *world.World, ids []string) {
	t.Helper()
	drain := func() {
		for _, id := range ids {
			if err := w.Engine.Drain(t.Context(), id); err != nil {
				t.Fatal(id, err)
			}
		}
	}
	drain()
	tellAll(t, w, ids)
	w.Clock.Add(25 * time.Hour)
	drain()
	for _, id := range ids {
		if s := w.Standing(t, id); s.State != "done" {
			t.Fatalf("%s is %s, waits for %s: %s; %+v", id, s.State, s.WaitsFor, s.Why, s.Systems)
		}
	}
}

// oneByOne is what the erasures of some come to where nothing pools, in their order, in a world that was prepared so.
func oneByOne(t *testing.T, prepare func(*world.World), names ...string) (cooperative.Snapshot, map[string]*journal.Facts) {
	t.Helper()
	w, _ := pooling(t, 0)
	prepare(w)
	var ids []string
	for _, name := range names {
		ids = append(ids, wants(t, w, request.Erasure, name, 0))
	}
	for _, id := range ids {
		if err := starts(t, w, id); err != nil {
			t.Fatal(id, err)
		}
		w.Clock.Add(24 * time.Hour)
	}
	ends(t, w, ids)
	out := map[string]*journal.Facts{}
	for _, id := range ids {
		out[id] = facts(t, w, id)
	}
	return w.Snapshot(t), out
}

// TestPool: three erasures that began on different days wait for each other in a system that pools, and say so; one call works all of them, and
// what it leaves, and what each receipt says, is what one after the other leaves.
func TestPool(t *testing.T) {
	names := []string{"Demo", "NextTenant", "YearEnd", "Prolific"}
	stores, receipts := oneByOne(t, func(*world.World) {}, names...)

	w, c := pooling(t, 7)
	began := w.Clock.Now()
	var ids []string
	for _, name := range names {
		ids = append(ids, wants(t, w, request.Erasure, name, 0))
	}
	before := w.Snapshot(t)
	for i, id := range ids {
		if err := starts(t, w, id); err != nil {
			t.Fatal(id, err)
		}
		s := w.Standing(t, id)
		y := systemOf(t, s, "documents")
		if s.WaitsFor != "pool" || y.State != "waits" || y.WaitsFor != "pool" || y.Deleted != 0 || y.Pool == nil || y.Pool.Others != i || !y.Pool.Until.Equal(began.Add(7*24*time.Hour)) {
			t.Fatalf("%s waits for %q; documents %+v, %+v", id, s.WaitsFor, y, y.Pool)
		}
		if register := systemOf(t, s, "register"); register.VerifiedAt == nil {
			t.Errorf("register waits for a system that pools: %+v", register)
		}
		if err := w.Engine.Resume(t.Context(), id); err != nil { // somebody looked: what waits for others goes on waiting
			t.Fatal(err)
		}
		w.Clock.Add(24 * time.Hour)
	}
	for _, name := range before.Changed(w.Snapshot(t)) {
		if len(name) > 9 && name[:9] == "documents" {
			t.Errorf("%s changed while all wait", name)
		}
	}
	if got := c.made(); len(got) != 0 {
		t.Fatalf("the store was called: %v", got)
	}
	w.Clock.Add(began.Add(7 * 24 * time.Hour).Sub(w.Clock.Now()))
	ends(t, w, ids)
	if got := c.made(); len(got) != 1 {
		t.Errorf("the store was called %d times, with so many treatments: %v", len(got), got)
	}
	if d := stores.Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("the stores are not as one by one: %v", d)
	}
	for _, id := range ids {
		if d := cmp.Diff(receipts[id], facts(t, w, id)); d != "" {
			t.Errorf("%s (-alone +pooled):\n%s", id, d)
		}
	}
}
