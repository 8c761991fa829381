package host

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

func (r *remote) count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	messages, err := wire.SelectionsToProto(sels)
	if err != nil {
		return nil, err
	}
	c, number, err := r.session(ctx)
	if err != nil {
		return nil, err
	}
	clean := r.cleaner(sentSelections(sels...))
	ask := &pb.CountRequest{Store: number, Selections: messages}
	told, err := c.ask(ctx, &pb.AskRequest{Ask: &pb.AskRequest_Count{Count: ask}})
	answer := told.GetCount()
	if err == nil && answer == nil {
		answer, err = c.rpc.Count(ctx, ask)
	}
	if err != nil {
		return nil, c.broke(ctx, err, clean)
	}
	if answer.GetFault() != nil {
		return nil, wire.FaultError(answer.GetFault(), clean)
	}
	if len(answer.GetTallies()) != len(sels) {
		return nil, fmt.Errorf("%w: %d counts for %d selections", wire.ErrMessage, len(answer.GetTallies()), len(sels))
	}
	return wire.TalliesFromProto(answer.GetTallies()), nil
}

func (r *remote) probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	message, err := wire.SelectionToProto(sel)
	if err != nil {
		return 0, 0, err
	}
	c, number, err := r.session(ctx)
	if err != nil {
		return 0, 0, err
	}
	clean := r.cleaner(sentSelections(sel))
	ask := &pb.ProbeRequest{Store: number, Selection: message}
	told, err := c.ask(ctx, &pb.AskRequest{Ask: &pb.AskRequest_Probe{Probe: ask}})
	answer := told.GetProbe()
	if err == nil && answer == nil {
		answer, err = c.rpc.Probe(ctx, ask)
	}
	if err != nil {
		return 0, 0, c.broke(ctx, err, clean)
	}
	return answer.GetReadable(), answer.GetWritable(), wire.FaultError(answer.GetFault(), clean)
}

func (r *remote) inspect(ctx context.Context) (*connectors.Schema, error) {
	c, number, err := r.session(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := c.rpc.Inspect(ctx, &pb.InspectRequest{Store: number})
	if err != nil {
		return nil, c.broke(ctx, err, r.cleaner())
	}
	return wire.SchemaFromProto(answer.GetSchema()), wire.FaultError(answer.GetFault(), r.cleaner())
}

// ask makes a call for somebody who wants to hear how far it is. It is nil where nobody does, and where the connector is of a kind that cannot
// tell: then the call is made as any other.
func (c *child) ask(ctx context.Context, what *pb.AskRequest) (*pb.AskResponse, error) {
	tell := connectors.ProgressOf(ctx)
	if tell == nil || c.mute.Load() {
		return nil, nil
	}
	whole, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.rpc.Ask(whole, what)
	for err == nil {
		var m *pb.AskResponse
		if m, err = stream.Recv(); err != nil {
			break
		}
		p := m.GetProgress()
		if p == nil {
			return m, nil
		}
		tell(p.GetDone(), p.GetTotal())
	}
	if status.Code(err) == codes.Unimplemented {
		c.mute.Store(true)
		return nil, nil
	}
	return nil, err
}
