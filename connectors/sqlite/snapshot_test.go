package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// held takes a snapshot.
func held(t *testing.T, s *store) connectors.Store {
	t.Helper()
	from, ok := connectors.As[connectors.Snapshotter](s)
	if !ok {
		t.Fatal("no snapshots")
	}
	m, err := from.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSnapshotsNeedALog: with a rollback journal there are none.
func TestSnapshotsNeedALog(t *testing.T) {
	path, db := newFile(t, house)
	if _, ok := connectors.As[connectors.Snapshotter](opened(t, path)); ok {
		t.Error("a file with a rollback journal has snapshots")
	}
	run(t, db, "PRAGMA journal_mode = WAL")
	if err := held(t, opened(t, path)).Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSnapshotKeepsLargeBlobs: blobs are opened while rows are read, after the application changed both, and changed the blob's
// bytes without changing its length.
func TestSnapshotKeepsLargeBlobs(t *testing.T) {
	path, db := newFile(t, "PRAGMA journal_mode = WAL; CREATE TABLE scans (id INTEGER PRIMARY KEY, page BLOB, note TEXT)")
	for id := range 3 {
		run(t, db, fmt.Sprintf("INSERT INTO scans VALUES (%d, CAST('%s' AS BLOB), 'old')", id, strings.Repeat(fmt.Sprint(id), 200_000)))
	}
	m := held(t, opened(t, path))
	defer m.Close()
	run(t, db, "UPDATE scans SET page = CAST(replace(CAST(page AS TEXT), '1', 'x') AS BLOB), note = 'new'; DELETE FROM scans WHERE id = 2")
	sel := by(coll("scans", "id"), "id", one(0, int64(0)), one(0, int64(1)), one(0, int64(2)))
	sel.Fields = []string{"id", "page", "note"}
	open, _ := connectors.As[connectors.BlobOpener](m)
	rows := 0
	err := connectors.Each(t.Context(), m, sel, func(_ int, values []any) error {
		rows++
		r, err := open.OpenBlob(t.Context(), values[1].(connectors.Blob))
		if err != nil {
			return err
		}
		text, err := io.ReadAll(r)
		if want := strings.Repeat(fmt.Sprint(values[0]), 200_000); string(text) != want || values[2] != "old" {
			t.Errorf("row %v: another blob, or note %v", values[0], values[2])
		}
		return errors.Join(err, r.Close())
	})
	if err != nil || rows != 3 {
		t.Errorf("%d rows: %v", rows, err)
	}
}

// TestSnapshotIsOneMomentForRowsAndBlobs: while an application writes, both transactions of a snapshot see the same.
func TestSnapshotIsOneMomentForRowsAndBlobs(t *testing.T) {
	path, db := newFile(t, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE n (id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO n VALUES (1, 0)")
	s := opened(t, path)
	ctx, stop := context.WithCancel(t.Context())
	wrote := make(chan error, 1)
	go func() {
		for ctx.Err() == nil {
			if _, err := db.Exec("UPDATE n SET v = v + 1"); err != nil {
				wrote <- err
				return
			}
		}
		wrote <- nil
	}()
	from, _ := connectors.As[connectors.Snapshotter](s)
	for held := 0; held < 20; {
		got, err := from.Snapshot(t.Context())
		if errors.Is(err, connectors.ErrTryLater) {
			continue // nobody could hold it still; the next one may
		}
		if err != nil {
			t.Fatal(err)
		}
		held++
		m := got.(*moment)
		var rows, blobs int
		if err := m.rows.QueryRowContext(t.Context(), "SELECT v FROM n").Scan(&rows); err != nil {
			t.Fatal(err)
		}
		if err := m.blobs.QueryRowContext(t.Context(), "SELECT v FROM n").Scan(&blobs); err != nil {
			t.Fatal(err)
		}
		if rows != blobs {
			t.Errorf("rows are of %d, blobs of %d", rows, blobs)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
}

// TestBrokenOffSnapshotIsOver: after a call that was broken off nothing is read any more, rather than of another moment.
func TestBrokenOffSnapshotIsOver(t *testing.T) {
	path, _ := newFile(t, house+"PRAGMA journal_mode = WAL;")
	m := held(t, opened(t, path))
	ctx, cancel := context.WithCancel(t.Context())
	sel := by(members, "id", one(0, int64(1)), one(0, int64(2)))
	err := connectors.Each(ctx, m, sel, func(int, []any) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := connectors.Each(ctx, m, sel, func(int, []any) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call: %v", err)
	}
	if _, err := located(m, sel); !errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("the call after it: %v", err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}
