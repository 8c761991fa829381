package host

import (
	"context"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// store is what callers hold. Its optional capabilities are a chain that connectors.As walks: each link
// is one interface, and there are only links for what the store behind the wire has.
type store struct {
	link
	r *remote
}

// link leads As on.
type link struct{ next any }

// Unwrap is the next capability, nil after the last.
func (l link) Unwrap() any { return l.next }

type (
	writer struct {
		link
		r *remote
	}
	prober struct {
		link
		r *remote
	}
	counter struct {
		link
		r *remote
	}
	inspector struct {
		link
		r *remote
	}
	blobOpener struct {
		link
		r *remote
	}
	fixture struct {
		link
		r *remote
	}
	installer struct {
		link
		r *remote
	}
	granter struct {
		link
		r *remote
	}
	snapshotter struct {
		link
		r *remote
	}
)

func newStore(r *remote) connectors.Store {
	var next any
	add := func(can bool, part func(link) any) {
		if can {
			next = part(link{next})
		}
	}
	can := r.can
	add(can.GetFixture(), func(l link) any { return fixture{l, r} })
	add(can.GetSnapshot(), func(l link) any { return snapshotter{l, r} })
	add(can.GetGrants(), func(l link) any { return granter{l, r} })
	add(can.GetInstall(), func(l link) any { return installer{l, r} })
	add(can.GetOpenBlob(), func(l link) any { return blobOpener{l, r} })
	add(can.GetInspect(), func(l link) any { return inspector{l, r} })
	add(can.GetProbe(), func(l link) any { return prober{l, r} })
	add(can.GetCount(), func(l link) any { return counter{l, r} })
	add(can.GetApply(), func(l link) any { return writer{l, r} })
	return &store{link{next}, r}
}

func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return s.r.fail(s.r.locate(ctx, sel, out))
}

func (s *store) Close() error { return s.r.close() }

func (w writer) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	outcomes, err := w.r.apply(ctx, do, opt)
	return outcomes, w.r.fail(err)
}

func (p prober) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	readable, writable, err = p.r.probe(ctx, sel)
	return readable, writable, p.r.fail(err)
}

func (c counter) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	tallies, err := c.r.count(ctx, sels)
	return tallies, c.r.fail(err)
}

func (i inspector) Inspect(ctx context.Context) (*connectors.Schema, error) {
	schema, err := i.r.inspect(ctx)
	return schema, i.r.fail(err)
}

func (b blobOpener) OpenBlob(ctx context.Context, blob connectors.Blob) (io.ReadCloser, error) {
	body, err := b.r.openBlob(ctx, blob)
	if err != nil {
		return nil, b.r.fail(err)
	}
	return body, nil
}

func (s snapshotter) Snapshot(ctx context.Context) (connectors.Store, error) {
	moment, err := s.r.snapshot(ctx)
	return moment, s.r.fail(err)
}

func (f fixture) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	return f.r.fail(f.r.load(ctx, rows))
}

func (f fixture) Dump(ctx context.Context) (map[string][]connectors.Row, error) {
	rows, err := f.r.dump(ctx)
	return rows, f.r.fail(err)
}
