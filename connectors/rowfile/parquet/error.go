package parquet

import (
	"errors"
	"fmt"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// Malformed is an error about the form of a file. It holds no value of a row.
type Malformed struct{ what string }

func (m *Malformed) Error() string { return "not a readable Parquet file: " + m.what }

func bad(format string, args ...any) error { return &Malformed{fmt.Sprintf(format, args...)} }

// unsupported is an error about a file that may be well-formed, and that this package does not read or write.
func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: a Parquet file with %s", connectors.ErrNotSupported, fmt.Sprintf(format, args...))
}

// guard turns a panic of the libraries that decode and compress into an error. One in what the caller wants done goes on.
// An error of the file that is read goes before what was made of it.
type guard struct {
	outside bool
	in      source
}

// source is what a file is read from. Its first error stays.
type source struct {
	io.ReaderAt
	err error
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.ReaderAt.ReadAt(p, off)
	if n < len(p) && err != nil && !errors.Is(err, io.EOF) && s.err == nil {
		s.err = err
	}
	return n, err
}

func (g *guard) run(f func() error) (err error) {
	defer func() {
		if g.outside {
			return
		}
		if recover() != nil {
			err = bad("it is damaged in a way its decoder has no words for")
		}
		if g.in.err != nil {
			err = g.in.err
		}
	}()
	return f()
}

// out calls what the caller wants done.
func (g *guard) out(f func() error) error {
	g.outside = true
	err := f()
	g.outside = false
	return err
}
