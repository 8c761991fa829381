package mysql

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/dossier-dsr/dossier/connectors"
)

// still is one snapshot: two transactions that were begun one after the other, one for rows, one for the blobs that are opened while rows are
// located. Two transactions here cannot be made to see the same moment: so each blob carries a print of its bytes, and one that was changed in
// between is refused.
type still struct {
	s     *store
	rows  *line
	blobs *line
	ended sync.Once
	over  atomic.Bool // a call was broken off, and with it the transaction
}

// Snapshot begins transactions that see one moment until they are closed. They keep no writer waiting; what is deleted meanwhile, the server
// cannot purge before they end.
func (s *store) Snapshot(ctx context.Context) (connectors.Store, error) {
	m := &still{s: s}
	var err error
	for _, l := range []**line{&m.rows, &m.blobs} {
		if *l, err = take(ctx, s.still); err == nil {
			err = (*l).run(ctx, snapshot...)
		}
		if err != nil {
			return nil, errors.Join(err, ignore(m.Close()))
		}
	}
	return m, nil
}

// ignore drops the error of closing what has failed already.
func ignore(error) error { return nil }

// call runs one call of the snapshot.
func (m *still) call(ctx context.Context, f func(*view) error) error {
	if m.over.Load() {
		return fmt.Errorf("the snapshot has ended with a call that was broken off: %w", connectors.ErrTryLater)
	}
	err := f(m.s.view(ctx, m.rows))
	if err != nil && (ctx.Err() != nil || m.rows.broken()) {
		m.over.Store(true)
		if ctx.Err() != nil {
			m.rows.kill(ctx, m.s.pool)
		}
	}
	return err
}

func (m *still) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return m.call(ctx, func(v *view) error { return v.locate(ctx, sel, out) })
}

func (m *still) Count(ctx context.Context, sels []connectors.Selection) (out []connectors.Tally, err error) {
	err = m.call(ctx, func(v *view) error {
		out, err = v.counts(ctx, sels)
		return err
	})
	return out, err
}

// OpenBlob reads on the second connection, so that a blob can be read while rows are located.
func (m *still) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	if m.over.Load() {
		return nil, fmt.Errorf("the snapshot has ended with a call that was broken off: %w", connectors.ErrTryLater)
	}
	return openBlob(ctx, m.blobs, b, func() error { return nil })
}

// Close ends the transactions. Twice is no error.
func (m *still) Close() error {
	var all []error
	m.ended.Do(func() {
		m.over.Store(true)
		for _, l := range []*line{m.rows, m.blobs} {
			if l == nil {
				continue
			}
			if !l.broken() {
				all = append(all, l.end(context.Background(), "ROLLBACK"))
			}
			l.conn.Close()
		}
	})
	return errors.Join(all...)
}

var _ connectors.Snapshotter = (*store)(nil)
