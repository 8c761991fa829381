package serve

import (
	"fmt"

	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// Locate streams batches as the connector makes them; Send blocks while the host is slow, and with it
// Rows.Add, so that memory stays flat.
func (s *server) Locate(in *pb.LocateRequest, stream grpc.ServerStreamingServer[pb.LocateResponse]) error {
	defer s.using(in.GetStore())()
	err := s.guard("Locate", func() error {
		store, err := s.store(in.GetStore())
		if err != nil {
			return err
		}
		sel, err := wire.SelectionFromProto(in.GetSelection())
		if err != nil {
			return err
		}
		ctx, width := stream.Context(), len(sel.Fields)
		var t told
		send := func(m *pb.LocateResponse) error {
			t.sending.Lock()
			defer t.sending.Unlock()
			return stream.Send(m)
		}
		if in.GetProgress() {
			defer t.end()
			ctx = t.context(ctx, func(p *pb.Progress) error {
				return stream.Send(&pb.LocateResponse{Answer: &pb.LocateResponse_Progress{Progress: p}})
			})
		}
		var buf []byte
		rows := connectors.NewRows(stream.Context(), width, func(b connectors.Batch) error {
			var err error
			if buf, err = wire.EncodeBatch(buf[:0], b, width); err != nil {
				return err
			}
			if len(buf) > wire.MaxMessage-1024 {
				return fmt.Errorf("a row of %d bytes, at most %d; the connector should offer it as a blob", len(buf), wire.MaxMessage)
			}
			return send(&pb.LocateResponse{Answer: &pb.LocateResponse_Batch{Batch: buf}})
		})
		if err := store.Locate(ctx, sel, rows); err != nil {
			return err
		}
		return rows.Flush()
	})
	return stream.Send(&pb.LocateResponse{Answer: &pb.LocateResponse_Done{Done: &pb.Done{Fault: wire.FaultOf(err)}}})
}
