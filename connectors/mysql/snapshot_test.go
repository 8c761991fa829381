package mysql

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestASnapshotSeesOneMoment: whatever is written after it was made, rows, counts and blobs are those of then, and no writer waits for it.
func TestASnapshotSeesOneMoment(t *testing.T) {
	h := newHouse(t, "CREATE TABLE scans (id int PRIMARY KEY, no varchar(20), scan longblob); INSERT INTO scans VALUES (1, 'C-1', repeat('a', 3000000)), (2, 'C-1', repeat('b', 2000000)); SET innodb_lock_wait_timeout = 1")
	sel := by(coll("scans", "id"), "no", "C-1")
	sel.Fields = []string{"id", "scan"}
	snapshot, err := h.Store.(connectors.Snapshotter).Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.Run("UPDATE scans SET scan = repeat('c', 3000000) WHERE id = 1; DELETE FROM scans WHERE id = 2; INSERT INTO scans VALUES (3, 'C-1', 'new')")
	for range 2 { // each call sees the same
		var ids []any
		var blobs []connectors.Blob
		err := connectors.Each(t.Context(), snapshot, sel, func(_ int, v []any) error {
			ids, blobs = append(ids, v[0]), append(blobs, v[1].(connectors.Blob))
			return nil
		})
		if err != nil || !slices.Equal(ids, []any{int64(1), int64(2)}) {
			t.Fatalf("%v, %v", ids, err)
		}
		for i, want := range []string{strings.Repeat("a", 3_000_000), strings.Repeat("b", 2_000_000)} {
			r, err := snapshot.(connectors.BlobOpener).OpenBlob(t.Context(), blobs[i])
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err := errors.Join(err, r.Close()); err != nil || string(got) != want || blobs[i].Size != int64(len(want)) {
				t.Errorf("blob %d: %d bytes, %v", i, len(got), err)
			}
			// By the store itself it is the blob of now, or none.
			if _, err := h.Store.(connectors.BlobOpener).OpenBlob(t.Context(), blobs[i]); !errors.Is(err, connectors.ErrTryLater) || !strings.Contains(err.Error(), "has changed") {
				t.Errorf("blob %d as it is now: %v", i, err)
			}
		}
		counts, err := snapshot.(connectors.Counter).Count(t.Context(), []connectors.Selection{sel})
		if err != nil || counts[0].Total != 2 {
			t.Errorf("%+v, %v", counts, err)
		}
	}
	if _, changes := connectors.As[connectors.Writer](snapshot); changes {
		t.Error("a snapshot changes rows")
	}
	if err := errors.Join(snapshot.Close(), snapshot.Close()); err != nil {
		t.Error(err)
	}
	if counts, err := h.Store.(connectors.Counter).Count(t.Context(), []connectors.Selection{sel}); err != nil || counts[0].Total != 2 {
		t.Errorf("%+v, %v", counts, err)
	}
}
