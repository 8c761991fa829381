package cooperative

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// The worlds that tests only read are laid out once, in a folder that goes when all are done.
var (
	sharedDir    string
	sharedMu     sync.Mutex
	sharedWorlds = map[int]*World{}
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "cooperative")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sharedDir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// shared is a world of so many members that nobody changes.
func shared(t *testing.T, members int) *World {
	t.Helper()
	sharedMu.Lock()
	defer sharedMu.Unlock()
	if w := sharedWorlds[members]; w != nil {
		return w
	}
	dir := filepath.Join(sharedDir, fmt.Sprint(members))
	s, err := sample.Lay(context.Background(), filepath.Join(dir, "stores"), sample.Options{Members: members})
	if err != nil {
		t.Fatal(err)
	}
	requests, err := s.WriteRequests(filepath.Join(dir, "requests"))
	if err != nil {
		t.Fatal(err)
	}
	w := &World{Sample: s, MapDir: MapDir(t), Requests: requests}
	sharedWorlds[members] = w
	return w
}
