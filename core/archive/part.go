package archive

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
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

func newPart(s *spool) (*part, error) {
	fw, err := flate.NewWriter(s, flate.BestSpeed)
	return &part{spool: s, flate: fw, sha: sha256.New(), crc: crc32.NewIEEE()}, err
}

func (p *part) Write(b []byte) (int, error) {
	p.sha.Write(b)
	p.crc.Write(b)
	p.bytes += int64(len(b))
	return p.flate.Write(b)
}

// finish ends the compressed stream; nothing may be written after.
func (p *part) finish() error { return p.flate.Close() }

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
