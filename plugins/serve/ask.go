package serve

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// Count counts without reading.
func (s *server) Count(ctx context.Context, in *pb.CountRequest) (*pb.CountResponse, error) {
	defer s.using(in.GetStore())()
	out := &pb.CountResponse{}
	err := s.guard("Count", func() error {
		c, err := capable[connectors.Counter](s, in.GetStore(), "count")
		if err != nil {
			return err
		}
		sels, err := wire.SelectionsFromProto(in.GetSelections())
		if err != nil {
			return err
		}
		tallies, err := c.Count(ctx, sels)
		out.Tallies = wire.TalliesToProto(tallies)
		return err
	})
	out.Fault = wire.FaultOf(err)
	return out, nil
}

// Probe tries to read and to change as an ordinary account.
func (s *server) Probe(ctx context.Context, in *pb.ProbeRequest) (*pb.ProbeResponse, error) {
	out := &pb.ProbeResponse{}
	err := s.guard("Probe", func() error {
		p, err := capable[connectors.Prober](s, in.GetStore(), "probe")
		if err != nil {
			return err
		}
		sel, err := wire.SelectionFromProto(in.GetSelection())
		if err != nil {
			return err
		}
		out.Readable, out.Writable, err = p.Probe(ctx, sel)
		return err
	})
	out.Fault = wire.FaultOf(err)
	return out, nil
}

// Inspect reads the live schema.
func (s *server) Inspect(ctx context.Context, in *pb.InspectRequest) (*pb.InspectResponse, error) {
	out := &pb.InspectResponse{}
	err := s.guard("Inspect", func() error {
		i, err := capable[connectors.Inspector](s, in.GetStore(), "inspect")
		if err != nil {
			return err
		}
		schema, err := i.Inspect(ctx)
		out.Schema = wire.SchemaToProto(schema)
		return err
	})
	out.Fault = wire.FaultOf(err)
	return out, nil
}
