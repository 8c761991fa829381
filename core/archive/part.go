package archive

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"
)

// part is one file of the package before it is there: deflated into a spool while it is hashed.
type part struct {
	spool *spool
	flate *flate.Writer
	sha   hash.Hash
	crc   hash.Hash32
	bytes int64
}

// writers are compressors that have ended their streams: what one works with is larger than most files of a package.
var writers sync.Pool

func newPart(s *spool) (*part, error) {
	p := &part{spool: s, sha: sha256.New(), crc: crc32.NewIEEE()}
	if w, ok := writers.Get().(*flate.Writer); ok {
		w.Reset(s)
		p.flate = w
		return p, nil
	}
	var err error
	p.flate, err = flate.NewWriter(s, flate.BestSpeed)
	return p, err
}

func (p *part) Write(b []byte) (int, error) {
	p.sha.Write(b)
	p.crc.Write(b)
	p.bytes += int64(len(b))
	return p.flate.Write(b)
}

// finish ends the compressed stream; nothing may be written after. Twice is no error.
func (p *part) finish() error {
	if p.flate == nil {
		return nil
	}
	err := p.flate.Close()
	p.flate.Reset(io.Discard) // it keeps no hold on the spool
	writers.Put(p.flate)
	p.flate = nil
	return err
}

// entry is a file that is in the package.
type entry struct {
	Path   string
	Bytes  int64
	SHA256 string // hex
}

// copyInto moves a finished part into the ZIP, compressed as it is, and drops the spool.
func (p *part) copyInto(z *zip.Writer, path string, at time.Time) (entry, error) {
	h := &zip.FileHeader{
		Name:               path,
		Method:             zip.Deflate,
		CRC32:              p.crc.Sum32(),
		CompressedSize64:   uint64(p.spool.size()),
		UncompressedSize64: uint64(p.bytes),
	}
	h.SetModTime(at) //nolint:staticcheck // CreateRaw takes the header as it is and does not look at Modified
	w, err := z.CreateRaw(h)
	if err == nil {
		_, err = io.Copy(w, p.spool.section(0, p.spool.size()))
	}
	if cerr := p.spool.close(); err == nil {
		err = cerr
	}
	if err != nil {
		return entry{}, noSpace(fmt.Errorf("write the package: %w", pathless(err)))
	}
	return entry{Path: path, Bytes: p.bytes, SHA256: hex.EncodeToString(p.sha.Sum(nil))}, nil
}
