package serve

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// still has snapshots that tell when they are closed.
type still struct {
	asker
	closed chan bool
}

func (s still) Snapshot(context.Context) (connectors.Store, error) { return kept{s.closed}, nil }

type kept struct{ closed chan bool }

func (kept) Locate(context.Context, connectors.Selection, *connectors.Rows) error { return nil }
func (k kept) Close() error                                                       { k.closed <- true; return nil }

func (k kept) Count(context.Context, []connectors.Selection) ([]connectors.Tally, error) {
	return nil, nil
}

// TestUnusedSnapshotIsEnded: one nobody asks anything of ends by itself, and its number is unknown then.
func TestUnusedSnapshotIsEnded(t *testing.T) {
	closed := make(chan bool, 1)
	s := newServer(asker{}, false, hclog.NewNullLogger())
	s.idle = time.Millisecond
	number := s.add(still{closed: closed})
	taken, err := s.Snapshot(t.Context(), &pb.SnapshotRequest{Store: number})
	if err != nil || taken.GetFault() != nil || !taken.GetCapabilities().GetCount() || taken.GetStore() == number {
		t.Fatalf("%v, %v", taken, err)
	}
	<-closed
	count, err := s.Count(t.Context(), &pb.CountRequest{Store: taken.GetStore()})
	if err != nil || !errors.Is(wire.FaultError(count.GetFault(), nil), wire.ErrUnknownStore) {
		t.Errorf("after its end: %v, %v", count, err)
	}
}

// TestUsedSnapshotStays: while a call runs it is not ended, and it is closed once.
func TestUsedSnapshotStays(t *testing.T) {
	closed := make(chan bool, 2)
	s := newServer(asker{}, false, hclog.NewNullLogger())
	s.idle = time.Hour
	number := s.addMoment(kept{closed})
	done := s.using(number)
	s.expire(number) // as if its time had come
	if _, err := s.store(number); err != nil {
		t.Fatalf("ended while it was used: %v", err)
	}
	done()
	if answer, err := s.Close(t.Context(), &pb.CloseRequest{Store: number}); err != nil || answer.GetFault() != nil {
		t.Fatalf("%v, %v", answer, err)
	}
	s.expire(number)
	if len(closed) != 1 {
		t.Errorf("closed %d times", len(closed))
	}
}

// TestSnapshotOfAStoreWithoutOne is refused.
func TestSnapshotOfAStoreWithoutOne(t *testing.T) {
	rpc, number := dial(t, asker{})
	answer, err := rpc.Snapshot(t.Context(), &pb.SnapshotRequest{Store: number})
	if err != nil || !errors.Is(wire.FaultError(answer.GetFault(), nil), connectors.ErrNotSupported) {
		t.Errorf("%v, %v", answer, err)
	}
}
