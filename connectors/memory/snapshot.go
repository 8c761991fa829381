package memory

import (
	"context"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// moment is a state kept: no state is ever changed, so that it costs nothing.
type moment struct{ at *store }

// Snapshot gives the current state, which stays as it is; see [connectors.Snapshotter].
func (s *store) Snapshot(context.Context) (connectors.Store, error) {
	kept := &system{}
	kept.now.Store(s.now.Load())
	return moment{&store{kept, s.fold}}, nil
}

func (m moment) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return m.at.Locate(ctx, sel, out)
}

func (m moment) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	return m.at.Count(ctx, sels)
}

func (m moment) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	return m.at.OpenBlob(ctx, b)
}

func (moment) Close() error { return nil }
