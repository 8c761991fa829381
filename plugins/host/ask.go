package host

import (
	"context"
	"fmt"

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
	answer, err := c.rpc.Count(ctx, &pb.CountRequest{Store: number, Selections: messages})
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
	answer, err := c.rpc.Probe(ctx, &pb.ProbeRequest{Store: number, Selection: message})
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
