package host

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// locate reads batches until the connector says that it is done. While out blocks, the connector does too.
func (r *remote) locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	message, err := wire.SelectionToProto(sel)
	if err != nil {
		return err
	}
	c, number, err := r.session(ctx)
	if err != nil {
		return err
	}
	clean := r.cleaner(sentSelections(sel))
	whole, cancel := context.WithCancel(ctx) // a reader that leaves early ends the connector's work
	defer cancel()
	tell := connectors.ProgressOf(ctx)
	stream, err := c.rpc.Locate(whole, &pb.LocateRequest{Store: number, Selection: message, Progress: tell != nil})
	if err != nil {
		return c.broke(ctx, err, clean)
	}
	for {
		m, err := stream.Recv()
		if err != nil {
			return c.broke(ctx, err, clean)
		}
		if done := m.GetDone(); done != nil {
			return wire.FaultError(done.GetFault(), clean)
		}
		if p := m.GetProgress(); p != nil {
			if tell != nil {
				tell(p.GetDone(), p.GetTotal())
			}
			continue
		}
		batch, err := wire.DecodeBatch(m.GetBatch(), len(sel.Fields))
		if err != nil {
			return err
		}
		for i, values := range batch.Values {
			if err := out.Add(batch.Persons[i], values...); err != nil {
				return err
			}
		}
	}
}
