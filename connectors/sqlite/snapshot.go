package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/dossier-dsr/dossier/connectors"
)

// Unwrap leads to the snapshots of a file with a write-ahead log. With a rollback journal there are none: there a reader
// keeps every writer waiting, and the application would stand still for as long as a copy takes.
func (s *store) Unwrap() any {
	if !s.logged {
		return nil
	}
	return snapshots{s}
}

// snapshots is the capability; see [connectors.Snapshotter].
type snapshots struct{ s *store }

// moment is one snapshot: two transactions that see the same, one for rows, one for the blobs opened while rows are read.
type moment struct {
	s           *store
	rows, blobs *sql.Conn
	over        atomic.Bool // a call was broken off, and with it perhaps the transaction
}

// looks is how often two transactions are begun until nobody wrote between them.
const looks = 50

// Snapshot begins two transactions of one moment. Which moment a transaction sees can only be read and not chosen: where
// somebody wrote between the two, they are begun again.
func (c snapshots) Snapshot(ctx context.Context) (connectors.Store, error) {
	m := &moment{s: c.s}
	var err error
	if m.rows, err = c.s.still.Conn(ctx); err != nil {
		return nil, failure(ctx, "opening the database file", err)
	}
	if m.blobs, err = c.s.still.Conn(ctx); err != nil {
		return nil, errors.Join(failure(ctx, "opening the database file", err), m.rows.Close())
	}
	for range looks {
		same, err := m.begin(ctx)
		switch {
		case err != nil:
			return nil, errors.Join(failure(ctx, "beginning a snapshot", err), m.Close())
		case same:
			return m, nil
		}
		if !rollback(m.rows) || !rollback(m.blobs) {
			break
		}
	}
	return nil, errors.Join(fmt.Errorf("beginning a snapshot: %w: other processes write without a pause", connectors.ErrTryLater), m.Close())
}

// begin begins both transactions and says whether they see the same: the connection for blobs looks at the file before the
// other begins and again after, and finds that nobody has changed it.
func (m *moment) begin(ctx context.Context) (bool, error) {
	var before, after, schema int64
	if err := m.blobs.QueryRowContext(ctx, "PRAGMA data_version").Scan(&before); err != nil {
		return false, err
	}
	if _, err := m.rows.ExecContext(ctx, "BEGIN"); err != nil {
		return false, err
	}
	if err := m.rows.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&schema); err != nil {
		return false, err
	}
	if _, err := m.blobs.ExecContext(ctx, "BEGIN"); err != nil {
		return false, err
	}
	if err := m.blobs.QueryRowContext(ctx, "PRAGMA data_version").Scan(&after); err != nil {
		return false, err
	}
	return before == after, nil
}

// logged says whether the file has a write-ahead log; ask inside a transaction.
func logged(ctx context.Context, conn *sql.Conn) (bool, error) {
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return false, failure(ctx, "reading", err)
	}
	return mode == "wal", nil
}

// call runs one call of the snapshot.
func (m *moment) call(ctx context.Context, f func() error) error {
	if m.over.Load() {
		return fmt.Errorf("the snapshot has ended with a call that was broken off: %w", connectors.ErrTryLater)
	}
	err := f()
	if err != nil && ctx.Err() != nil {
		m.over.Store(true)
	}
	return err
}

func (m *moment) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return m.call(ctx, func() error {
		v, err := m.s.catalog.view(ctx, m.rows)
		if err != nil {
			return err
		}
		return v.locate(ctx, sel, out)
	})
}

func (m *moment) Count(ctx context.Context, sels []connectors.Selection) (out []connectors.Tally, err error) {
	err = m.call(ctx, func() error {
		v, err := m.s.catalog.view(ctx, m.rows)
		if err == nil {
			out, err = v.counts(ctx, sels)
		}
		return err
	})
	return out, err
}

func (m *moment) OpenBlob(ctx context.Context, b connectors.Blob) (r io.ReadCloser, err error) {
	err = m.call(ctx, func() error {
		r, err = openBlob(ctx, m.blobs, b, func() error {
			if ctx.Err() != nil {
				m.over.Store(true)
			}
			return nil
		})
		return err
	})
	return r, err
}

// Close ends both transactions.
func (m *moment) Close() error {
	rollback(m.rows)
	rollback(m.blobs)
	return errors.Join(m.rows.Close(), m.blobs.Close())
}
