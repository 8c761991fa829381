package serve

import (
	"errors"
	"io"

	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// OpenBlob streams a blob in chunks. What cannot be opened is told before the first one.
func (s *server) OpenBlob(in *pb.OpenBlobRequest, stream grpc.ServerStreamingServer[pb.OpenBlobResponse]) error {
	defer s.using(in.GetStore())()
	err := s.guard("OpenBlob", func() error {
		o, err := capable[connectors.BlobOpener](s, in.GetStore(), "open blob")
		if err != nil {
			return err
		}
		body, err := o.OpenBlob(stream.Context(), wire.BlobFromProto(in.GetBlob()))
		if err != nil {
			return err
		}
		defer body.Close()
		if err := stream.Send(&pb.OpenBlobResponse{Answer: &pb.OpenBlobResponse_Data{}}); err != nil {
			return err // an empty chunk says: it is open
		}
		return sendChunks(body, stream)
	})
	return stream.Send(&pb.OpenBlobResponse{Answer: &pb.OpenBlobResponse_Done{Done: &pb.Done{Fault: wire.FaultOf(err)}}})
}

func sendChunks(body io.Reader, stream grpc.ServerStreamingServer[pb.OpenBlobResponse]) error {
	chunk := make([]byte, wire.Chunk)
	for {
		n, err := io.ReadFull(body, chunk)
		if n > 0 {
			if err := stream.Send(&pb.OpenBlobResponse{Answer: &pb.OpenBlobResponse_Data{Data: chunk[:n]}}); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
