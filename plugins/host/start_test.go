package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

// babble is a program that is no connector.
func babble() {
	fmt.Fprintln(os.Stderr, "it lacks a library")
	fmt.Println("hello, is this the connector?") // for which it is killed
	<-time.After(time.Hour)
}

func TestWhatDoesNotStartLeavesNothing(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	script := filepath.Join(t.TempDir(), "dossier-connector-text")
	if err := os.WriteFile(script, []byte("not a program"), 0o755); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		opts host.Options
		want string
	}{
		{"missing", t.Context(), host.Options{Binary: filepath.Join(tmp, "none")}, "no such file"},
		{"text", t.Context(), host.Options{Binary: script}, "exec format error"},
		{"other program", t.Context(), plugintest.Options("babble", host.Options{}), "it lacks a library"},
		{"mute, cancelled", short, plugintest.Options("mute", host.Options{}), "deadline"},
		{"mute, too slow", t.Context(), plugintest.Options("mute", host.Options{StartTimeout: 100 * time.Millisecond}), "deadline"},
		{"another binary", t.Context(), plugintest.Options("stub", host.Options{SHA256: strings.Repeat("0", 64)}), "dossier connector lock"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := host.Start(c.ctx, c.opts)
			if err == nil {
				p.Close()
				t.Fatal("started")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q in it", err, c.want)
			}
			if left, _ := os.ReadDir(tmp); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// install puts this test's binary where a pool looks for the connector called name.
func install(t *testing.T, dir, name string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "dossier-connector-"+name)
	if err := os.Link(exe, path); err != nil {
		data, err := os.ReadFile(exe)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func newPool(t *testing.T, role, dir string, lock host.Lock) *host.Pool {
	t.Helper()
	opts := plugintest.Options(role, host.Options{})
	opts.Binary = ""
	p := host.NewPool(host.PoolOptions{Folders: []string{dir}, Lock: lock, Options: opts})
	t.Cleanup(func() { p.Close() })
	return p
}

func TestPoolKeepsOneProcess(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "stub")
	pool := newPool(t, "stub", dir, nil)
	if len(pool.Warnings()) != 1 {
		t.Error("no warning that nothing is pinned")
	}
	pids := make(chan int, 4)
	for range 4 {
		go func() {
			p, err := pool.Connector(t.Context(), "stub")
			if err != nil {
				t.Error(err)
				pids <- 0
				return
			}
			pids <- p.PID()
		}()
	}
	first := <-pids
	for range 3 {
		if pid := <-pids; pid != first || pid == 0 {
			t.Errorf("processes %d and %d", first, pid)
		}
	}
	p, err := pool.Connector(t.Context(), "stub")
	if err != nil {
		t.Fatal(err)
	}
	gone := p.Gone()
	pool.Close()
	<-gone
	if _, err := pool.Connector(t.Context(), "stub"); err == nil {
		t.Error("a closed pool starts connectors")
	}
}

func TestPoolRefuses(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "stub")
	install(t, dir, "other")
	sum, err := host.Checksum(filepath.Join(dir, "dossier-connector-stub"))
	if err != nil {
		t.Fatal(err)
	}
	pool := newPool(t, "stub", dir, host.Lock{"stub": sum, "other": sum})
	if len(pool.Warnings()) != 0 {
		t.Error("a warning though all is pinned")
	}
	if _, err := pool.Connector(t.Context(), "stub"); err != nil {
		t.Error(err)
	}
	if _, err := pool.Connector(t.Context(), "other"); err == nil || !strings.Contains(err.Error(), `called "stub"`) {
		t.Errorf("under another name: %v", err)
	}
	if _, err := pool.Connector(t.Context(), "postgres"); err == nil || !strings.Contains(err.Error(), "installed: other, stub") {
		t.Errorf("unknown: %v", err)
	}
	if _, err := newPool(t, "stub", dir, host.Lock{}).Connector(t.Context(), "stub"); err == nil || !strings.Contains(err.Error(), "connector lock") {
		t.Errorf("not in the lock: %v", err)
	}
	bad := host.Lock{"stub": strings.Repeat("ab", 32)}
	if _, err := newPool(t, "stub", dir, bad).Connector(t.Context(), "stub"); !errors.Is(err, host.ErrChecksum) {
		t.Errorf("another checksum: %v", err)
	}
}

// Between two lives of a process the file must stay the same.
func TestReplacedBinaryIsNotStarted(t *testing.T) {
	dir := t.TempDir()
	path := install(t, dir, "stub")
	opts := plugintest.Options("stub", host.Options{})
	opts.Binary = path
	p, err := host.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s := open(t, p, nil)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, "die"); !errors.Is(err, host.ErrDied) {
		t.Fatal(err)
	}
	if _, err := read(t, s, "row"); !errors.Is(err, host.ErrChecksum) || errors.Is(err, connectors.ErrTryLater) {
		t.Fatalf("restarted from another file: %v", err)
	}
}
