package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// ahead reads a version here and there, mostly forwards: one stream of it, begun anew where something before it is asked for. Its beginning is kept.
type ahead struct {
	s    *store
	ctx  context.Context
	key  string
	v    version
	body io.Closer
	in   io.ReadCloser
	at   int64
	head []byte
}

const headBytes = 64 << 10

func (s *store) ahead(ctx context.Context, key string, v version) *ahead {
	return &ahead{s: s, ctx: ctx, key: key, v: v}
}

func (a *ahead) close() {
	if a.in != nil {
		_ = a.in.Close()
		_ = a.body.Close()
		a.in = nil
	}
}

func (a *ahead) begin() error {
	a.close()
	o, err := a.s.open(a.ctx, a.key, a.v)
	if err != nil {
		return err
	}
	in, _, err := unsqueeze(reader{o.Body})
	if err != nil {
		_ = o.Body.Close()
		return err
	}
	a.body, a.in, a.at = o.Body, in, 0
	if a.head != nil {
		return nil
	}
	var head bytes.Buffer
	if _, err := io.CopyN(&head, in, headBytes); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	a.head, a.at = append([]byte{}, head.Bytes()...), int64(head.Len())
	return nil
}

// ReadAt gives what stands at off in the content; see [io.ReaderAt].
func (a *ahead) ReadAt(p []byte, off int64) (int, error) {
	if a.in == nil {
		if err := a.begin(); err != nil {
			return 0, err
		}
	}
	if off+int64(len(p)) <= int64(len(a.head)) {
		return copy(p, a.head[off:]), nil
	}
	if off < a.at {
		if err := a.begin(); err != nil {
			return 0, err
		}
	}
	if off < a.at { // it begins in the head and goes on behind it
		n := copy(p, a.head[off:])
		more, err := a.ReadAt(p[n:], off+int64(n))
		return n + more, err
	}
	if _, err := io.CopyN(io.Discard, a.in, off-a.at); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(a.in, p)
	a.at = off + int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// stream is the content from its beginning.
func (a *ahead) stream() io.Reader { return io.NewSectionReader(a, 0, 1<<62) }
