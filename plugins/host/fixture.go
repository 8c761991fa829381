package host

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

func (r *remote) load(ctx context.Context, rows map[string][]connectors.Row) error {
	c, number, err := r.session(ctx)
	if err != nil {
		return err
	}
	clean := r.cleaner(sentRows(rows))
	whole, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.rpc.Load(whole)
	if err != nil {
		return c.broke(ctx, err, clean)
	}
	send := func(m *pb.LoadRequest) error {
		if err := stream.Send(m); err != nil && !errors.Is(err, io.EOF) { // EOF: the answer says why
			return c.broke(ctx, err, clean)
		}
		return nil
	}
	if err := send(&pb.LoadRequest{Store: number}); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		for run := range wire.RowRuns(rows[name]) {
			messages, err := wire.RowsToProto(run)
			if err != nil {
				return err
			}
			if err := send(&pb.LoadRequest{Collection: name, Rows: messages}); err != nil {
				return err
			}
		}
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		return c.broke(ctx, err, clean)
	}
	return wire.FaultError(answer.GetFault(), clean)
}

func (r *remote) dump(ctx context.Context) (map[string][]connectors.Row, error) {
	c, number, err := r.session(ctx)
	if err != nil {
		return nil, err
	}
	whole, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.rpc.Dump(whole, &pb.DumpRequest{Store: number})
	if err != nil {
		return nil, c.broke(ctx, err, r.cleaner())
	}
	all := map[string][]connectors.Row{}
	for {
		m, err := stream.Recv()
		if err != nil {
			return nil, c.broke(ctx, err, r.cleaner())
		}
		if done := m.GetDone(); done != nil {
			return all, wire.FaultError(done.GetFault(), r.cleaner())
		}
		rows, err := wire.RowsFromProto(m.GetRows().GetRows())
		if err != nil {
			return nil, err
		}
		name := m.GetRows().GetCollection()
		all[name] = append(all[name], rows...)
	}
}
