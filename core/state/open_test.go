package state

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
)

func fresh(t *testing.T) *DB {
	t.Helper()
	db, err := Create(ctx, filepath.Join(t.TempDir(), "a b?c#d%20", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func write(t *testing.T, db *DB, f func(tx *Tx) error) {
	t.Helper()
	if err := db.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, db *DB, f func(tx *Tx) error) {
	t.Helper()
	if err := db.Read(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func TestCreateAndOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "state.db")
	if _, err := Open(ctx, path); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "dossier init") {
		t.Fatalf("open what is not there: %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Fatal("opening made something")
	}
	db, err := Create(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "busy_timeout": "10000"} {
		var got string
		if err := db.writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	write(t, db, func(tx *Tx) error { return tx.PutSetting("a", "b") })
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(ctx, path); !errors.Is(err, ErrExists) {
		t.Fatalf("create over a state: %v", err)
	}
	if db, err = Open(ctx, path); err != nil {
		t.Fatal(err)
	}
	read(t, db, func(tx *Tx) error {
		if v, err := tx.Setting("a"); v != "b" || err != nil {
			t.Errorf("setting %q, %v", v, err)
		}
		return nil
	})
	if _, err := db.writer.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "999") {
		t.Fatalf("open a newer state: %v", err)
	}
}

func TestOpenForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path); err == nil {
		t.Fatal("a text was opened as a state")
	}
	// Another program's database, and an empty file, stay as they are.
	foreign := filepath.Join(t.TempDir(), "app.db")
	empty := filepath.Join(t.TempDir(), "empty.db")
	for _, p := range []string{foreign, empty} {
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	app, err := connect(foreign, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Exec(`CREATE TABLE members (id INTEGER)`); err != nil {
		t.Fatal(err)
	}
	if err := app.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{foreign, empty} {
		before, _ := os.ReadFile(p)
		if _, err := Open(ctx, p); err == nil || !strings.Contains(err.Error(), "no state of dossier") {
			t.Errorf("%s: %v", p, err)
		}
		if after, _ := os.ReadFile(p); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", p)
		}
	}
	if _, err := Open(ctx, "postgres://localhost/x"); err == nil || !strings.Contains(err.Error(), "SQLite") {
		t.Fatalf("a server's URL: %v", err)
	}
	if _, err := Open(ctx, t.TempDir()); err == nil {
		t.Fatal("a folder was opened as a state")
	}
}

func TestReadersDoNotWrite(t *testing.T) {
	db := fresh(t)
	if err := db.Read(ctx, func(tx *Tx) error { return tx.PutSetting("a", "b") }); err == nil {
		t.Fatal("a read transaction wrote")
	}
	// A reader keeps its snapshot while a writer goes on.
	read(t, db, func(r *Tx) error {
		if v, err := r.Setting("a"); v != "" || err != nil {
			t.Errorf("setting %q, %v", v, err)
		}
		write(t, db, func(tx *Tx) error { return tx.PutSetting("a", "b") })
		if v, err := r.Setting("a"); v != "" || err != nil {
			t.Errorf("the snapshot moved: %q, %v", v, err)
		}
		return nil
	})
}

func TestWriteIsAllOrNothing(t *testing.T) {
	db := fresh(t)
	stop := errors.New("stop")
	if err := db.Write(ctx, func(tx *Tx) error {
		if err := tx.PutSetting("a", "b"); err != nil {
			return err
		}
		return stop
	}); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.Write(ctx, func(tx *Tx) error {
			_ = tx.PutSetting("a", "c")
			panic("in the middle")
		})
	}()
	write(t, db, func(tx *Tx) error {
		if v, err := tx.Setting("a"); v != "" || err != nil {
			t.Errorf("half a transaction stayed: %q, %v", v, err)
		}
		return nil
	})
}
