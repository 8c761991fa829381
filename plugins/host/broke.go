package host

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
)

// broke says what an error of the transport means. What the connector has to say itself comes as a
// Fault and never through here.
func (c *child) broke(ctx context.Context, err error, clean func(string) string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, io.EOF) {
		return wire.ErrNoDone
	}
	switch status.Code(err) {
	case codes.Unavailable:
		c.kill() // a broken connection is never mended: what is left of the process goes too
		return ErrDied
	case codes.Canceled:
		return fmt.Errorf("the call was broken off: %w", connectors.ErrTryLater)
	case codes.ResourceExhausted:
		return fmt.Errorf("a message of more than %d MiB\nhint: the connector should offer large values as blobs", wire.MaxMessage>>20)
	case codes.Unimplemented:
		return fmt.Errorf("the connector does not know this call: %w", connectors.ErrNotSupported)
	}
	text := status.Convert(err).Message()
	if clean != nil {
		text = clean(text)
	}
	return fmt.Errorf("the connector broke the protocol: %s: %s", status.Code(err), text)
}
