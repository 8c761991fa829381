// Package peak tells how much memory processes took at most: the host's and those it started. It reads what Linux keeps of each
// process (VmHWM of /proc/PID/status).
package peak

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Watch is a look at a process and all it starts.
type Watch struct {
	stop, done chan struct{}
	peaks      map[int]Process
}

// Process is one process of the tree.
type Process struct {
	Name string
	KiB  int64 // resident at most
}

// every is how often is looked: the kernel keeps the peak, so that only what a process does after the last look is missed.
const every = 5 * time.Millisecond

// Tree begins to watch the process pid and its descendants.
func Tree(pid int) *Watch {
	w := &Watch{stop: make(chan struct{}), done: make(chan struct{}), peaks: map[int]Process{}}
	go w.run(pid)
	return w
}

func (w *Watch) run(root int) {
	defer close(w.done)
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		w.look(root)
		select {
		case <-w.stop:
			return
		case <-t.C:
		}
	}
}

func (w *Watch) look(pid int) {
	if p, ok := Of(pid); ok {
		w.peaks[pid] = p
	}
	said := commandOf(pid)
	for _, child := range Children(pid) {
		if string(commandOf(child)) == string(said) {
			continue // it shares its parent's memory until it becomes a program of its own, or ends without
		}
		w.look(child)
	}
}

// commandOf is how a process was called; nil where it has ended.
func commandOf(pid int) []byte {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return nil
	}
	return b
}

// Stop ends the watch and gives the processes that were met, by their numbers.
func (w *Watch) Stop() map[int]Process {
	close(w.stop)
	<-w.done
	return w.peaks
}

// Sum is what the processes took at most, together, in KiB.
func Sum(ps map[int]Process) (kib int64) {
	for _, p := range ps {
		kib += p.KiB
	}
	return kib
}

// Of is what a process took at most so far; false where it has ended.
func Of(pid int) (p Process, ok bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return p, false
	}
	for line := range bytes.Lines(b) {
		key, rest, _ := strings.Cut(string(line), ":")
		switch key {
		case "Name":
			p.Name = strings.TrimSpace(rest)
		case "VmHWM":
			p.KiB, err = strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return p, err == nil
		}
	}
	return p, false // it has ended, and is only waited for
}

// Children are the processes a process started.
func Children(pid int) (out []int) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil
	}
	for _, t := range tasks {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, t.Name()))
		if err != nil {
			continue
		}
		for _, f := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(f); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}
