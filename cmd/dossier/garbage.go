package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// collectGarbage has it collected often while little is held: rows stream through, and a million of them take hardly more memory than ten
// thousand. What many persons planned together need is held, and going through it as often would take longer than the planning.
func collectGarbage() {
	p := percentFor(0)
	debug.SetGCPercent(p)
	afterEach(func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		if metrics.Read(live); percentFor(live[0].Value.Uint64()) != p {
			p = percentFor(live[0].Value.Uint64())
			debug.SetGCPercent(p)
		}
	})
}

// percentFor is by how much a heap of so many bytes grows until it is collected again.
func percentFor(live uint64) int {
	switch {
	case live < 32<<20:
		return 15
	case live < 64<<20:
		return 30
	}
	return 50
}

// afterEach calls do after every collection.
func afterEach(do func()) {
	type sentinel struct{ _ *int } // with a pointer, so that it is an allocation of its own
	var watch func()
	watch = func() {
		runtime.SetFinalizer(&sentinel{}, func(*sentinel) {
			do()
			watch()
		})
	}
	watch()
}
