package s3

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// partBytes is how much of an object is held in memory at a time: the size of a part. Every partsEach parts it doubles, because an
// object may have 10,000.
const (
	partBytes = 8 << 20
	partsEach = 1000
)

// over is the precondition of a write: that a version stands there, or, the zero value, that nothing does.
type over struct{ etag string }

func (o over) match() (match, none *string) {
	if o.etag == "" {
		return nil, aws.String("*")
	}
	return &o.etag, nil
}

// written is what a write left.
type written struct {
	etag, version string
	size          int64
}

// upload is an object being written. Nobody sees anything of it before commit; small ones go in one request, others in parts.
type upload struct {
	ctx   context.Context
	s     *store
	key   string
	like  *traits
	carry *carry // gives like as late as can be; nil: it is known
	over  over
	buf   bytes.Buffer
	most  int
	id    *string
	parts []types.CompletedPart
	size  int64
}

func (s *store) upload(ctx context.Context, key string, like *traits, over over) *upload {
	return &upload{ctx: ctx, s: s, key: key, like: like, over: over, most: partBytes}
}

func (u *upload) Write(p []byte) (int, error) {
	u.size += int64(len(p))
	for rest := p; len(rest) > 0; {
		n := min(u.most-u.buf.Len(), len(rest))
		u.buf.Write(rest[:n])
		rest = rest[n:]
		if u.buf.Len() == u.most && len(rest) > 0 {
			if err := u.part(); err != nil {
				return 0, err
			}
		}
	}
	return len(p), nil
}

// know asks what the object shall have beside its content, before the first request that says so.
func (u *upload) know() (err error) {
	if u.carry != nil {
		u.like, err = u.carry.traits()
	}
	return err
}

// part sends what is buffered.
func (u *upload) part() error {
	if u.id == nil {
		if err := u.know(); err != nil {
			return err
		}
		out, err := u.s.client.CreateMultipartUpload(u.ctx, u.like.multipart(&s3.CreateMultipartUploadInput{Bucket: &u.s.bucket, Key: &u.key}))
		if err != nil {
			return failure("s3:PutObject", err)
		}
		u.id = out.UploadId
		u.s.reached("begun")
	}
	n := aws.Int32(int32(len(u.parts) + 1))
	out, err := u.s.client.UploadPart(u.ctx, &s3.UploadPartInput{Bucket: &u.s.bucket, Key: &u.key, UploadId: u.id, PartNumber: n, Body: bytes.NewReader(u.buf.Bytes())})
	if err != nil {
		return failure("s3:PutObject", err)
	}
	u.parts = append(u.parts, types.CompletedPart{ETag: out.ETag, PartNumber: n, ChecksumCRC32: out.ChecksumCRC32, ChecksumCRC64NVME: out.ChecksumCRC64NVME})
	u.buf.Reset()
	if len(u.parts)%partsEach == 0 {
		u.most *= 2
	}
	return nil
}

// commit puts the object in place, where what it is written over still stands there; errChanged otherwise.
func (u *upload) commit() (written, error) {
	got, err := u.send()
	if err != nil || u.carry == nil {
		return got, err
	}
	u.s.reached("replaced")
	return got, u.carry.finish(got)
}

// send sends what is left of it.
func (u *upload) send() (written, error) {
	match, none := u.over.match()
	if u.id == nil {
		if err := u.know(); err != nil {
			return written{}, err
		}
		out, err := u.s.client.PutObject(u.ctx, u.like.put(&s3.PutObjectInput{Bucket: &u.s.bucket, Key: &u.key, Body: bytes.NewReader(u.buf.Bytes()), IfMatch: match, IfNoneMatch: none}))
		if err != nil {
			return written{}, gone(failure("s3:PutObject", err))
		}
		return written{etag: aws.ToString(out.ETag), version: u.s.versionID(out.VersionId), size: u.size}, nil
	}
	if u.buf.Len() > 0 {
		if err := u.part(); err != nil {
			return written{}, err
		}
	}
	if u.carry != nil {
		if err := u.carry.again(); err != nil {
			return written{}, err
		}
	}
	out, err := u.s.client.CompleteMultipartUpload(u.ctx, &s3.CompleteMultipartUploadInput{Bucket: &u.s.bucket, Key: &u.key, UploadId: u.id,
		IfMatch: match, IfNoneMatch: none, MultipartUpload: &types.CompletedMultipartUpload{Parts: u.parts}})
	if err != nil {
		return written{}, gone(failure("s3:PutObject", err))
	}
	u.id = nil
	return written{etag: aws.ToString(out.ETag), version: u.s.versionID(out.VersionId), size: u.size}, nil
}

// nullVersion is the version of what was written before a bucket kept versions, or since it keeps no more of them: there it is written over.
const nullVersion = "null"

// versionID is that of an answer; where versions are kept no more, it may say none.
func (s *store) versionID(id *string) string {
	if s.versions && aws.ToString(id) == "" {
		return nullVersion
	}
	return aws.ToString(id)
}

// gone is the answer to a write over what is no longer there.
func gone(err error) error {
	if errors.Is(err, errAbsent) {
		return errChanged
	}
	return err
}

// abort takes away the parts of an upload that was not committed, also after its context has ended.
func (u *upload) abort() {
	if u.id == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(u.ctx), 30*time.Second)
	defer cancel()
	_, _ = u.s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.s.bucket, Key: &u.key, UploadId: u.id})
	u.id = nil
}
