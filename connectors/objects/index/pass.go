package index

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/dossier-dsr/dossier/connectors/objects"
)

// Span says which keys a pass visits, where objects stand there.
type Span struct {
	Prefixes []string          // every such key begins with one of these
	Visits   func(string) bool // of those, the pass visits this one
}

// meets says whether keys from one up to another, "" for no end, can lie in the span.
func (s Span) meets(from, to string) bool {
	return slices.ContainsFunc(s.Prefixes, func(p string) bool {
		return (to == "" || p < to) && (from < p || strings.HasPrefix(from, p))
	})
}

func (s Span) has(key string) bool {
	return slices.ContainsFunc(s.Prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) && s.Visits(key)
}

// Pass is one pass over the objects of a source, in the order of their keys. A nil pass knows nothing and remembers nothing.
type Pass struct {
	x       *Index
	d       *directory
	span    Span
	match   *objects.Matcher
	ways    []way
	columns []string // what is remembered of an object that is read

	last  string  // the key of the object that came last
	begun bool    // one has come
	at    int     // the next block of the directory
	old   []entry // what is left of the block the pass is in

	out *renewal // nil: nothing is remembered
	ctx context.Context
}

// Begin begins a pass for a selection. renew says that what is found otherwise is remembered; of several passes of a process over
// one source, one at a time does that. It is nil where the index can do nothing for the selection, or cannot be read.
func (x *Index) Begin(ctx context.Context, source string, m *objects.Matcher, span Span, renew bool) *Pass {
	if x == nil || m.Everything() {
		return nil
	}
	p := &Pass{x: x, span: span, match: m, ctx: ctx}
	useful := false
	mark := x.marker()
	for _, s := range m.Sought() {
		p.ways = append(p.ways, wayOf(s, mark))
		if s.Named {
			continue
		}
		useful = useful || len(s.Fields) > 0
		for _, f := range s.Fields {
			if !slices.Contains(p.columns, f) {
				p.columns = append(p.columns, f)
			}
		}
	}
	if !useful {
		return nil
	}
	name := x.name(source)
	if renew {
		renew = x.claim(name)
	}
	var err error
	if p.d, err = x.directory(ctx, name); p.d == nil || err != nil && p.d.tag == "" {
		if renew {
			x.free(name)
		}
		return nil
	}
	if renew {
		p.out = newRenewal(ctx, x, p.d)
	}
	return p
}

func (x *Index) claim(name string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.busy[name] {
		return false
	}
	x.busy[name] = true
	return true
}

func (x *Index) free(name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.busy, name)
}

// Object gives what is known of the next object; keys ascend. The objects are worked by several goroutines, each is ended by one.
func (p *Pass) Object(key string) *Object {
	if p == nil {
		return nil
	}
	if p.begun && key <= p.last { // a service that lists in no order
		return nil
	}
	p.begun, p.last = true, key
	o := &Object{p: p, before: p.seek(key)}
	if p.out != nil {
		o.slot = p.out.slot(key, o.before)
	}
	return o
}

// seek moves on to a key, and gives what is remembered of it.
func (p *Pass) seek(key string) *entry {
	for {
		for len(p.old) > 0 && p.old[0].key < key {
			p.leave(p.old[0], true)
		}
		if len(p.old) > 0 && p.old[0].key == key {
			e := p.old[0]
			p.old = p.old[1:]
			return &e
		}
		if p.at == len(p.d.refs) || p.d.refs[p.at].from > key {
			return nil
		}
		p.enter()
	}
}

// enter goes into the next block, or past it where it holds nothing the pass visits.
func (p *Pass) enter() {
	r, to := p.d.refs[p.at], ""
	if p.at++; p.at < len(p.d.refs) {
		to = p.d.refs[p.at].from
	}
	if !p.span.meets(r.from, to) {
		p.old = nil
		p.out.keep(r)
		return
	}
	entries, err := p.x.block(p.ctx, r.name)
	if err != nil {
		entries = nil
	}
	p.old = entries
	p.out.enter(r, len(entries) == 0)
}

// leave passes what is remembered of an object that was not listed: where the pass would have visited it, it is gone.
func (p *Pass) leave(e entry, whole bool) {
	p.old = p.old[1:]
	if whole && p.span.has(e.key) {
		p.out.drop()
		return
	}
	p.out.pass(e)
}

// End ends the pass, after its objects; whole says that all of them were visited. What was found is then remembered, unless somebody else has
// remembered something meanwhile; that this may fail is no failure of the pass.
func (p *Pass) End(ctx context.Context, whole bool) {
	if p == nil || p.out == nil {
		return
	}
	defer p.x.free(p.d.name)
	for {
		for len(p.old) > 0 {
			p.leave(p.old[0], whole)
		}
		if p.at == len(p.d.refs) {
			break
		}
		if !whole {
			p.out.keep(p.d.refs[p.at])
			p.at++
			continue
		}
		p.enter()
	}
	p.out.end(ctx)
}

// Object is one of a pass, while it is worked. A nil one knows nothing and remembers nothing.
type Object struct {
	p      *Pass
	before *entry
	slot   *slot
	mu     sync.Mutex
	read   []known
}

// Without says that no row of a version can be selected, so that it need not be read. values are those of the fields of its path.
func (o *Object) Without(v Version, values []string) bool {
	if o == nil {
		return false
	}
	k := o.before.of(v)
	if k == nil {
		return false
	}
	for i := range o.p.ways {
		if o.p.match.Reaches(i, values) && o.p.ways[i].may(k) {
			return false
		}
	}
	return true
}

// End says that an object was worked; versions are all that stand there, nil where that is not known.
func (o *Object) End(versions []Version) {
	if o == nil || o.slot == nil {
		return
	}
	if versions == nil {
		o.p.out.done(o.slot, o.before)
		return
	}
	now := &entry{key: o.slot.key}
	for _, v := range versions {
		k := o.before.of(v)
		for i := range o.read {
			if o.read[i].is(v) {
				k = &o.read[i]
			}
		}
		if k != nil {
			now.versions = append(now.versions, *k)
		}
	}
	if now.same(o.before) {
		now = o.before
	}
	o.p.out.done(o.slot, now)
}
