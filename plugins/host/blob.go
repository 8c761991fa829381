package host

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// openBlob waits until the connector has the blob open, so that an error to open is one of this call.
func (r *remote) openBlob(ctx context.Context, blob connectors.Blob) (io.ReadCloser, error) {
	c, number, err := r.session(ctx)
	if err != nil {
		return nil, err
	}
	clean := r.cleaner(func(add func(any)) { add(blob) })
	whole, cancel := context.WithCancel(ctx)
	stream, err := c.rpc.OpenBlob(whole, &pb.OpenBlobRequest{Store: number, Blob: wire.BlobToProto(blob)})
	if err != nil {
		cancel()
		return nil, c.broke(ctx, err, clean)
	}
	b := &body{ctx: ctx, cancel: cancel, r: r, child: c, stream: stream, clean: clean}
	if err := b.next(); err != nil && !errors.Is(err, io.EOF) {
		cancel()
		return nil, err
	}
	return b, nil
}

// body reads the chunks of a blob. Not safe for concurrent use, as readers are not.
type body struct {
	ctx    context.Context
	cancel context.CancelFunc
	r      *remote
	child  *child
	stream grpc.ServerStreamingClient[pb.OpenBlobResponse]
	clean  func(string) string
	rest   []byte
	err    error // what Read ends with
}

func (b *body) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		_ = b.next()
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *body) next() error {
	m, err := b.stream.Recv()
	switch {
	case err != nil:
		b.err = b.r.fail(b.child.broke(b.ctx, err, b.clean))
	case m.GetDone() == nil:
		b.rest = m.GetData()
	case m.GetDone().GetFault() != nil:
		b.err = b.r.fail(wire.FaultError(m.GetDone().GetFault(), b.clean))
	default:
		b.err = io.EOF
	}
	return b.err
}

// Close lets the connector close the blob, read to its end or not.
func (b *body) Close() error {
	b.cancel()
	return nil
}
