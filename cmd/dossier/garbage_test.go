package main

import (
	"runtime"
	"testing"
	"time"
)

// TestAfterEach: what is to happen after a collection happens after every one.
func TestAfterEach(t *testing.T) {
	done := make(chan struct{}, 16)
	afterEach(func() {
		select {
		case done <- struct{}{}:
		default:
		}
	})
	for n := range 3 {
		runtime.GC()
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatalf("after collection %d nothing happened", n+1)
		}
	}
}

// TestLargeHeapsAreLeftAlone: the more is held, the later it is gone through again.
func TestLargeHeapsAreLeftAlone(t *testing.T) {
	if a, b, c := percentFor(10<<20), percentFor(50<<20), percentFor(500<<20); a >= b || b >= c {
		t.Errorf("%d, %d and %d percent", a, b, c)
	}
}
