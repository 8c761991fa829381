package index

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
)

// Shelf is where the pieces of an index lie, by name. Nothing else lies there.
type Shelf interface {
	// Get gives a piece, and a tag that is another when it was replaced; ErrNone where there is none.
	Get(ctx context.Context, name string) (content []byte, tag string, err error)
	// Put writes a piece over the one with a tag, "" for none; ErrOther where another stands there. It leaves nothing of the one before.
	Put(ctx context.Context, name string, content []byte, over string) error
	// Drop takes a piece away, with all that the store keeps of it. One that is not there is no error.
	Drop(ctx context.Context, name string) error
	// Names are those of the pieces that begin so.
	Names(ctx context.Context, prefix string) ([]string, error)
}

// The answers of a shelf.
var (
	ErrNone  = errors.New("there is no such piece")
	ErrOther = errors.New("the piece is another")
)

// Index is that of one system. Safe for concurrent use.
type Index struct {
	keys
	shelf      Shelf
	blockBytes int

	mu   sync.Mutex
	busy map[string]bool // the directories a pass of this process is going to write
}

// New makes the index of a system, which lies on a shelf, out of a secret nobody can guess.
func New(secret []byte, system string, shelf Shelf) (*Index, error) {
	k, err := newKeys(secret, system)
	return &Index{keys: k, shelf: shelf, blockBytes: blockBytes, busy: map[string]bool{}}, err
}

const directoryEnd = ".dir"

// ref is one block of a directory: it covers the keys from its own to that of the next.
type ref struct{ from, name string }

// directory is the blocks of one source.
type directory struct {
	name string // without its ending
	refs []ref
	tag  string
}

// directory reads one; what cannot be read has no blocks.
func (x *Index) directory(ctx context.Context, name string) (*directory, error) {
	d := &directory{name: name}
	content, tag, err := x.shelf.Get(ctx, name+directoryEnd)
	if errors.Is(err, ErrNone) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	d.tag = tag
	plain, err := x.opened(name+directoryEnd, content)
	if err != nil || len(plain) == 0 || plain[0] != format {
		return d, errTorn
	}
	for r := (unpacking{b: plain[1:]}); len(r.b) > 0; {
		d.refs = append(d.refs, ref{string(r.text()), string(r.text())})
		if r.torn {
			d.refs = nil
			return d, errTorn
		}
	}
	return d, nil
}

// replace writes a directory over the one that was read, and takes away the blocks nobody names any more.
func (x *Index) replace(ctx context.Context, d *directory, refs []ref) error {
	plain := []byte{format}
	for _, r := range refs {
		plain = text(text(plain, r.from), r.name)
	}
	name := d.name + directoryEnd
	if err := x.shelf.Put(ctx, name, x.sealed(name, plain), d.tag); err != nil {
		return err
	}
	blocks, err := x.shelf.Names(ctx, d.name+"/")
	for _, b := range blocks {
		if !slices.ContainsFunc(refs, func(r ref) bool { return r.name == b }) {
			err = errors.Join(err, x.shelf.Drop(ctx, b))
		}
	}
	return err
}

// block reads one; what is missing or cannot be read holds nothing.
func (x *Index) block(ctx context.Context, name string) ([]entry, error) {
	content, _, err := x.shelf.Get(ctx, name)
	if errors.Is(err, ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := x.opened(name, content)
	if err != nil {
		return nil, nil //nolint:nilerr // it is torn, or of another key: nothing is known
	}
	entries, err := unpack(plain)
	if err != nil {
		return nil, nil //nolint:nilerr // neither
	}
	return entries, nil
}

// write writes entries as a new block.
func (x *Index) write(ctx context.Context, d *directory, entries []entry) (ref, error) {
	r := ref{entries[0].key, d.name + "/" + rand.Text()}
	return r, x.shelf.Put(ctx, r.name, x.sealed(r.name, pack(entries)), "")
}

// foreign takes away what does not open under our key: nobody uses it, and it names people too.
func (x *Index) foreign(ctx context.Context) error {
	names, err := x.shelf.Names(ctx, "")
	if err != nil {
		return err
	}
	for _, n := range names {
		own, _, inside := strings.Cut(n, "/")
		if inside && slices.Contains(names, own+directoryEnd) {
			continue // it goes with its directory
		}
		content, _, looked := x.shelf.Get(ctx, n)
		if looked != nil {
			continue
		}
		if _, torn := x.opened(n, content); torn == nil {
			continue
		}
		own = strings.TrimSuffix(own, directoryEnd)
		for _, piece := range names {
			if piece == n || strings.HasPrefix(piece, own+"/") {
				err = errors.Join(err, x.shelf.Drop(ctx, piece))
			}
		}
	}
	return err
}
