package serve

import (
	"context"
	"sync"

	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// told sends a host, beside what it asked for, how far the call is, where it wants to hear it.
type told struct {
	sending sync.Mutex // it is told from whatever goroutine
	over    bool
}

// context gives what the connector is called with; send is called under the lock.
func (t *told) context(ctx context.Context, send func(*pb.Progress) error) context.Context {
	return connectors.WithProgress(ctx, func(done, total int64) {
		if !t.sending.TryLock() { // a host that is slow has something to look at
			return
		}
		defer t.sending.Unlock()
		if !t.over {
			_ = send(&pb.Progress{Done: done, Total: total})
		}
	})
}

// end is the end of the call: who tells afterwards, from a goroutine left behind, is not heard.
func (t *told) end() {
	t.sending.Lock()
	defer t.sending.Unlock()
	t.over = true
}

// Ask counts or probes, and tells how far it is.
func (s *server) Ask(in *pb.AskRequest, stream grpc.ServerStreamingServer[pb.AskResponse]) error {
	var t told
	ctx := t.context(stream.Context(), func(p *pb.Progress) error {
		return stream.Send(&pb.AskResponse{Answer: &pb.AskResponse_Progress{Progress: p}})
	})
	out := &pb.AskResponse{}
	if probe := in.GetProbe(); probe != nil {
		answer, err := s.Probe(ctx, probe)
		if err != nil {
			return err
		}
		out.Answer = &pb.AskResponse_Probe{Probe: answer}
	} else {
		answer, err := s.Count(ctx, in.GetCount())
		if err != nil {
			return err
		}
		out.Answer = &pb.AskResponse_Count{Count: answer}
	}
	t.end()
	return stream.Send(out)
}
