package serve

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// Install says what has to be in place before rows can be restricted, or what takes it away again.
func (s *server) Install(ctx context.Context, in *pb.StatementsRequest) (*pb.StatementsResponse, error) {
	out := &pb.StatementsResponse{}
	err := s.guard("Install", func() error {
		i, err := capable[connectors.Installer](s, in.GetStore(), "say what is to be installed")
		if err != nil {
			return err
		}
		ask := i.Install
		if in.GetUndo() {
			ask = i.Uninstall
		}
		out.Statements, err = ask(ctx, wire.UsesFromProto(in.GetUses()))
		return err
	})
	out.Fault = wire.FaultOf(err)
	return out, nil
}

// Grants says what the connector's account needs.
func (s *server) Grants(ctx context.Context, in *pb.StatementsRequest) (*pb.StatementsResponse, error) {
	out := &pb.StatementsResponse{}
	err := s.guard("Grants", func() error {
		g, err := capable[connectors.Granter](s, in.GetStore(), "say what is to be granted")
		if err != nil {
			return err
		}
		out.Statements, err = g.Grants(ctx, wire.UsesFromProto(in.GetUses()))
		return err
	})
	out.Fault = wire.FaultOf(err)
	return out, nil
}
