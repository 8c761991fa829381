package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/objects/index"
)

// secretBytes is how long the key of an index has to be: it keeps whoever reads the index from trying out who is in it.
const secretBytes = 32

// indexed gives the store its index, where the settings name a key for it. In a bucket that lets nobody remove what is new there is none: what
// it remembers could not be forgotten.
func (s *store) indexed(config connectors.Config) error {
	secret := config[settingIndexKey]
	switch {
	case secret == "":
		return nil
	case len(secret) < secretBytes:
		return wrong(settingIndexKey, "index_key is too short: who reads the index could try out who is in it", "give it what `openssl rand -base64 32` prints")
	case s.retains:
		return nil
	}
	var err error
	s.index, err = index.New([]byte(secret), s.bucket, shelf{s})
	return err
}

// pass begins a pass over the objects a selection concerns.
func (s *store) pass(ctx context.Context, from *objects.Source, m *objects.Matcher, renew bool) *index.Pass {
	if from.Codec == nil || m.Nothing() || s.index == nil {
		return nil
	}
	var span index.Span
	for _, p := range prefixes(from, m) {
		span.Prefixes = append(span.Prefixes, p.text)
	}
	depth := len(from.Path.Segments) - 1
	span.Visits = func(key string) bool {
		values, ok := from.Path.Read(strings.Split(key, "/"))
		return ok && m.May(depth, values)
	}
	return s.index.Begin(ctx, strings.Join([]string{from.At, formatName(from.Rows), from.Zone.String()}, "\x00"), m, span, renew)
}

// indexed gives the versions of a key as the index tells them apart.
func (i item) indexed() []index.Version {
	out := []index.Version{}
	for _, v := range i.versions {
		if !v.marker {
			out = append(out, v.indexed())
		}
	}
	return out
}

func (v version) indexed() index.Version {
	return index.Version{ID: v.id, ETag: v.etag, Size: v.size, At: v.at}
}

// forget lets the index know nothing of the objects in which a treatment changes rows.
func (a *application) forget(ctx context.Context, w *work) error {
	if w.from.Codec == nil {
		return nil
	}
	var keys []string
	for _, t := range w.todo {
		if n := len(keys); n == 0 || keys[n-1] != t.in.key {
			keys = append(keys, t.in.key)
		}
	}
	return a.index.Forget(ctx, keys)
}

// shelf is where the index lies: below the closed prefix.
type shelf struct{ s *store }

const indexFolder = "index/"

func (f shelf) key(name string) string { return f.s.held + indexFolder + name }

// Get reads a piece of the index; see [index.Shelf].
func (f shelf) Get(ctx context.Context, name string) ([]byte, string, error) {
	o, err := f.s.open(ctx, f.key(name), version{})
	if errors.Is(err, errAbsent) {
		return nil, "", index.ErrNone
	}
	if err != nil {
		return nil, "", err
	}
	defer o.Body.Close()
	content, err := io.ReadAll(reader{o.Body})
	return content, aws.ToString(o.ETag), err
}

// Put writes one, and leaves no earlier version of it.
func (f shelf) Put(ctx context.Context, name string, content []byte, over string) error {
	key := f.key(name)
	in := &s3.PutObjectInput{Bucket: &f.s.bucket, Key: &key, Body: bytes.NewReader(content), IfNoneMatch: aws.String("*")}
	if over != "" {
		in.IfMatch, in.IfNoneMatch = &over, nil
	}
	o, err := f.s.client.PutObject(ctx, in)
	if err = gone(failure("s3:PutObject", err)); errors.Is(err, errChanged) {
		return index.ErrOther
	}
	if err != nil {
		return err
	}
	f.s.reached("indexed " + path.Ext(name)) // ".dir", or "" of a block
	if !f.s.versions || over == "" {
		return nil
	}
	now, err := f.s.one(ctx, key)
	if err != nil {
		return err
	}
	for _, v := range now.versions {
		if v.id != f.s.versionID(o.VersionId) {
			err = errors.Join(err, present(f.s.removeOne(ctx, key, v)))
		}
	}
	return err
}

// Drop removes one with all its versions.
func (f shelf) Drop(ctx context.Context, name string) error {
	key := f.key(name)
	now, err := f.s.one(ctx, key)
	for _, v := range now.versions {
		err = errors.Join(err, present(f.s.removeOne(ctx, key, v)))
	}
	return err
}

// Names lists them, also where nothing but a delete marker is left.
func (f shelf) Names(ctx context.Context, prefix string) ([]string, error) {
	var out []string
	err := f.s.list(ctx, f.key(prefix), func(i item) (bool, error) {
		out = append(out, strings.TrimPrefix(i.key, f.key("")))
		return true, nil
	})
	return out, err
}

// present is the error of a removal; what is gone is removed.
func present(err error) error {
	if errors.Is(err, errAbsent) {
		return nil
	}
	return err
}
