package archive

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// chunkSize is the plain size of a sealed chunk; what is smaller than one chunk never reaches the disk.
const chunkSize = 64 << 10

const spoolPattern = "dossier-spool-*.sealed"

// spool is a file that only this process can read: chunks sealed with AES-256-GCM under a key that is never
// written down. It is removed from its folder as soon as it is open, where the system allows that; else when closed.
// Append first, read after; reads may be concurrent.
type spool struct {
	dir   string
	aead  cipher.AEAD
	id    uint32 // unique under the key: the nonce is id and chunk number
	open  func(dir string) (spoolFile, error)
	file  spoolFile
	plain []byte // the chunk being filled
	full  uint64 // chunks in the file
}

// spoolFile is what a spool needs of an *os.File.
type spoolFile interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Name() string
}

func openSpoolFile(dir string) (spoolFile, error) {
	f, err := os.CreateTemp(dir, spoolPattern)
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // not everywhere possible while open; closing tries again, and so does sweep
	return f, nil
}

// sweep removes what an earlier run, ended by force, could not.
func sweep(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, spoolPattern))
	if err != nil {
		return err
	}
	for _, f := range left {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, os.ErrPermission) {
			return err
		}
	}
	return nil
}

func (s *spool) size() int64 { return int64(s.full)*chunkSize + int64(len(s.plain)) }

func (s *spool) nonce(chunk uint64) []byte {
	n := make([]byte, s.aead.NonceSize())
	binary.BigEndian.PutUint32(n, s.id)
	binary.BigEndian.PutUint64(n[4:], chunk)
	return n
}

func (s *spool) Write(p []byte) (int, error) {
	n := len(p)
	if s.plain == nil {
		s.plain = make([]byte, 0, min(chunkSize, max(n, 4<<10)))
	}
	for len(p) > 0 {
		take := min(chunkSize-len(s.plain), len(p))
		s.plain = append(s.plain, p[:take]...)
		p = p[take:]
		if len(s.plain) == chunkSize {
			if err := s.flush(); err != nil {
				return n - len(p), err
			}
		}
	}
	return n, nil
}

func (s *spool) flush() error {
	if s.file == nil {
		f, err := s.open(s.dir)
		if err != nil {
			return noSpace(fmt.Errorf("open a temporary file: %w", pathless(err)))
		}
		s.file = f
	}
	sealed := s.aead.Seal(make([]byte, 0, chunkSize+s.aead.Overhead()), s.nonce(s.full), s.plain, nil)
	if _, err := s.file.Write(sealed); err != nil {
		return noSpace(fmt.Errorf("write a temporary file: %w", pathless(err)))
	}
	s.full++
	s.plain = s.plain[:0]
	return nil
}

// section reads n bytes from off on.
func (s *spool) section(off, n int64) io.Reader {
	return &spoolReader{s: s, off: off, end: off + n, chunk: -1}
}

func (s *spool) close() error {
	s.plain = nil
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	_ = os.Remove(s.file.Name())
	s.file = nil
	return err
}

type spoolReader struct {
	s        *spool
	off, end int64
	chunk    int64 // the one in plain; -1 none
	sealed   []byte
	plain    []byte
}

func (r *spoolReader) Read(p []byte) (int, error) {
	if r.off >= r.end {
		return 0, io.EOF
	}
	want := r.off / chunkSize
	if want != r.chunk {
		if err := r.load(want); err != nil {
			return 0, err
		}
	}
	from := int(r.off % chunkSize)
	if from >= len(r.plain) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, r.plain[from:])
	n = int(min(int64(n), r.end-r.off))
	r.off += int64(n)
	return n, nil
}

func (r *spoolReader) load(chunk int64) error {
	if uint64(chunk) >= r.s.full {
		r.plain, r.chunk = r.s.plain, chunk
		return nil
	}
	size := chunkSize + r.s.aead.Overhead()
	if r.sealed == nil {
		r.sealed = make([]byte, size)
	}
	if _, err := r.s.file.ReadAt(r.sealed, chunk*int64(size)); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read a temporary file: %w", pathless(err))
	}
	plain, err := r.s.aead.Open(r.sealed[:0:size], r.s.nonce(uint64(chunk)), r.sealed, nil)
	if err != nil {
		return errors.New("read a temporary file: it was changed or cut off meanwhile")
	}
	r.plain, r.chunk = plain, chunk
	return nil
}

// pathless takes the path out of a file error: it would name a folder of the machine.
func pathless(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
