package s3

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// random is a version that is read here and there.
type random interface {
	io.ReaderAt
	stream() io.Reader // from its beginning
	close()
}

// random reads a version as its format wants it: as one stream that is mostly read forwards, or in ranges.
func (s *store) random(ctx context.Context, from *objects.Source, key string, v version) random {
	if rowfile.Streams(from.Codec) {
		return s.ahead(ctx, key, v)
	}
	return s.ranged(ctx, key, v)
}

const (
	wholeBytes = 1 << 20  // an object up to this size is read with one request
	tailBytes  = 64 << 10 // of a larger one the end is read first
	aheadBytes = 4 << 20  // is read at a time of what is read forwards
)

// ranged reads a version in ranges; see [rowfile.Content]. A range is of the version that was found, or the answer is errChanged.
type ranged struct {
	s    *store
	ctx  context.Context
	key  string
	v    version
	head *s3.GetObjectOutput // of the first answer, for the traits
	held []held
	read int64 // by Read
	next int64 // where a reader would be that goes forwards
}

// held is a piece of the object: its end, or what was read last.
type held struct {
	at  int64
	buf []byte
}

func (s *store) ranged(ctx context.Context, key string, v version) *ranged {
	return &ranged{s: s, ctx: ctx, key: key, v: v, next: -1}
}

func (r *ranged) Size() int64       { return r.v.size }
func (r *ranged) stream() io.Reader { r.read = 0; return r }
func (r *ranged) close()            { r.held = nil }

// have lets nothing be read of an object that is here.
func (r *ranged) have(all []byte) { r.held = []held{{buf: all}, {}} }

// whole is all of a small object that has been read.
func (r *ranged) whole() []byte {
	if len(r.held) > 0 && r.held[0].at == 0 && int64(len(r.held[0].buf)) == r.v.size {
		return r.held[0].buf
	}
	return nil
}

// begin reads the end of the object, or all of a small one.
func (r *ranged) begin() error {
	if r.held != nil {
		return nil
	}
	from := int64(0)
	if r.v.size > wholeBytes {
		from = r.v.size - tailBytes
	}
	piece, err := r.get(from, r.v.size-from)
	if err == nil {
		r.held = []held{piece, {}}
	}
	return err
}

// get asks for a range.
func (r *ranged) get(from, n int64) (held, error) {
	in := &s3.GetObjectInput{Bucket: &r.s.bucket, Key: &r.key, IfMatch: text(r.v.etag), VersionId: text(r.v.id)}
	if n < r.v.size {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", from, from+n-1))
	}
	o, err := r.s.client.GetObject(r.ctx, in)
	if err != nil {
		return held{}, failure("s3:GetObject", err)
	}
	defer o.Body.Close()
	if r.head == nil {
		r.head = o
	}
	out := held{at: from, buf: make([]byte, n)}
	_, err = io.ReadFull(reader{metered(r.ctx, o.Body)}, out.buf)
	return out, err
}

// ReadAt gives what stands at off; see [io.ReaderAt].
func (r *ranged) ReadAt(p []byte, off int64) (int, error) {
	if err := r.begin(); err != nil {
		return 0, err
	}
	if off >= r.v.size {
		return 0, io.EOF
	}
	var short error
	if int64(len(p)) > r.v.size-off {
		p, short = p[:r.v.size-off], io.EOF
	}
	for _, h := range r.held {
		if off >= h.at && off+int64(len(p)) <= h.at+int64(len(h.buf)) {
			r.next = off + int64(len(p))
			return copy(p, h.buf[off-h.at:]), short
		}
	}
	n := int64(len(p))
	if off == r.next {
		n = min(max(n, aheadBytes), r.v.size-off)
	}
	piece, err := r.get(off, n)
	if err != nil {
		return 0, err
	}
	r.held[1], r.next = piece, off+int64(len(p))
	return copy(p, piece.buf), short
}

// Read reads forwards.
func (r *ranged) Read(p []byte) (int, error) {
	n, err := r.ReadAt(p[:min(int64(len(p)), max(r.v.size-r.read, 0))], r.read)
	if r.read += int64(n); n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}
