package keys_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
)

// A request is forgotten: its data key and its plain content stand in no byte of ring, state and log, and a backup of the state from before
// opens no more, for the month's key that wrapped its key is gone.
func TestForgetting(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	statePath, ringPath := filepath.Join(dir, "state", "state.db"), filepath.Join(dir, "keys", "ring.json")
	db, err := state.Create(ctx, statePath)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ring, err := keys.Create(ringPath, statePath)
	if err != nil {
		t.Fatal(err)
	}
	month := keys.MonthOf(now)
	plain := []byte("44051401359 Anna Nowak, the content of a request")
	body := keys.Part{Owner: "r1", Name: "body"}
	key, wrapped, err := ring.NewDataKey(month)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := key.Seal(body, plain)
	if err != nil {
		t.Fatal(err)
	}
	write := func(f func(*state.Tx) error) {
		t.Helper()
		if err := db.Write(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx *state.Tx) error {
		r, err := tx.InsertRequest(state.Request{ID: "r1", Right: "access", State: "done", ReceivedAt: now, Body: sealed, DEK: wrapped, Month: string(month)}, now)
		if err != nil {
			return err
		}
		r.ClosedAt, r.KeepUntil = now, "2026-11-30"
		return tx.SaveRequest(r, now)
	})

	// The backup: the file and its log as they are now.
	backup := filepath.Join(dir, "backup")
	if err := os.CopyFS(backup, os.DirFS(filepath.Dir(statePath))); err != nil {
		t.Fatal(err)
	}
	open := func(db *state.DB) error {
		return db.Read(ctx, func(tx *state.Tx) error {
			r, err := tx.Request("r1")
			if err != nil {
				return err
			}
			k, err := ring.Unwrap(r.DEK)
			if err != nil {
				return err
			}
			defer k.Wipe()
			got, err := k.Open(body, r.Body)
			if err == nil && !bytes.Equal(got, plain) {
				t.Error("another content")
			}
			return err
		})
	}
	old, err := state.Open(ctx, filepath.Join(backup, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close() }()
	for name, db := range map[string]*state.DB{"state": db, "backup": old} {
		if err := open(db); err != nil {
			t.Fatalf("before: %s: %v", name, err)
		}
	}

	if err := db.Shred(ctx, "r1", now); err != nil {
		t.Fatal(err)
	}
	write(func(tx *state.Tx) error {
		if n, err := tx.MonthInUse(string(month)); n != 0 || err != nil {
			t.Fatal(n, err)
		}
		return ring.Destroy(keys.Requests, month, now)
	})
	if err := open(old); !errors.Is(err, keys.ErrDestroyed) {
		t.Errorf("the backup opens: %v", err)
	}
	raw := keys.RawKey(key)
	key.Wipe()
	searched := 0
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		searched++
		for what, gone := range map[string][]byte{"the data key": raw, "its text": []byte(base64.StdEncoding.EncodeToString(raw)), "the content": plain} {
			if bytes.Contains(b, gone) {
				t.Errorf("%s stands in %s", what, path)
			}
		}
		if filepath.Dir(path) == filepath.Dir(statePath) && (bytes.Contains(b, wrapped) || bytes.Contains(b, sealed)) {
			t.Errorf("what was sealed stands in %s", path)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if searched < 5 {
		t.Errorf("only %d files were searched", searched)
	}
}
