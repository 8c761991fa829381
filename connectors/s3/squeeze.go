package s3

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// squeezed is how the rows of an object are compressed, found out by its first bytes.
type squeezed int

const (
	plain squeezed = iota
	gzipped
	zstandard
)

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// unsqueeze gives the content of a compressed object.
func unsqueeze(r io.Reader) (io.ReadCloser, squeezed, error) {
	size := 64 << 10
	if m, ok := r.(inMemory); ok {
		size = min(size, m.Len())
	}
	in := bufio.NewReaderSize(r, size)
	start, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(start, gzipMagic):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, gzipped, errSqueezed
		}
		return z, gzipped, nil
	case bytes.HasPrefix(start, zstdMagic):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, zstandard, errSqueezed
		}
		return z.IOReadCloser(), zstandard, nil
	}
	if m, ok := r.(inMemory); ok {
		_, err := m.Seek(0, io.SeekStart)
		return m, plain, err
	}
	return io.NopCloser(in), plain, nil
}

var errSqueezed = fmt.Errorf("an object begins as if it were compressed, and is not")

// squeeze compresses in the way an object was.
func (s squeezed) squeeze(w io.Writer) (io.WriteCloser, error) {
	switch s {
	case gzipped:
		return gzip.NewWriter(w), nil
	case zstandard:
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	}
	return unclosed{w}, nil
}

type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }
