package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/world"
)

// undisturbed is what a batch of the eight comes to where nothing comes in its way.
type undisturbed struct {
	stores cooperative.Snapshot
	facts  map[string]*journal.Facts
}

var (
	smooth     undisturbed
	smoothOnce sync.Once
)

// eightUndisturbed is made once for all tests.
func eightUndisturbed(t *testing.T) *undisturbed {
	t.Helper()
	smoothOnce.Do(func() {
		w := world.Open(t, sample.Options{Members: 60}, nil)
		b, in := begin(t, w, "spring", several(t, w, eight...))
		endBatch(t, w, b, in)
		smooth = undisturbed{w.Snapshot(t), map[string]*journal.Facts{}}
		for _, id := range in {
			smooth.facts[id] = facts(t, w, id)
		}
	})
	if len(smooth.facts) < 3 {
		t.Fatal("an undisturbed batch has not come to its end")
	}
	return &smooth
}

// same fails where the stores or a receipt are not as undisturbed; but says whose receipt is another one.
func (u *undisturbed) same(t *testing.T, w *world.World, in []string, but ...string) {
	t.Helper()
	if d := u.stores.Changed(w.Snapshot(t)); len(d) > 0 {
		t.Errorf("the stores are not as after an undisturbed batch: %v", d)
	}
	u.receipts(t, w, in, but...)
}

func (u *undisturbed) receipts(t *testing.T, w *world.World, in []string, but ...string) {
	t.Helper()
	for _, id := range in {
		if slices.Contains(but, id) {
			continue
		}
		if s := w.Standing(t, id); s.State != "done" {
			t.Errorf("%s is %s, waits for %q: %s", id, s.State, s.WaitsFor, s.Why)
			continue
		}
		if d := cmp.Diff(u.facts[id], facts(t, w, id)); d != "" {
			t.Errorf("%s: the receipt is not as undisturbed (-undisturbed +now):\n%s", id, d)
		}
	}
}

// deleted is how many rows a receipt says went by a treatment.
func (u *undisturbed) deleted(id, treatment string) int64 { return countIn(u.facts[id], treatment) }

func deleted(t *testing.T, w *world.World, id, treatment string) int64 {
	t.Helper()
	return countIn(facts(t, w, id), treatment)
}

func countIn(f *journal.Facts, treatment string) (n int64) {
	for _, s := range f.Systems {
		for _, c := range s.Counts {
			if c.Treatment == treatment {
				n += c.Committed + c.Inferred
			}
		}
	}
	return n
}

// moody is a SQLite store that answers as it is told: what a mood gives for a system is what comes back.
type moody struct {
	connectors.Connector
	mood *mood
}

// mood says what comes of a call: the system, and the verb, or "locate".
type mood struct {
	mu sync.Mutex
	of func(system, call string) error
}

func (m *mood) set(of func(system, call string) error) { m.mu.Lock(); defer m.mu.Unlock(); m.of = of }

func (m *mood) ask(system, call string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		return nil
	}
	return m.of(system, call)
}

// withMood is a world whose registers have one.
func withMood(t *testing.T) (*world.World, *mood) {
	t.Helper()
	m := &mood{}
	return world.Open(t, sample.Options{Members: 60}, world.Connectors{"sqlite": moody{sqlite.Connector{}, m}}), m
}

func (c moody) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	s, err := c.Connector.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	return moodyStore{s, c.mood, strings.TrimSuffix(filepath.Base(config["file"]), ".db")}, nil
}

type moodyStore struct {
	connectors.Store
	mood   *mood
	system string
}

func (s moodyStore) Unwrap() any { return s.Store }

func (s moodyStore) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if err := s.mood.ask(s.system, "locate"); err != nil {
		return err
	}
	return s.Store.Locate(ctx, sel, out)
}

func (s moodyStore) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	if err := s.mood.ask(s.system, "apply"); err != nil {
		return nil, err
	}
	w, ok := connectors.As[connectors.Writer](s.Store)
	if !ok {
		return nil, connectors.ErrNotSupported
	}
	return w.Apply(ctx, do, opt)
}

// batchSystem is one system's part of where a batch stands.
func batchSystem(t *testing.T, w *world.World, b *plan.Batch, name string) (state, waitsFor, why string) {
	t.Helper()
	s, err := w.Engine.BatchStanding(t.Context(), b.Batch)
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range s.Systems {
		if y.Name == name {
			return y.State, y.WaitsFor, y.Why
		}
	}
	t.Fatalf("nothing is said of %s", name)
	return "", "", ""
}

// restOfBatch works a batch that was begun to its end.
func restOfBatch(t *testing.T, w *world.World, b *plan.Batch, in []string) {
	t.Helper()
	tellAll(t, w, in)
	w.Clock.Add(25 * time.Hour)
	if err := w.Engine.DrainBatch(t.Context(), b.Batch); err != nil {
		t.Fatal(err)
	}
}

// leaver enters an erasure of somebody who is known by numbers of their own alone.
func leaver(t *testing.T, w *world.World, who sample.Person) string {
	t.Helper()
	seen := w.Clock.Now()
	r := &request.Request{ID: fmt.Sprint("r-", who.ID), Right: request.Erasure, Ground: "art17_1_a", Controller: w.Map.Controllers[0].ID, Scope: &request.Scope{All: true},
		ReceivedAt: seen, Identity: &request.Identity{Method: "document_seen", VerifiedAt: &seen}}
	for _, id := range [][2]string{{"pesel", who.PESEL}, {"member_no", who.MemberNo}} {
		if id[1] != "" {
			r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: id[0], Value: subject.Seal(id[1]), Verified: true})
		}
	}
	if _, _, err := w.Engine.Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// both joins what is done one after the other.
func both(errs ...error) error { return errors.Join(errs...) }
