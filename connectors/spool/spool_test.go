package spool

import (
	"bytes"
	"fmt"
	"os"
	"sync"
	"testing"
)

// piece is one of a mebibyte, which tells itself from others.
func piece(n int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "C-%07d someone's row\n", n), 1<<20/25)
}

// TestKept: what is kept comes back as it was, from memory and from the file, in which none of it can be read; and nothing is left of the file.
func TestKept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := New(64 << 20)
	pieces := make([]*Piece, 12)
	var all sync.WaitGroup
	for i := range pieces {
		all.Go(func() { pieces[i] = s.Keep(piece(i)) })
	}
	all.Wait()
	if s.file == nil || s.here > inMemory || s.pieces < 8 {
		t.Fatalf("%d bytes are in memory, and %d pieces in a file", s.here, s.pieces)
	}
	for i, p := range pieces {
		if got, ok := p.Read(); !ok || !bytes.Equal(got, piece(i)) {
			t.Errorf("piece %d: %d bytes, %t", i, len(got), ok)
		}
	}
	stored := make([]byte, s.size)
	if _, err := s.file.ReadAt(stored, 0); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(stored, []byte("someone's row")) {
		t.Error("the file can be read")
	}
	for _, p := range pieces {
		if p.plain == nil && p.at > 0 { // another's place, changed or not, is not taken for one's own
			if _, err := s.file.WriteAt(stored[:p.size], p.at); err != nil {
				t.Fatal(err)
			}
			if _, ok := p.Read(); ok {
				t.Error("what was changed in the file was believed")
			}
			break
		}
	}
	s.Close()
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	for _, p := range pieces {
		if got, ok := p.Read(); ok && p.plain == nil {
			t.Errorf("%d bytes are still to be had", len(got))
		}
	}
}

// TestNoRoom: what there is no room for, in the file or on the disk, is not kept, and nothing fails.
func TestNoRoom(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := New(2<<20 + 1)
	defer s.Close()
	kept := 0
	for i := range 12 {
		if s.Keep(piece(i)) != nil {
			kept++
		}
	}
	if kept != 6 {
		t.Errorf("%d pieces of a mebibyte were kept, want 4 in memory and 2 in the file", kept)
	}
	t.Setenv("TMPDIR", "/nowhere")
	s = New(64 << 20)
	defer s.Close()
	for i := range 4 {
		s.Keep(piece(i))
	}
	if s.Keep(piece(5)) != nil {
		t.Error("something was kept where no file can be made")
	}
	var none *Spool
	if _, ok := none.Keep(piece(1)).Read(); ok {
		t.Error("no spool has kept something")
	}
}
