package engine_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// archived is a world in which an access was carried out, with the archive's key as a backup of the state holds it.
func archived(t *testing.T) (w *world.World, id string, key []byte) {
	t.Helper()
	w = world.Open(t, sample.Options{}, nil)
	id = w.Start(t, "access")
	if err := w.Engine.Drain(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.Release(t, id)
	return w, id, partOf(t, w, id)
}

func partOf(t *testing.T, w *world.World, id string) (key []byte) {
	t.Helper()
	err := w.Engine.DB.Read(t.Context(), func(tx *state.Tx) (err error) { key, err = tx.Part(id, "archive-key"); return err })
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		t.Fatal(err)
	}
	return key
}

func ended(t *testing.T, w *world.World, id, how string) {
	t.Helper()
	var out bytes.Buffer
	if _, err := w.Engine.Archive(t.Context(), id, &out, false); !errors.Is(err, engine.ErrArchiveEnded) || out.Len() > 0 {
		t.Errorf("%d bytes of an archive that was %s came out (%v)", out.Len(), how, err)
	}
	if key := partOf(t, w, id); key != nil {
		t.Error("its key is still in the state")
	}
	if _, err := os.Stat(filepath.Join(w.Engine.Archives, id+".zip.age")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its file is still there: %v", err)
	}
	if a := w.Standing(t, id).Archive; a == nil || a.Ended != how || a.EndedAt.IsZero() {
		t.Errorf("the register does not say that it was %s: %+v", how, a)
	}
}

// TestArchiveIsRevoked: handing it out is recorded each time; revoked, it opens no more, and revoking again is the same.
func TestArchiveIsRevoked(t *testing.T) {
	w, id, _ := archived(t)
	for range 2 {
		var out bytes.Buffer
		if n, err := w.Engine.Archive(t.Context(), id, &out, false); err != nil || n == 0 {
			t.Fatalf("%d bytes (%v)", n, err)
		}
	}
	if a := w.Standing(t, id).Archive; len(a.Handed) != 2 || a.Handed[0].By != "anna" || !a.Handed[0].At.Equal(w.Clock.Now()) || a.Until != "2026-11-20" {
		t.Errorf("handing out was not recorded: %+v", a)
	}
	for range 2 {
		if _, err := w.Engine.RevokeArchive(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	ended(t, w, id, "revoked")
	if _, err := w.Engine.RevokeArchive(t.Context(), w.Register(t, "erasure")); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("there is no archive of an erasure: %v", err)
	}
}

// TestArchiveExpires: on its last day it opens, on the next it does not, whether or not anybody swept; and once the month is over what
// a backup of the state holds of its key opens with no ring there is.
func TestArchiveExpires(t *testing.T) {
	w, id, backup := archived(t)
	ctx := context.Background()
	w.Clock.Add(14*24*time.Hour + 12*time.Hour) // 20 November, 23:20
	if n, err := w.Engine.ExpireArchives(ctx); n != 0 || err != nil {
		t.Fatalf("%d expired on the last day (%v)", n, err)
	}
	if _, err := w.Engine.Archive(ctx, id, &bytes.Buffer{}, false); err != nil {
		t.Fatalf("on the last day: %v", err)
	}
	w.Clock.Add(time.Hour)
	if n, err := w.Engine.ExpireArchives(ctx); n != 1 || err != nil {
		t.Fatalf("%d expired the day after (%v)", n, err)
	}
	ended(t, w, id, "expired")
	if n, err := w.Engine.ExpireArchives(ctx); n != 0 || err != nil {
		t.Errorf("expired twice: %d (%v)", n, err)
	}
	months := func() []keys.Month {
		list, err := w.Engine.Ring.MonthsOf(keys.Archives)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if len(backup) == 0 || len(months()) != 1 {
		t.Fatalf("nothing to destroy is tested: %d bytes, months %v", len(backup), months())
	}
	w.Clock.Add(10 * 24 * time.Hour) // 1 December
	if _, err := w.Engine.Forget(ctx); err != nil {
		t.Fatal(err)
	}
	if len(months()) != 0 {
		t.Errorf("keys of %v are left", months())
	}
}

// TestArchiveExpiresUnswept: who asks for it after its time is refused though nobody swept, and it ends there and then.
func TestArchiveExpiresUnswept(t *testing.T) {
	w, id, _ := archived(t)
	w.Clock.Add(15 * 24 * time.Hour)
	ended(t, w, id, "expired")
}
