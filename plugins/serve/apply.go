package serve

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// Apply carries out one call: start, then prepared and verdict as often as the connector asks, then done.
func (s *server) Apply(stream grpc.BidiStreamingServer[pb.ApplyRequest, pb.ApplyResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	start := first.GetStart()
	if start == nil {
		return status.Error(codes.InvalidArgument, "apply begins with start")
	}
	talk := newTalk(stream, start)
	var outcomes []connectors.Outcome
	err = s.guard("Apply", func() error {
		w, err := capable[connectors.Writer](s, start.GetStore(), "apply")
		if err != nil {
			return err
		}
		do, err := wire.TreatmentsFromProto(start.GetTreatments())
		if err != nil {
			return err
		}
		ctx := talk.ctx
		if start.GetProgress() {
			ctx = connectors.WithProgress(ctx, talk.tell)
		}
		outcomes, err = w.Apply(ctx, do, connectors.ApplyOptions{
			Confirm: talk.confirm, Rehearse: start.GetRehearse(), Lock: start.GetLock(),
		})
		return err
	})
	talk.end()
	done := &pb.ApplyResponse_Applied{}
	out, bad := wire.OutcomesToProto(outcomes)
	if bad != nil && err == nil {
		err = bad
	}
	done.Outcomes, done.Fault = out, wire.FaultOf(err)
	return stream.Send(&pb.ApplyResponse{Answer: &pb.ApplyResponse_Done{Done: done}})
}
