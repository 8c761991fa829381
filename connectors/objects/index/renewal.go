package index

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	blockBytes = 1 << 20 // of a block that is cut off
	few        = 4       // a block of a fourth of that goes with the next
	waits      = 16      // so many blocks of entries wait for an object that is still being read
)

// renewal writes the index anew in the order of the keys, while objects are worked in an order of their own. Blocks in which nothing
// is otherwise stay what they are.
type renewal struct {
	ctx context.Context
	x   *Index
	d   *directory

	mu      sync.Mutex
	moved   sync.Cond
	line    []*slot // what has not been written yet
	waiting int     // bytes of it
	refs    []ref   // the new directory
	buffer  []entry
	bytes   int
	block   *ref // the old block the buffer is so far, and nothing else
	fresh   bool // it is that no longer
	failed  error
}

// slot is a place in the line.
type slot struct {
	key    string
	before *entry
	act    func(*renewal) // what is done as its turn comes, beside writing now
	now    *entry
	ready  bool
}

func newRenewal(ctx context.Context, x *Index, d *directory) *renewal {
	r := &renewal{ctx: ctx, x: x, d: d}
	r.moved.L = &r.mu
	return r
}

// slot gives an object its place. It waits while much of what was read stands behind an object that is still being read.
func (r *renewal) slot(key string, before *entry) *slot {
	s := &slot{key: key, before: before}
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.waiting > waits*r.x.blockBytes && r.failed == nil {
		r.moved.Wait()
	}
	r.line = append(r.line, s)
	return s
}

// done says what is remembered of an object from now on.
func (r *renewal) done(s *slot, now *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.now, s.ready = now, true
	if now != nil {
		r.waiting += now.bytes()
	}
	r.advance()
}

func (r *renewal) then(act func(*renewal)) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line = append(r.line, &slot{act: act, ready: true})
	r.advance()
}

// advance writes what stands first in the line, as far as it is ready.
func (r *renewal) advance() {
	n := 0
	for _, s := range r.line {
		if !s.ready {
			break
		}
		n++
		if s.act != nil {
			s.act(r)
			continue
		}
		if s.now != nil {
			r.waiting -= s.now.bytes()
			r.add(*s.now)
		}
		if s.now != s.before {
			r.fresh = true
		}
	}
	if n > 0 {
		r.line = slices.Delete(r.line, 0, n)
		r.moved.Broadcast()
	}
}

// keep passes a block as it is.
func (r *renewal) keep(b ref) {
	r.then(func(r *renewal) {
		r.close(true)
		r.refs = append(r.refs, b)
	})
}

// enter says that a block begins; torn, that nothing is left of it.
func (r *renewal) enter(b ref, torn bool) {
	r.then(func(r *renewal) {
		r.close(false)
		if len(r.buffer) == 0 {
			r.block, r.fresh = &b, torn
		}
	})
}

// pass keeps what is remembered of an object.
func (r *renewal) pass(e entry) {
	r.then(func(r *renewal) { r.add(e) })
}

// drop says that something is remembered no more.
func (r *renewal) drop() {
	r.then(func(r *renewal) { r.fresh = true })
}

func (r *renewal) add(e entry) {
	if len(e.versions) == 0 {
		return
	}
	r.buffer = append(r.buffer, e)
	r.bytes += e.bytes()
	if r.bytes < 2*r.x.blockBytes || r.block != nil && !r.fresh {
		return
	}
	n, half := 0, 0
	for half < r.x.blockBytes && n < len(r.buffer)-1 {
		half += r.buffer[n].bytes()
		n++
	}
	r.cut(max(n, 1))
}

// close ends the block the pass was in: it stays as it was, or is written; what is little goes with the next, unless it must not.
func (r *renewal) close(must bool) {
	if r.block != nil && !r.fresh {
		r.refs = append(r.refs, *r.block)
		r.buffer, r.bytes = nil, 0
	}
	if must || r.bytes >= r.x.blockBytes/few {
		r.cut(len(r.buffer))
	}
	r.block, r.fresh = nil, true
}

// cut writes the first n of the buffer as a block.
func (r *renewal) cut(n int) {
	if n == 0 {
		return
	}
	if r.failed == nil {
		var b ref
		if b, r.failed = r.x.write(r.ctx, r.d, r.buffer[:n]); r.failed == nil {
			r.refs = append(r.refs, b)
		}
	}
	for _, e := range r.buffer[:n] {
		r.bytes -= e.bytes()
	}
	r.buffer = slices.Clone(r.buffer[n:])
}

// enough is how long is waited at the end for the index to be put in place.
const enough = time.Minute

// end puts the new directory in place, if anything is otherwise, and takes away what nobody names.
func (r *renewal) end(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.line { // not one is being worked any more
		if !s.ready {
			s.now, s.ready = s.before, true
			if s.now != nil {
				r.waiting += s.now.bytes()
			}
		}
	}
	r.advance()
	r.close(true)
	if slices.Equal(r.refs, r.d.refs) || ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, enough)
	defer cancel()
	if r.failed == nil {
		r.failed = r.x.replace(ctx, r.d, r.refs)
	}
	if r.failed == nil {
		_ = r.x.foreign(ctx) // it is tried again when something is remembered next
		return
	}
	for _, b := range r.refs { // nobody will name them
		if !slices.Contains(r.d.refs, b) {
			_ = r.x.shelf.Drop(ctx, b.name)
		}
	}
}
