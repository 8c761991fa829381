package s3

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// meter says how many bytes of those to be read have been.
type meter struct {
	tell  func(done, total int64)
	sizes map[*object]int64 // of those to be changed

	mu          sync.Mutex
	done, total int64
	last        time.Time
}

// beats is how often somebody who looks is told.
const beats = 200 * time.Millisecond

// meter gives one for a tour, nil where nobody looks. It lists what there is to read, so that the whole is known from the beginning.
func (s *store) meter(ctx context.Context, from *objects.Source, m *objects.Matcher) (*meter, error) {
	tell := connectors.ProgressOf(ctx)
	if tell == nil || from.Codec == nil {
		return nil, nil
	}
	out := &meter{tell: tell}
	err := s.keys(ctx, from, m, func(f found) error {
		out.total += f.size()
		return nil
	})
	return out, err
}

// meter gives one for the objects in which a treatment reads to change them, nil where nobody looks: the current version of those of rows, all versions of documents that
// are copied. What is only removed takes no reading.
func (a *application) meter(ctx context.Context, w *work) *meter {
	tell := connectors.ProgressOf(ctx)
	if tell == nil || w.from.Codec == nil && w.Verb == connectors.Delete {
		return nil
	}
	out := &meter{tell: tell, sizes: map[*object]int64{}}
	for _, t := range w.todo {
		if _, known := out.sizes[t.in]; known {
			continue
		}
		n := t.in.size()
		if v, there := t.in.current(); w.from.Codec != nil && there {
			n = v.size
		}
		out.sizes[t.in] = n
		out.total += n
	}
	return out
}

// of has what is read of an object with the context counted; see share.
func (m *meter) of(ctx context.Context, o *object) (_ context.Context, whole func()) {
	if m == nil {
		return ctx, func() {}
	}
	return m.share(ctx, m.sizes[o])
}

// size is that of all versions of a key.
func (i item) size() (n int64) {
	for _, v := range i.versions {
		n += v.size
	}
	return n
}

// add counts bytes of a share, of which there may be more than it has where it is read twice; n < 0 is what is left of it.
func (m *meter) add(s *share, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n < 0 || n > s.left {
		n = s.left
	}
	s.left -= n
	m.done = min(m.done+n, m.total)
	if now := time.Now(); m.done == m.total || now.Sub(m.last) >= beats {
		m.last = now
		m.tell(m.done, m.total)
	}
}

// share is what one key is of the whole.
type share struct {
	m    *meter
	left int64
}

type sharing struct{}

// share has what is read with the context counted, of so many bytes, until whole is called: then all of it is done, read or not.
func (m *meter) share(ctx context.Context, size int64) (_ context.Context, whole func()) {
	if m == nil {
		return ctx, func() {}
	}
	s := &share{m: m, left: size}
	return context.WithValue(ctx, sharing{}, s), func() { m.add(s, -1) }
}

// metered counts what is read of a body, where somebody looks.
func metered(ctx context.Context, body io.ReadCloser) io.ReadCloser {
	if s, ok := ctx.Value(sharing{}).(*share); ok {
		return measured{body, s}
	}
	return body
}

type measured struct {
	io.ReadCloser
	s *share
}

func (m measured) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	m.s.m.add(m.s, int64(n))
	return n, err
}
