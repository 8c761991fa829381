package restriction

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// TestStoppedInsidePrepared: a process stops in the middle of the handshake, another one finishes the restriction, it is lifted, and then
// the first goes on. What it was about to do is over: no restriction comes back.
func TestStoppedInsidePrepared(t *testing.T) {
	for _, point := range []string{"apply/asked/register", "apply/prepared/register"} {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			b := newBureau(t)
			before := b.dump(t)
			p := b.Plan(t, b.request(t, "R-1", "restriction", "A-1", map[string]any{"ground": "art18_1_c"}))
			pid, ended := b.stopAt(t, point, func(h *product.House) { h.Apply(t, p) })

			// Its connector hears nothing for ten seconds and takes everything back; its lease runs out.
			for patience := time.Now().Add(2 * time.Minute); ; {
				b.Later(2 * time.Minute)
				b.Must(t, "--json", "request", "resume", "R-1")
				if product.System(t, b.Standing(t, "R-1"), "register").State == "verified" {
					break
				}
				if time.Now().After(patience) {
					t.Fatalf("nobody else could finish it: %+v", *b.Standing(t, "R-1"))
				}
			}
			if got := b.text(t, "SELECT count(*) FROM people WHERE name LIKE 'Anna%'"); got != "0" {
				t.Fatal("not restricted")
			}
			b.Later(25 * time.Hour)
			b.Must(t, "--json", "request", "resume", "R-1")
			b.is(t, "R-1", "done")
			b.lifted(t, "L-1", "R-1", "A-1")
			if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			<-ended
			if after := b.dump(t); after != before {
				t.Errorf("a restriction came back\n%s\n%s", before, after)
			}
			if out := b.Must(t, "restriction", "list"); !strings.Contains(out, "Nothing is restricted") {
				t.Error(out)
			}
			b.is(t, "R-1", "done")
		})
	}
}

// stopAt lets work run in a process that is stopped at a point; it gives that process once it stands. ended is closed when it has gone
// on and ended. The process is stopped while the test holds the state, so that it does not hold it itself: what is stopped inside a
// transaction of the state keeps everybody out, which is true and not what is tested here.
func (b *bureau) stopAt(t *testing.T, point string, work func(*product.House)) (pid int, ended chan struct{}) {
	t.Helper()
	pipe := filepath.Join(b.Root, "stopped")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	h := *b.House
	h.Extra = map[string]string{"BUREAU": b.file, "DOSSIER_FAILPOINT_STOP": point, "DOSSIER_FAILPOINT_STOPPED": pipe}
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		work(&h)
	}()
	told, err := os.ReadFile(pipe) // waits until it is there
	if err != nil {
		t.Fatal(err)
	}
	if pid, err = strconv.Atoi(string(told)); err != nil {
		t.Fatal(err)
	}
	state, err := sql.Open("sqlite", "file:"+(&url.URL{Path: b.State()}).EscapedPath()+"?_pragma=busy_timeout(120000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	held, err := state.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Rollback()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for !stands(t, pid) {
		runtime.Gosched()
	}
	return pid, ended
}

// stands says whether every thread of a process is stopped.
func stands(t *testing.T, pid int) bool {
	t.Helper()
	threads, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task", "*", "stat"))
	if err != nil || len(threads) == 0 {
		t.Fatalf("the process that was stopped is gone: %v", err)
	}
	for _, file := range threads {
		said, err := os.ReadFile(file) // number (name) state …
		if err != nil {
			t.Fatal(err)
		}
		if _, after, _ := strings.Cut(string(said), ") "); !strings.HasPrefix(after, "T") {
			return false
		}
	}
	return true
}
