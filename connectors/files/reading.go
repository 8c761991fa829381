package files

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"

	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// content is the beginning of a file, up to a size; see [rowfile.Content]. Reading it ends with its context.
type content struct {
	*io.SectionReader
	ctx context.Context
}

func reading(ctx context.Context, r io.ReaderAt, size int64) *content {
	return &content{io.NewSectionReader(r, 0, size), ctx}
}

func (c *content) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.SectionReader.Read(p)
}

func (c *content) ReadAt(p []byte, off int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.SectionReader.ReadAt(p, off)
}

// sums is what is read of a file, and its digest.
type sums struct {
	r     io.Reader
	h     hash.Hash
	whole *content // of a format that is not read as a stream: it is read once more for the digest
}

// told says how much there is to be read.
type told struct {
	io.Reader
	size int64
}

func (t told) Size() int64 { return t.size }

func summed(code rowfile.Codec, c *content) *sums {
	s := &sums{r: c, h: sha256.New()}
	if rowfile.Streams(code) {
		s.r = told{io.TeeReader(c, s.h), c.Size()}
	} else {
		s.whole = c
	}
	return s
}

// sum is the digest of all that was read; of a format that is not read as a stream, of the file as it is now.
func (s *sums) sum() ([32]byte, error) {
	if s.whole != nil {
		s.h.Reset()
		if _, err := s.whole.Seek(0, io.SeekStart); err != nil {
			return [32]byte{}, err
		}
		if _, err := io.Copy(s.h, s.whole); err != nil {
			return [32]byte{}, err
		}
	}
	return sum(s.h), nil
}

// is says whether what was read has a digest. For a format that is not read as a stream it is asked after the file was read, and was made before, so that
// nothing can have been changed between the two.
func (s *sums) is(want [32]byte) bool {
	got, err := s.sum()
	return err == nil && got == want
}
