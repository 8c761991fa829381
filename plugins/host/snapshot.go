package host

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// errMomentOver: no other process, and no later call, could see the same again.
var errMomentOver = fmt.Errorf("the snapshot has ended: %w", connectors.ErrTryLater)

// snapshot is the system as it is now, under a number of its own in the same process.
func (r *remote) snapshot(ctx context.Context) (connectors.Store, error) {
	c, number, err := r.session(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := c.rpc.Snapshot(ctx, &pb.SnapshotRequest{Store: number})
	if err != nil {
		return nil, c.broke(ctx, err, r.cleaner())
	}
	if answer.GetFault() != nil {
		return nil, wire.FaultError(answer.GetFault(), r.cleaner())
	}
	can := &pb.Capabilities{Count: answer.GetCapabilities().GetCount(), OpenBlob: answer.GetCapabilities().GetOpenBlob()}
	return newStore(&remote{plugin: r.plugin, config: r.config, secrets: r.secrets, child: c, number: answer.GetStore(), can: can, moment: true}), nil
}

// still is the process of a snapshot and its number there, as long as both are.
func (r *remote) still() (*child, uint64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, 0, fmt.Errorf("the snapshot: %w", errClosed)
	case r.child.dead():
		return nil, 0, errMomentOver
	}
	return r.child, r.number, nil
}
