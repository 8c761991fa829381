package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// traits gives the traits of a document the values that stand beside its content.
func (w *work) traits(set connectors.Row) func(*traits) error {
	beside := map[string]*string{}
	for name, v := range set {
		if !isBeside(w.from, name) {
			continue
		}
		if beside[name] = nil; v != nil {
			text, _ := rowfile.PlainText(v, w.from.Zone)
			beside[name] = &text
		}
	}
	return func(t *traits) error { return t.with(beside) }
}

// retag writes a document over itself with other tags or metadata; its older versions, which have the old ones, go.
func (a *application) retag(ctx context.Context, w *work, t target) error {
	v, there := t.in.current()
	if !there {
		return fmt.Errorf("%w: a document that stands behind a delete marker cannot be given other tags or metadata", connectors.ErrNotSupported)
	}
	got, _, err := a.transfer(ctx, t.in.key, v, t.in.key, over{v.etag}, false, w.traits(t.set))
	if err != nil {
		return err
	}
	for _, old := range slices.Backward(t.in.versions) {
		if old.id == "" || old.id == got.version {
			continue
		}
		if err := a.removeOne(ctx, t.in.key, old); err != nil && !errors.Is(err, errAbsent) {
			return err
		}
	}
	t.in.versions = []version{{id: got.version, etag: got.etag, size: got.size}}
	return nil
}

// retagHeld does the same to a held document, of which all versions get the new ones.
func (a *application) retagHeld(ctx context.Context, w *work, t target) error {
	d := t.in.drawer
	for _, doc := range d.Docs {
		if doc.ID != t.spot.id {
			continue
		}
		for n := range doc.From {
			key := a.bodyKey(doc, n)
			i, err := a.one(ctx, key)
			if err != nil {
				return err
			}
			v, _ := i.current()
			if _, _, err := a.transfer(ctx, key, v, key, over{v.etag}, true, w.traits(t.set)); err != nil {
				return err
			}
		}
		return nil
	}
	return errAbsent
}

// rename gives a document another key: it is copied there, if nothing stands there, and then goes from where it was, with its older versions.
func (a *application) rename(ctx context.Context, w *work, t target) error {
	p, err := w.newPath(t.in.values, t.set)
	if err != nil {
		return err
	}
	to := strings.Join(p, "/")
	v, ok := t.in.newest()
	if !ok {
		return errAbsent
	}
	_, sum, err := a.transfer(ctx, t.in.key, v, to, over{}, false, w.traits(t.set))
	if errors.Is(err, errChanged) { // something stands there: the copy of a call that was killed, or something else
		same, looked := a.holds(ctx, to, sum)
		if looked != nil {
			return looked
		}
		if !same {
			w.note("another object stands where one is to be renamed to", "compare the two, and settle it by hand")
			return fmt.Errorf("%w: another object stands there", connectors.ErrConflict)
		}
		err = nil
	}
	if err == nil {
		err = a.removeAll(ctx, t.in.item)
	}
	if err == nil {
		t.in.versions = nil
	}
	return err
}

// transfer copies a version to a key, with its traits as change, which may be nil, wants them, and gives a digest of what it is, also where it could not be put there.
func (s *store) transfer(ctx context.Context, key string, v version, to string, over over, held bool, change func(*traits) error) (written, string, error) {
	o, err := s.open(ctx, key, v)
	if err != nil {
		return written{}, "", err
	}
	defer o.Body.Close()
	c := &carry{s: s, ctx: ctx, key: key, v: v, to: to, change: change, head: func() *s3.GetObjectOutput { return o }}
	sum := sha256.New()
	in := io.TeeReader(reader{o.Body}, sum)
	var w written
	if held {
		var like *traits
		if like, err = c.traits(); err == nil {
			w, err = s.hold(ctx, to, in, like, over)
		}
		if err == nil {
			err = c.finish(w)
		}
	} else {
		u := s.upload(ctx, to, nil, over)
		u.carry = c
		defer u.abort()
		if _, err = io.Copy(u, in); err == nil {
			w, err = u.commit()
		}
	}
	return w, hex.EncodeToString(sum.Sum(nil)), err
}

// holds says whether the object at a key has the content a digest was made of.
func (s *store) holds(ctx context.Context, key, sum string) (bool, error) {
	o, err := s.open(ctx, key, version{})
	if errors.Is(err, errAbsent) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer o.Body.Close()
	h := sha256.New()
	if _, err := io.Copy(h, reader{o.Body}); err != nil {
		return false, err
	}
	return hex.EncodeToString(h.Sum(nil)) == sum, nil
}

// dropDocument removes a held document for good.
func (a *application) dropDocument(ctx context.Context, t target) error {
	d := t.in.drawer
	i := slices.IndexFunc(d.Docs, func(x heldDoc) bool { return x.ID == t.spot.id })
	if i < 0 {
		return errAbsent
	}
	doc := d.Docs[i]
	for n := range doc.From { // the bodies first: a document is not erased before they are
		if err := a.drop(ctx, a.bodyKey(doc, n)); err != nil {
			return err
		}
	}
	d.Docs = slices.Delete(slices.Clone(d.Docs), i, i+1)
	return a.save(ctx, d)
}

// renameHeld lets a held document come back under another key.
func (a *application) renameHeld(ctx context.Context, w *work, t target) error {
	p, err := w.newPath(t.in.values, t.set)
	if err != nil {
		return err
	}
	d := t.in.drawer
	i := slices.IndexFunc(d.Docs, func(x heldDoc) bool { return x.ID == t.spot.id })
	if i < 0 {
		return errAbsent
	}
	to, err := a.drawer(ctx, a.drawerKey(d.Format, p))
	if err != nil {
		return err
	}
	if to == nil {
		to = &drawer{Path: p, Format: d.Format}
	}
	if !slices.ContainsFunc(to.Docs, func(x heldDoc) bool { return x.ID == t.spot.id }) {
		to.Docs = append(to.Docs, d.Docs[i])
		if err := a.save(ctx, to); err != nil {
			return err
		}
	}
	d.Docs = slices.Delete(slices.Clone(d.Docs), i, i+1)
	return a.save(ctx, d)
}
