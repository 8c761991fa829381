package postgres

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dossier-dsr/dossier/connectors"
)

// still is one snapshot: a transaction that reads, and the name under which the transactions of blobs see the same.
type still struct {
	s    *store
	conn *pgxpool.Conn
	line *line
	name string
	over atomic.Bool // a call was broken off, and with it perhaps the transaction
}

// Snapshot begins a transaction that sees one moment until it is closed. It keeps no writer waiting; what is deleted meanwhile, VACUUM
// cannot clear away before it ends.
func (s *store) Snapshot(ctx context.Context) (connectors.Store, error) {
	conn, err := s.still.Acquire(ctx)
	if err != nil {
		return nil, failure(ctx, "connecting", err)
	}
	m := &still{s: s, conn: conn, line: &line{pg: conn.Conn().PgConn()}}
	err = m.line.send(ctx, run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), run("SET LOCAL idle_in_transaction_session_timeout = 0"),
		ask{query{SQL: "SELECT pg_export_snapshot()"}, "beginning a snapshot", func(row [][]byte) error {
			m.name = string(row[0])
			return nil
		}, nil})
	if err != nil {
		conn.Release()
		return nil, err
	}
	return m, nil
}

// call runs one call of the snapshot.
func (m *still) call(ctx context.Context, f func(*view) error) error {
	if m.over.Load() {
		return fmt.Errorf("the snapshot has ended with a call that was broken off: %w", connectors.ErrTryLater)
	}
	err := f(m.s.catalog.view(ctx, m.line))
	if err != nil && m.line.pg.TxStatus() != 'T' { // an error ends a transaction, and so does a broken connection
		m.over.Store(true)
	}
	return err
}

func (m *still) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	err := m.call(ctx, func(v *view) error { return v.locate(ctx, sel, out) })
	return m.s.lacking(ctx, err, func() []connectors.Use { return usesOf(sel) })
}

func (m *still) Count(ctx context.Context, sels []connectors.Selection) (out []connectors.Tally, err error) {
	err = m.call(ctx, func(v *view) error {
		out, err = v.counts(ctx, sels)
		return err
	})
	return out, m.s.lacking(ctx, err, func() []connectors.Use { return usesOf(sels...) })
}

// OpenBlob opens a blob on a connection of its own, so that it can be read while rows are located.
func (m *still) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	if m.over.Load() {
		return nil, fmt.Errorf("the snapshot has ended with a call that was broken off: %w", connectors.ErrTryLater)
	}
	return openBlob(ctx, m.s.still, b, m.name)
}

// Close ends the transaction. Twice is no error.
func (m *still) Close() error {
	if m.conn == nil {
		return nil
	}
	conn := m.conn
	m.conn = nil
	m.over.Store(true)
	defer conn.Release()
	if m.line.pg.IsClosed() {
		return nil
	}
	return m.line.send(context.Background(), run("ROLLBACK"))
}

var _ connectors.Snapshotter = (*store)(nil)
