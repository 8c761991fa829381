package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestAppenders: programs that open the file for each line they append lose none while its rows are erased
// again and again, and no row of the person's that stood there survives the last erasure. A line written while a file is
// exchanged may come after one its writer wrote later to the new file; that it comes once is what counts.
func TestAppenders(t *testing.T) {
	root := tree(t, map[string]string{"events/d.jsonl": strings.Repeat("{\"id\":0,\"p\":\"victim\"}\n", 2000)})
	s := open(t, root)
	name := filepath.Join(root, "events/d.jsonl")
	const appenders, rounds, lines = 3, 25, 200 // lines of each appender while one erasure runs
	var written [appenders]int
	var starts [appenders]chan struct{}
	var wg sync.WaitGroup
	for a := range appenders {
		starts[a] = make(chan struct{}, rounds*lines)
		wg.Go(func() {
			for range starts[a] {
				p := "other"
				if written[a]%5 == 0 {
					p = "victim"
				}
				if err := appendLine(name, fmt.Sprintf("{\"id\":\"%d-%d\",\"p\":\"%s\"}\n", a, written[a], p)); err != nil {
					t.Error(err)
					return
				}
				written[a]++
			}
		})
	}
	erased, again := int64(0), 0
	for round := 0; round < rounds; {
		if again == 0 {
			for _, c := range starts {
				for range lines {
					c <- struct{}{}
				}
			}
		}
		out, err := apply(t, s, remove(by(events, "p", "victim")))
		erased += out[0].Changed
		if again++; errors.Is(err, connectors.ErrTryLater) && again < 100 {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		round, again = round+1, 0
	}
	for _, c := range starts {
		close(c)
	}
	wg.Wait()
	out, err := apply(t, s, remove(by(events, "p", "victim")))
	if err != nil {
		t.Fatal(err)
	}
	erased += out[0].Changed
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var there [appenders]map[int]bool
	for a := range there {
		there[a] = map[int]bool{}
	}
	for line := range bytes.Lines(content) {
		var row struct{ ID, P string }
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatalf("a line was torn: %q", line)
		}
		var a, n int
		if _, err := fmt.Sscanf(row.ID, "%d-%d", &a, &n); err != nil || row.P != "other" {
			t.Fatalf("a row that should be gone, or never was: %q", line)
		}
		if there[a][n] {
			t.Errorf("appender %d: line %d stands there twice", a, n)
		}
		there[a][n] = true
	}
	want := int64(2000)
	for a, n := range written {
		want += int64(n+4) / 5
		for i := range n {
			if there[a][i] != (i%5 != 0) {
				t.Errorf("appender %d wrote %d lines; line %d is there: %v", a, n, i, there[a][i])
			}
		}
	}
	if erased != want {
		t.Errorf("%d rows erased, of %d", erased, want)
	}
	if got := contents(t, root); len(got) != 2 {
		t.Errorf("left behind: %d entries", len(got))
	}
}

func appendLine(name, line string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Close())
}

// TestHeldOpen: where a program keeps the file open for writing, nothing is changed.
func TestHeldOpen(t *testing.T) {
	root := tree(t, map[string]string{"events/d.jsonl": "{\"id\":1}\n{\"id\":2}\n"})
	s := open(t, root)
	f, err := os.OpenFile(filepath.Join(root, "events/d.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	out, err := apply(t, s, remove(by(events, "id", "1")))
	if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 || connectors.RetryAfter(err) == 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := f.WriteString("{\"id\":3}\n"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if out, err = apply(t, s, remove(by(events, "id", "1"))); err != nil || out[0].Changed != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if got := contents(t, root); got["events/d.jsonl"] != "{\"id\":2}\n{\"id\":3}\n" || len(got) != 2 {
		t.Errorf("%q", got)
	}
}

// TestLateWriter: who found the old file just before it was replaced writes to that; the line arrives all the same.
func TestLateWriter(t *testing.T) {
	for _, step := range []string{"synced", "linked", "renamed"} {
		t.Run(step, func(t *testing.T) {
			root := tree(t, map[string]string{"events/d.jsonl": "{\"id\":1}\n{\"id\":2}\n"})
			s := open(t, root)
			name := filepath.Join(root, "events/d.jsonl")
			before, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer before.Close()
			var wg sync.WaitGroup
			s.at = func(at string) {
				if at != step {
					return
				}
				begun := make(chan struct{})
				wg.Go(func() {
					close(begun)
					// The file as it was found, whatever its name is now; the kernel makes this wait for the exchange.
					if err := appendLine(fmt.Sprintf("/proc/self/fd/%d", before.Fd()), "{\"id\":3}\n"); err != nil {
						t.Error(err)
					}
				})
				<-begun
				for !waits(t, before) {
					runtime.Gosched()
				}
			}
			out, err := apply(t, s, remove(by(events, "id", "1")))
			wg.Wait()
			if err != nil || out[0].Changed != 1 {
				t.Fatalf("%+v, %v", out, err)
			}
			if got := contents(t, root); got["events/d.jsonl"] != "{\"id\":2}\n{\"id\":3}\n" || len(got) != 2 {
				t.Errorf("%q", got)
			}
		})
	}
}

// TestOverwritten: an application that writes the whole file anew in the instant of the exchange keeps what it wrote, and
// the call says that it is to be repeated.
func TestOverwritten(t *testing.T) {
	root := tree(t, map[string]string{"petitions/P.json": "{\"signatories\":[{\"email\":\"a\"},{\"email\":\"b\"}]}"})
	s := open(t, root)
	const theirs = "{\"signatories\":[{\"email\":\"a\"},{\"email\":\"b\"},{\"email\":\"c\"}]}"
	before, err := os.Open(filepath.Join(root, "petitions/P.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	var wg sync.WaitGroup
	s.at = func(at string) {
		if at != "renamed" {
			return
		}
		s.at = nil
		wg.Go(func() {
			if err := os.WriteFile(fmt.Sprintf("/proc/self/fd/%d", before.Fd()), []byte(theirs), 0); err != nil {
				t.Error(err)
			}
		})
		for !waits(t, before) {
			runtime.Gosched()
		}
	}
	do := remove(by(petitions, "email", "a"))
	out, err := apply(t, s, do)
	wg.Wait()
	if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if got := contents(t, root); got["petitions/P.json"] != theirs || len(got) != 2 {
		t.Errorf("%q", got)
	}
	if out, err = apply(t, s, do); err != nil || out[0].Changed != 1 {
		t.Errorf("again: %+v, %v", out, err)
	}
}

// waits says whether somebody waits in an open of f for our lease to end.
func waits(t *testing.T, f *os.File) bool {
	t.Helper()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(locks)) {
		if strings.Contains(line, "LEASE") && strings.Contains(line, "BREAKING") && strings.Contains(line, fmt.Sprintf(":%d ", info.Sys().(*syscall.Stat_t).Ino)) {
			return true
		}
	}
	return false
}
