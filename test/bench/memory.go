package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dossier-dsr/dossier/test/bench/peak"
)

// watchMemory begins to watch what this process and its connectors take; what it gives says how much that was at most since, in MiB. Servers,
// which are this process's children too, are left out.
func watchMemory() func() float64 {
	for _, pid := range ownProcesses() {
		_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) // the peak begins anew; where it cannot, it is of all the run
	}
	return func() float64 {
		own := map[int]peak.Process{}
		for _, pid := range ownProcesses() {
			if p, ok := peak.Of(pid); ok {
				own[pid] = p
			}
		}
		return float64(peak.Sum(own)) / 1024
	}
}

// peakOfConnectors is what the connectors this process started took at most so far, in MiB, or where it started none this process.
func peakOfConnectors() (mib float64) {
	own := ownProcesses()
	if len(own) > 1 {
		own = own[1:]
	}
	for _, pid := range own {
		if p, ok := peak.Of(pid); ok {
			mib += float64(p.KiB) / 1024
		}
	}
	return mib
}

// ownProcesses are this one and the connectors it started.
func ownProcesses() []int {
	out := []int{os.Getpid()}
	for _, pid := range peak.Children(os.Getpid()) {
		if name, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil && strings.HasPrefix(filepath.Base(name), "dossier-connector-") {
			out = append(out, pid)
		}
	}
	return out
}
