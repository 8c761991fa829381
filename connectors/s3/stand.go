package s3

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/objects/index"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// parallel is how many objects are read or rewritten at a time; of those that are not read at once, parts of a few may be in memory.
const (
	parallel = 16
	few      = 6
)

// turns bounds how many objects are in work that take more than a mebibyte each: large ones, and those of which parts are unpacked in memory.
type turns chan struct{}

// take waits for the turn of an object; what it gives ends it.
func (t turns) take(ctx context.Context, from *objects.Source, i item) (end func(), err error) {
	if i.size() <= wholeBytes && rowfile.Streams(from.Codec) {
		return func() {}, nil
	}
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// stand is one key of a collection: the versions that stand there, and what is held of it.
type stand struct {
	found
	drawer *drawer       // nil: nothing is held
	known  *index.Object // what is known of which rows stand there; nil: nothing
	again  *again        // what was read of it; nil: it will not be read again
}

func (st *stand) etag() string {
	v, _ := st.current()
	return v.etag
}

// tour visits every key at which rows of a selection can be, each once: where objects stand, and where something is held. Several are visited
// at a time. renew says that what is found there is remembered.
func (s *store) tour(ctx context.Context, from *objects.Source, m *objects.Matcher, renew bool, visit func(context.Context, *stand) error) (err error) {
	drawers, err := s.drawers(ctx)
	if err != nil {
		return err
	}
	outer := ctx
	pass := s.pass(outer, from, m, renew)
	defer func() { pass.End(outer, err == nil) }()
	all, ctx := errgroup.WithContext(outer)
	all.SetLimit(parallel)
	meter, err := s.meter(outer, from, m)
	if err != nil {
		return err
	}
	format, seen, large := formatName(from.Rows), false, make(turns, few)
	err = s.keys(ctx, from, m, func(f found) error {
		seen = true
		key := s.drawerKey(format, f.path)
		held := drawers[key]
		delete(drawers, key)
		known := pass.Object(f.key)
		all.Go(func() (err error) {
			st := &stand{found: f, known: known}
			ctx, whole := meter.share(ctx, f.size())
			defer whole()
			defer func() {
				var stood []index.Version
				if err == nil {
					stood = st.indexed()
				}
				known.End(stood)
			}()
			end, err := large.take(ctx, from, f.item)
			if err != nil {
				return err
			}
			defer end()
			if held {
				if st.drawer, err = s.drawer(ctx, key); err != nil {
					return err
				}
			}
			return visit(ctx, st)
		})
		return ctx.Err()
	})
	depth := len(from.Path.Segments) - 1
	for key := range drawers {
		if err != nil {
			break
		}
		var d *drawer
		if d, err = s.drawer(ctx, key); err != nil || d == nil || d.Format != format {
			continue
		}
		values, ok := from.Path.Read(d.Path)
		if !ok {
			continue
		}
		seen = true
		if m.Nothing() || !m.May(depth, values) {
			continue
		}
		st := &stand{found: found{item: item{key: strings.Join(d.Path, "/")}, path: d.Path, values: values}, drawer: d}
		if st.item, err = s.one(ctx, st.key); err == nil {
			all.Go(func() error { return visit(ctx, st) })
		}
	}
	if waited := all.Wait(); waited != nil {
		return waited
	}
	if err == nil && !seen {
		err = s.present(outer, from)
	}
	return err
}

// present is ErrNoCollection where an address without fields names no object. Others name none until there is one: a bucket has no folders.
func (s *store) present(ctx context.Context, from *objects.Source) error {
	fixed := from.Path.Fixed()
	if len(fixed) < len(from.Path.Segments) {
		return nil
	}
	i, err := s.one(ctx, strings.Join(fixed, "/"))
	if err == nil && len(i.versions) == 0 {
		err = fmt.Errorf("%w: nothing stands at %s, the address of %s", connectors.ErrNoCollection, from.At, from.Name)
	}
	return err
}

// rows reads those rows of one version that sought can mean; all where it is nil.
func (s *store) rows(ctx context.Context, from *objects.Source, key string, v version, a *again, sought *rowfile.Sought, ask func(rowfile.Record) error) error {
	in, err := s.content(ctx, from, key, v, a)
	if err != nil {
		return err
	}
	defer in.close()
	n := 0
	err = rowfile.Find(from.Codec, in.r, sought, func(r rowfile.Record) error {
		if n++; n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		return ask(r)
	})
	if err == nil {
		a.keep(v, in)
	}
	return err
}

// content is a version that is being read.
type content struct {
	r     io.Reader
	head  *s3.GetObjectOutput // nil: it was read before
	how   squeezed
	whole []byte    // all of it, as it is stored; nil: it is read piece by piece
	at    time.Time // when it was asked for
	shut  []func()
}

func (c *content) close() {
	for _, shut := range c.shut {
		shut()
	}
}

// content opens a version as its format wants to read it; a may have it still.
func (s *store) content(ctx context.Context, from *objects.Source, key string, v version, a *again) (*content, error) {
	kept, isKept := a.read(v)
	if !rowfile.Streams(from.Codec) {
		since, r := s.clock(), s.ranged(ctx, key, v)
		if isKept {
			r.have(kept)
		}
		err := r.begin()
		return &content{r: r, head: r.head, whole: r.whole(), at: since}, err
	}
	c := &content{whole: kept, at: s.clock()}
	var in io.ReadCloser = inMemory{bytes.NewReader(kept)}
	if !isKept {
		var err error
		if c.head, err = s.open(ctx, key, v); err != nil {
			return nil, err
		}
		in = reader{c.head.Body}
		c.shut = append(c.shut, func() { _ = c.head.Body.Close() })
		b, err := whole(c.head, v)
		if b != nil {
			c.shut = append(c.shut, func() { buffers.Put(b) })
			in, c.whole = inMemory{bytes.NewReader(b.Bytes())}, b.Bytes()
		}
		if err != nil {
			c.close()
			return nil, from.Said(err)
		}
	}
	out, how, err := unsqueeze(in)
	if err != nil {
		c.close()
		return nil, from.Said(err)
	}
	c.r, c.how, c.shut = out, how, append(c.shut, func() { _ = out.Close() })
	return c, nil
}
