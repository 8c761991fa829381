//go:build failpoints

package engine

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Crash tests say in the environment where this process dies, as by SIGKILL: DOSSIER_FAILPOINT is the name of a point, with #n for
// the nth time it is passed. DOSSIER_FAILPOINT_VICTIM names a binary: not this process dies there, but its children started from that
// file, once. DOSSIER_FAILPOINT_STOP is the name of a point at which it stands still instead until a SIGCONT, after it has written its
// number into the pipe DOSSIER_FAILPOINT_STOPPED names. DOSSIER_FAILPOINT_LOG names a file to which every point passed is added, so that a test can learn which there are.
var (
	deadly  = os.Getenv("DOSSIER_FAILPOINT")
	victim  = os.Getenv("DOSSIER_FAILPOINT_VICTIM")
	passing = os.Getenv("DOSSIER_FAILPOINT_LOG")
	halting = os.Getenv("DOSSIER_FAILPOINT_STOP")

	failpoints sync.Mutex
	passed     = map[string]int{}
)

func failpoint(name string) {
	failpoints.Lock()
	defer failpoints.Unlock()
	name = strings.TrimSuffix(name, "/")
	passed[name]++
	if n := passed[name]; n > 1 {
		name = fmt.Sprintf("%s#%d", name, n)
	}
	if passing != "" {
		f, err := os.OpenFile(passing, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = fmt.Fprintln(f, name)
		}
		if err != nil {
			panic(err) // a test that cannot see is no test
		}
		_ = f.Close()
	}
	if name == halting && halting != "" {
		halt()
	}
	if name != deadly {
		return
	}
	if victim != "" {
		killChildren(victim)
		return
	}
	kill(os.Getpid())
	select {} // never a step further
}

func kill(pid int) {
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		panic(err)
	}
}

// killChildren kills the children of this process that were started from a file of that name.
func killChildren(binary string) {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	found := false
	for _, file := range all {
		stat, _ := os.ReadFile(file) // one that has ended has none
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest) // state, parent …
		if len(fields) < 2 || fields[1] != strconv.Itoa(os.Getpid()) {
			continue
		}
		words, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		name, _, _ := strings.Cut(string(words), "\x00")
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && filepath.Base(name) == binary {
			kill(pid)
			found = true
		}
	}
	if !found {
		panic("no child was started from " + binary)
	}
}

// halt says that the point is reached and goes no further before a SIGCONT: who reads the pipe may stop the process in between, at an
// instant of its own choosing, such as one at which nobody holds the state.
func halt() {
	on := make(chan os.Signal, 1)
	signal.Notify(on, syscall.SIGCONT)
	if err := os.WriteFile(os.Getenv("DOSSIER_FAILPOINT_STOPPED"), []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		panic(err)
	}
	<-on
	signal.Stop(on)
}
