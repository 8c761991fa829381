package host

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// remote is one system open in a process; it is opened again in the process that follows a dead one.
type remote struct {
	plugin  *Plugin
	config  connectors.Config
	secrets func(add func(any))

	mu     sync.Mutex
	child  *child // the process number is of
	number uint64
	can    *pb.Capabilities
	closed bool
	moment bool // a snapshot: it ends with its process
}

// session is the process to ask and the number the system has there.
func (r *remote) session(ctx context.Context) (*child, uint64, error) {
	if r.moment {
		return r.still()
	}
	c, err := r.plugin.alive(ctx)
	if err != nil {
		return nil, 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, 0, fmt.Errorf("%s: the store: %w", r.plugin.name, errClosed)
	}
	if r.child == c {
		return c, r.number, nil
	}
	c.process.words.told()
	answer, err := c.rpc.Open(ctx, &pb.OpenRequest{Config: wire.ConfigToProto(r.config)})
	clean := r.cleaner()
	if err != nil {
		return nil, 0, r.fail(c.broke(ctx, err, clean))
	}
	if answer.GetFault() != nil {
		return nil, 0, r.fail(wire.FaultError(answer.GetFault(), clean))
	}
	r.child, r.number, r.can = c, answer.GetStore(), answer.GetCapabilities()
	return c, r.number, nil
}

// cleaner is for the words that come back from one call.
func (r *remote) cleaner(sent ...func(add func(any))) func(string) string {
	return cleanerOf(append(sent, r.secrets)...)
}

// fail says whose error it is; nil stays nil.
func (r *remote) fail(err error) error {
	if err == nil {
		return nil
	}
	if r.moment && errors.Is(err, wire.ErrUnknownStore) {
		err = errMomentOver
	}
	return fmt.Errorf("%s: %w", r.plugin.name, err)
}

// close closes the system; where its process has died it is closed already.
func (r *remote) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	r.plugin.forget(r)
	if r.child == nil || r.child.dead() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.plugin.opts.StartTimeout)
	defer cancel()
	answer, err := r.child.rpc.Close(ctx, &pb.CloseRequest{Store: r.number})
	if err != nil {
		return nil // the process is gone, and the system with it
	}
	return r.fail(wire.FaultError(answer.GetFault(), r.cleaner()))
}
