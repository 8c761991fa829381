package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// resumes is how often a body is asked for anew that breaks off without having given anything.
const resumes = 3

// body is the content of a version, which is asked for from where it broke off: a long one is read as slowly as its rows are taken, and services and networks
// part from whoever is slow. It is the same object by its entity tag, or an error.
type body struct {
	io.ReadCloser
	ask   func(from int64) (*s3.GetObjectOutput, error)
	at    int64
	tries int
}

// resuming gives the body of an answer to in.
func (s *store) resuming(ctx context.Context, c *s3.Client, in s3.GetObjectInput, out *s3.GetObjectOutput) io.ReadCloser {
	in.IfMatch = out.ETag
	return &body{ReadCloser: out.Body, ask: func(from int64) (*s3.GetObjectOutput, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", from))
		return c.GetObject(ctx, &in)
	}}
}

// Read reads on. Where nothing more is to be had, the error is that of the answer which broke off.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.at += int64(n); n > 0 {
		b.tries = 0
	}
	if err == nil || errors.Is(err, io.EOF) || b.tries == resumes {
		return n, err
	}
	b.tries++
	more, asked := b.ask(b.at)
	if asked != nil {
		return n, err
	}
	if !strings.HasPrefix(aws.ToString(more.ContentRange), fmt.Sprintf("bytes %d-", b.at)) {
		_ = more.Body.Close()
		return n, err
	}
	_ = b.Close()
	b.ReadCloser = more.Body
	return n, nil
}
