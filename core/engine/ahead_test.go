package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// meeting lets nobody read from a snapshot before another snapshot is read from too.
type meeting struct {
	connectors.Connector
	*met
}

type met struct {
	mu   sync.Mutex
	are  map[int]bool
	n    int
	both chan struct{}
}

func (c meeting) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	s, err := c.Connector.Open(ctx, config)
	return meetingStore{s, c.met, 0}, err
}

type meetingStore struct {
	connectors.Store
	*met
	snapshot int // its number; 0: none
}

func (s meetingStore) Unwrap() any { return s.Store }

func (s meetingStore) Snapshot(ctx context.Context) (connectors.Store, error) {
	from, _ := connectors.As[connectors.Snapshotter](s.Store)
	still, err := from.Snapshot(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	return meetingStore{still, s.met, s.n}, err
}

func (s meetingStore) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if s.snapshot > 0 {
		s.mu.Lock()
		if s.are[s.snapshot] = true; len(s.are) == 2 {
			close(s.both)
			s.are[0] = true
		}
		s.mu.Unlock()
		select {
		case <-s.both:
		case <-time.After(time.Minute):
			return errors.New("nobody else came")
		}
	}
	return s.Store.Locate(ctx, sel, out)
}

// TestSystemsReadBesideEachOther: of a person of few rows the systems are read at the same time.
func TestSystemsReadBesideEachOther(t *testing.T) {
	m := &met{are: map[int]bool{}, both: make(chan struct{})}
	w := world.Open(t, sample.Options{Members: 60}, world.Connectors{"sqlite": meeting{sqlite.Connector{}, m}})
	id := w.Start(t, "access")
	if err := w.Engine.Drain(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.Release(t, id)
	if s := w.Standing(t, id); s.State != "done" {
		t.Errorf("%s, waits for %q: %s", s.State, s.WaitsFor, s.Why)
	}
}

// TestMuchIsReadInItsTurn: where few rows turn out to be large they are read in their turn, and stand in the package as any others.
func TestMuchIsReadInItsTurn(t *testing.T) {
	w := world.Open(t, sample.Options{Members: 60}, nil)
	text := strings.Repeat("wielki udział ", 100_000)
	register(t, w)("UPDATE lease_parties SET share = ? WHERE member_id = ?", text, w.Persons.Demo.ID)
	id := w.Start(t, "access")
	if err := w.Engine.Drain(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.Release(t, id)
	x := indexOf(t, w, id)
	for _, c := range x.Collections {
		for _, row := range c.Data {
			if c.Title == "Udział w umowach o lokal" && row["share"] != text {
				t.Error("the large text is not in the package as it is")
			}
		}
	}
	if rows := x.rows(); rows["Udział w umowach o lokal"] == 0 || rows["Członkowie"] != 1 || rows["Wpłaty i naliczenia"] == 0 {
		t.Errorf("%v", rows)
	}
}
