package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// processor is the time this process and the connectors it started have had from the processors so far, by what Linux keeps of each
// thread; zero elsewhere. What other programs do on the machine lengthens it little, where it can make everything wait.
func processor() time.Duration {
	return processorOf(os.Getpid())
}

func processorOf(pid int) (sum time.Duration) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err != nil {
		return 0
	}
	for _, t := range tasks {
		sum += had(filepath.Join(t, "schedstat"))
		children, err := os.ReadFile(filepath.Join(t, "children"))
		if err != nil {
			continue // the thread has ended
		}
		for _, f := range strings.Fields(string(children)) {
			if child, err := strconv.Atoi(f); err == nil {
				sum += processorOf(child)
			}
		}
	}
	return sum
}

func had(file string) time.Duration {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), " ")
	n, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n)
}

// spent is time by the clock and by the processors.
type spent struct{ clock, processor time.Duration }

// start begins to measure; what it gives ends it.
func start() func() spent {
	had, begun := processor(), time.Now()
	return func() spent {
		clock := time.Since(begun)
		return spent{clock, processor() - had}
	}
}

func (s spent) plus(t spent) spent { return spent{s.clock + t.clock, s.processor + t.processor} }
