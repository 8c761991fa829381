// Package spool keeps what was read for a while, so that it need not be read again: the first of it in memory, the rest in a
// file that only this process can read. Each piece there is sealed (AES-256-GCM) under a key that is never written down, and the file has no
// name once it is open, where the system allows that, so that whoever is killed leaves nothing that could be read.
//
// It is a convenience, never the record: what it has no room for, and what the disk does not take, is not kept, and has to be read again.
package spool

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"os"
	"sync"
)

// inMemory is how many bytes are kept without a file.
const inMemory = 4 << 20

// Spool keeps pieces. Safe for concurrent use.
type Spool struct {
	most int64

	mu     sync.Mutex
	here   int64 // bytes in memory
	file   *os.File
	aead   cipher.AEAD
	size   int64  // of the file
	pieces uint64 // in the file: each has a nonce of its own
	full   bool   // the disk takes no more
}

// New gives a spool that keeps so many bytes in its file at most. It opens none before it needs it.
func New(most int64) *Spool { return &Spool{most: most} }

// Piece is what was kept at a time.
type Piece struct {
	s     *Spool
	plain []byte // nil: it lies in the file
	at    int64
	size  int
	nonce uint64
}

// Keep keeps a copy of what was read; nil where it is not kept. A nil spool keeps nothing.
func (s *Spool) Keep(read []byte) *Piece {
	if s == nil {
		return nil
	}
	p, file := s.place(int64(len(read)))
	switch {
	case p == nil:
		return nil
	case file == nil:
		p.plain = append(p.plain, read...)
		return p
	}
	if _, err := file.WriteAt(s.aead.Seal(nil, s.nonceOf(p), read, nil), p.at); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.full = true
		return nil
	}
	return p
}

// place finds room for n bytes: in the file, unless that is nil.
func (s *Spool) place(n int64) (*Piece, *os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.here+n <= inMemory {
		s.here += n
		return &Piece{s: s, plain: make([]byte, 0, n), size: int(n)}, nil
	}
	if s.full || s.size+n > s.most || s.open() != nil {
		return nil, nil
	}
	p := &Piece{s: s, at: s.size, size: int(n), nonce: s.pieces}
	s.pieces++
	s.size += n + int64(s.aead.Overhead())
	return p, s.file
}

// open makes the file.
func (s *Spool) open() error {
	if s.file != nil {
		return nil
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	if s.aead, err = cipher.NewGCM(block); err != nil {
		return err
	}
	if s.file, err = os.CreateTemp("", "dossier-read-*.sealed"); err != nil {
		s.full = true
		return err
	}
	_ = os.Remove(s.file.Name()) // not everywhere possible while it is open; Close tries again
	return nil
}

func (s *Spool) nonceOf(p *Piece) []byte {
	out := make([]byte, s.aead.NonceSize())
	binary.BigEndian.PutUint64(out[len(out)-8:], p.nonce)
	return out
}

// Read gives what was kept; ok is false where it is no longer to be had. It must not be changed. A nil piece is none.
func (p *Piece) Read() (read []byte, ok bool) {
	if p == nil {
		return nil, false
	}
	p.s.mu.Lock()
	plain, file := p.plain, p.s.file
	p.s.mu.Unlock()
	if plain != nil || file == nil {
		return plain, plain != nil
	}
	sealed := make([]byte, p.size+p.s.aead.Overhead())
	if _, err := file.ReadAt(sealed, p.at); err != nil {
		return nil, false
	}
	read, err := p.s.aead.Open(sealed[:0], p.s.nonceOf(p), sealed, nil)
	return read, err == nil
}

// Close forgets all pieces. A nil spool has none.
func (s *Spool) Close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = true
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
		s.file = nil
	}
}
