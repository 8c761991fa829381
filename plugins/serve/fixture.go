package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

func (s *server) scratch(number uint64) (connectors.Fixture, error) {
	if !s.fixture {
		return nil, fmt.Errorf("laying out a system, outside a test: %w", connectors.ErrNotSupported)
	}
	return capable[connectors.Fixture](s, number, "lay out a system")
}

// makeScratch makes the system of a test, before the first is opened: what a later config points to may be wrong on purpose.
func (s *server) makeScratch(ctx context.Context, config connectors.Config) (err error) {
	m, ok := s.connector.(connectors.ScratchMaker)
	if s.fixture && ok {
		s.scratched.Do(func() { err = m.MakeScratch(ctx, config) })
	}
	return err
}

// Load lays out a scratch system.
func (s *server) Load(stream grpc.ClientStreamingServer[pb.LoadRequest, pb.LoadResponse]) error {
	var number uint64
	rows := map[string][]connectors.Row{}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if m.GetStore() != 0 {
			number = m.GetStore()
		}
		if m.GetCollection() == "" {
			continue
		}
		more, err := wire.RowsFromProto(m.GetRows())
		if err != nil {
			return stream.SendAndClose(&pb.LoadResponse{Fault: wire.FaultOf(err)})
		}
		rows[m.GetCollection()] = append(rows[m.GetCollection()], more...)
	}
	err := s.guard("Load", func() error {
		f, err := s.scratch(number)
		if err != nil {
			return err
		}
		return f.Load(stream.Context(), rows)
	})
	return stream.SendAndClose(&pb.LoadResponse{Fault: wire.FaultOf(err)})
}

// Dump reads a scratch system back, a collection after the other.
func (s *server) Dump(in *pb.DumpRequest, stream grpc.ServerStreamingServer[pb.DumpResponse]) error {
	err := s.guard("Dump", func() error {
		f, err := s.scratch(in.GetStore())
		if err != nil {
			return err
		}
		all, err := f.Dump(stream.Context())
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			for run := range wire.RowRuns(all[name]) {
				rows, err := wire.RowsToProto(run)
				if err != nil {
					return err
				}
				answer := &pb.DumpResponse_Rows{Collection: name, Rows: rows}
				if err := stream.Send(&pb.DumpResponse{Answer: &pb.DumpResponse_Rows_{Rows: answer}}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return stream.Send(&pb.DumpResponse{Answer: &pb.DumpResponse_Done{Done: &pb.Done{Fault: wire.FaultOf(err)}}})
}
