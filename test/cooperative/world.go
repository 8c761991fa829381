// Package cooperative gives tests a laid-out sample of their own: where its stores and its map lie, requests about
// the named persons, and snapshots that tell which rows and files a step has touched.
package cooperative

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// Small is a number of members that is laid out in a blink: the named persons and some dozens around them.
const Small = 150

// World is one sample in a folder of the test's own.
type World struct {
	*sample.Sample
	MapDir   string            // the map: manifests/cooperative, of [Lay] without its paper
	Requests map[string]string // request files by name, see [sample.Sample.WriteRequests]
}

// Lay lays a sample out; no members said means [Small]. Its map leaves the paper out, for what is on paper waits for people.
func Lay(t testing.TB, opt sample.Options) *World {
	t.Helper()
	w := LayWithPaper(t, opt)
	w.MapDir = withoutPaper(t)
	return w
}

// withoutPaper is a copy of the map without the shelf.
func withoutPaper(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(MapDir(t))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"shelf.yaml", "sample"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// LayWithPaper is [Lay] with the whole map.
func LayWithPaper(t testing.TB, opt sample.Options) *World {
	t.Helper()
	if opt.Members == 0 {
		opt.Members = Small
	}
	dir := t.TempDir()
	s, err := sample.Lay(context.Background(), filepath.Join(dir, "stores"), opt)
	if err != nil {
		t.Fatal(err)
	}
	requests, err := s.WriteRequests(filepath.Join(dir, "requests"))
	if err != nil {
		t.Fatal(err)
	}
	return &World{Sample: s, MapDir: MapDir(t), Requests: requests}
}

// Setenv sets what the map's ${…} stand for, for the time of the test; not for parallel tests.
func (w *World) Setenv(t testing.TB) {
	t.Helper()
	for name, v := range w.Env() {
		t.Setenv(name, v)
	}
}

// MapDir is the folder of the cooperative's map in this checkout.
func MapDir(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("where this file lies is not known")
	}
	return filepath.Join(filepath.Dir(file), "..", "..", "manifests", "cooperative")
}

// Register opens the register for the time of the test, as another application would.
func (w *World) Register(t testing.TB) *sql.DB { t.Helper(); return open(t, w.RegisterFile) }

// Ledger opens the ledger for the time of the test.
func (w *World) Ledger(t testing.TB) *sql.DB { t.Helper(); return open(t, w.LedgerFile) }

func open(t testing.TB, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Count is the number a query gives.
func Count(t testing.TB, db *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
