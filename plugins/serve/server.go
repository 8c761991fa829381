package serve

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// server answers dossier.connector.v1 for one connector. Stores go by numbers that are never reused.
type server struct {
	pb.UnimplementedConnectorServer
	connector connectors.Connector
	fixture   bool // the host tests this connector
	log       hclog.Logger

	mu      sync.Mutex
	stores  map[uint64]connectors.Store
	moments map[uint64]*moment // those of the stores that are snapshots
	last    uint64
	idle    time.Duration // of a snapshot, before it is ended

	scratched sync.Once
}

func newServer(c connectors.Connector, fixture bool, log hclog.Logger) *server {
	return &server{connector: c, fixture: fixture, log: log, stores: map[uint64]connectors.Store{}, moments: map[uint64]*moment{}, idle: momentIdle}
}

// guard runs one call of the connector. A panic becomes an error that names the method: the panic's own
// words and the stack may hold a row, and go nowhere.
func (s *server) guard(method string, call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = wire.Panicked(method)
			s.log.Error("the connector panicked", "method", method)
		}
	}()
	return call()
}

func (s *server) add(store connectors.Store) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.stores[s.last] = store
	return s.last
}

func (s *server) store(number uint64) (connectors.Store, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	store, ok := s.stores[number]
	if !ok {
		return nil, fmt.Errorf("%w: number %d", wire.ErrUnknownStore, number)
	}
	return store, nil
}

// capable finds the store by its number and the capability in it.
func capable[T any](s *server, number uint64, what string) (T, error) {
	var none T
	store, err := s.store(number)
	if err != nil {
		return none, err
	}
	t, ok := connectors.As[T](store)
	if !ok {
		return none, fmt.Errorf("%s: %w", what, connectors.ErrNotSupported)
	}
	return t, nil
}

// Describe answers the connector's card.
func (s *server) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	out := &pb.DescribeResponse{}
	err := s.guard("Describe", func() error {
		out.Description = wire.DescriptionToProto(s.connector.Describe())
		return nil
	})
	out.Fault = wire.FaultOf(err)
	return out, nil
}

// Open opens a store and answers its number and what it can do.
func (s *server) Open(ctx context.Context, in *pb.OpenRequest) (*pb.OpenResponse, error) {
	out := &pb.OpenResponse{}
	err := s.guard("Open", func() error {
		config := wire.ConfigFromProto(in.GetConfig())
		if err := s.makeScratch(ctx, config); err != nil {
			return err
		}
		store, err := s.connector.Open(ctx, config)
		if err != nil {
			return err
		}
		if store == nil {
			return errors.New("the connector opened nothing and gave no reason")
		}
		out.Capabilities = wire.CapabilitiesOf(store, s.fixture)
		out.Store = s.add(store)
		return nil
	})
	out.Fault = wire.FaultOf(err)
	return out, nil
}

// Close closes a store; an unknown number is closed already.
func (s *server) Close(_ context.Context, in *pb.CloseRequest) (*pb.CloseResponse, error) {
	s.mu.Lock()
	store, ok := s.stores[in.GetStore()]
	delete(s.stores, in.GetStore())
	if m := s.moments[in.GetStore()]; m != nil {
		m.timer.Stop()
		delete(s.moments, in.GetStore())
	}
	s.mu.Unlock()
	if !ok {
		return &pb.CloseResponse{}, nil
	}
	return &pb.CloseResponse{Fault: wire.FaultOf(s.guard("Close", store.Close))}, nil
}
