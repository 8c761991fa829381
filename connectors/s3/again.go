package s3

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"github.com/dossier-dsr/dossier/connectors/spool"
)

// readings are what a call keeps of what it read, so that no object is read twice.
type readings struct {
	*spool.Spool
	heads atomic.Int64 // kept
}

// maxHeads is of how many objects what stands beside their content is kept: of the first, which are rewritten first.
const maxHeads = 1024

// again is what was read whole of an object of which rows are wanted, so that it is not read again when it is rewritten. It is of one entity tag: under
// another, the object is read. Nil keeps nothing.
type again struct {
	in     *readings
	wanted bool // rows were found in it
	etag   string
	piece  *spool.Piece

	head *s3.GetObjectOutput // what stood beside it then; nil where it has to be asked for
	at   time.Time
}

// found says that the object will be read again.
func (a *again) found() {
	if a != nil {
		a.wanted = true
	}
}

// keep keeps what was read of a version, if all of it was.
func (a *again) keep(v version, c *content) {
	if a == nil || !a.wanted || c.whole == nil || a.piece != nil && a.etag == v.etag {
		return
	}
	a.etag, a.piece, a.head, a.at = v.etag, a.in.Keep(c.whole), nil, c.at
	if v.id != "" && c.head != nil && a.piece != nil && a.in.heads.Add(1) <= maxHeads { // of what is written over, it is asked for later
		head := *c.head
		head.Body, head.ResultMetadata = nil, middleware.Metadata{} // which has the whole answer in it
		a.head = &head
	}
}

// read gives a version that was kept.
func (a *again) read(v version) ([]byte, bool) {
	if a == nil || v.etag == "" || a.etag != v.etag {
		return nil, false
	}
	return a.piece.Read()
}

// beside is what stood beside the content of what was kept, where that was a moment ago; nil where it has to be asked for: tags can be changed without a new entity tag.
func (a *again) beside(now time.Time) *s3.GetObjectOutput {
	if a == nil || now.Sub(a.at) > moment {
		return nil
	}
	return a.head
}

// whole reads a small object at once; nil where it is none.
func whole(o *s3.GetObjectOutput, v version) (*bytes.Buffer, error) {
	if v.size > wholeBytes || aws.ToInt64(o.ContentLength) > wholeBytes {
		return nil, nil
	}
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	_, err := b.ReadFrom(reader{o.Body})
	return b, err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// inMemory is what was read of an object, which can be asked for its size.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// head asks for what stands beside the content of a version, as reading it would tell.
func (s *store) head(ctx context.Context, key string, v version) (*s3.GetObjectOutput, error) {
	h, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key, VersionId: text(v.id), IfMatch: text(v.etag)})
	if err != nil {
		return nil, failure("s3:GetObject", err)
	}
	return &s3.GetObjectOutput{ContentType: h.ContentType, CacheControl: h.CacheControl, ContentDisposition: h.ContentDisposition, ContentEncoding: h.ContentEncoding,
		ContentLanguage: h.ContentLanguage, WebsiteRedirectLocation: h.WebsiteRedirectLocation, ExpiresString: h.ExpiresString, Metadata: h.Metadata,
		StorageClass: h.StorageClass, ServerSideEncryption: h.ServerSideEncryption, SSEKMSKeyId: h.SSEKMSKeyId, BucketKeyEnabled: h.BucketKeyEnabled,
		TagCount: h.TagCount}, nil
}
