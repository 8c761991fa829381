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

// start begins to measure; what it gives ends it. What looking itself takes of the processors is taken off.
func start() func() spent {
	looking := looked()
	had, begun := processor(), time.Now()
	return func() spent {
		clock := time.Since(begun)
		return spent{clock, max(processor()-had-looking, 0)}
	}
}

// looked is what one look takes of the processors, between two looks. It grows with the number of connections.
func looked() time.Duration {
	before := processor()
	return processor() - before
}

func (s spent) plus(t spent) spent { return spent{s.clock + t.clock, s.processor + t.processor} }
