package serve

import (
	"context"
	"errors"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// momentIdle is how long a snapshot stays without a call on it: a host that forgets one must not hold back a store's own housekeeping.
const momentIdle = 10 * time.Minute

// moment is the watch over one snapshot; the server's lock is its.
type moment struct {
	calls int // that run now
	timer *time.Timer
}

// Snapshot holds the store as it is and answers a number for that, and what can be asked of it.
func (s *server) Snapshot(ctx context.Context, in *pb.SnapshotRequest) (*pb.SnapshotResponse, error) {
	out := &pb.SnapshotResponse{}
	err := s.guard("Snapshot", func() error {
		from, err := capable[connectors.Snapshotter](s, in.GetStore(), "snapshot")
		if err != nil {
			return err
		}
		store, err := from.Snapshot(ctx)
		if err != nil {
			return err
		}
		if store == nil {
			return errors.New("the connector gave no snapshot and no reason")
		}
		out.Capabilities = wire.CapabilitiesOf(store, false)
		out.Store = s.addMoment(store)
		return nil
	})
	out.Fault = wire.FaultOf(err)
	return out, nil
}

func (s *server) addMoment(store connectors.Store) uint64 {
	number := s.add(store)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moments[number] = &moment{timer: time.AfterFunc(s.idle, func() { s.expire(number) })}
	return number
}

// using keeps a snapshot from being ended while a call on it runs; call what it gives when the call is done. Of a store it is nothing.
func (s *server) using(number uint64) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.moments[number]
	if m == nil {
		return func() {}
	}
	m.calls++
	m.timer.Stop()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if m.calls--; m.calls == 0 && s.moments[number] == m {
			m.timer.Reset(s.idle)
		}
	}
}

// expire ends a snapshot nobody asked anything of for too long.
func (s *server) expire(number uint64) {
	s.mu.Lock()
	m, store := s.moments[number], s.stores[number]
	if m == nil || m.calls > 0 {
		s.mu.Unlock()
		return
	}
	delete(s.moments, number)
	delete(s.stores, number)
	s.mu.Unlock()
	s.log.Warn("a snapshot was not used and has been ended")
	_ = s.guard("Close", store.Close)
}
