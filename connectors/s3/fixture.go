package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Load lays out collections by their addresses; see [connectors.Fixture]. The end of an address says what its objects hold: .csv rows behind a
// header, .jsonl objects, .json an array of objects, all of them also with .gz or .zst behind it, anything else a document. Load and Dump
// hold all rows in memory.
func (s *store) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	for at, list := range rows {
		format, _ := formatAt(at)
		from, err := s.limits.Understand(connectors.Collection{Name: at, At: at, Rows: format})
		if err != nil {
			return err
		}
		if err := s.clearAll(ctx, from); err != nil {
			return err
		}
		if err := s.lay(ctx, from, list); err != nil {
			return fmt.Errorf("load %s: %w", at, err)
		}
		s.mu.Lock()
		s.laid[at] = from
		s.mu.Unlock()
	}
	return nil
}

// formatAt guesses a row format, and how it is compressed, by the end of a key.
func formatAt(key string) (*connectors.RowFormat, squeezed) {
	how := plain
	switch path.Ext(key) {
	case ".gz":
		how = gzipped
	case ".zst":
		how = zstandard
	}
	if how != plain {
		key = strings.TrimSuffix(key, path.Ext(key))
	}
	return rowfile.FormatOf(path.Ext(key)), how
}

// clearAll removes the objects of a collection, and what is held of them.
func (s *store) clearAll(ctx context.Context, from *objects.Source) error {
	all, err := objects.NewMatcher(from, connectors.Selection{All: true})
	if err != nil {
		return err
	}
	err = s.keys(ctx, from, all, func(f found) error { return s.dropVersions(ctx, f.key, f.versions) })
	if err != nil {
		return err
	}
	keys, err := s.drawers(ctx)
	if err != nil {
		return err
	}
	for key := range keys {
		d, err := s.drawer(ctx, key)
		if err != nil || d == nil {
			return err
		}
		if _, ok := from.Path.Read(d.Path); !ok {
			continue
		}
		for _, x := range d.Docs {
			for n := range x.From {
				if err := s.drop(ctx, s.bodyKey(x, n)); err != nil {
					return err
				}
			}
		}
		if err := s.drop(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// lay writes rows, those of one object together.
func (s *store) lay(ctx context.Context, from *objects.Source, rows []connectors.Row) error {
	byKey := map[string][]connectors.Row{}
	var order []string
	if fixed := from.Path.Fixed(); len(fixed) == len(from.Path.Segments) { // one object: it is there even without rows
		order = append(order, strings.Join(fixed, "/"))
	}
	for _, row := range rows {
		values := make([]string, len(from.Path.Fields))
		for i, name := range from.Path.Fields {
			values[i], _ = rowfile.PlainText(row[name], from.Zone)
		}
		p, ok := from.Path.Path(values)
		if !ok {
			return fmt.Errorf("a row has no key: a value is missing, or cannot stand in one")
		}
		key := strings.Join(p, "/")
		if byKey[key] == nil && (len(order) == 0 || order[0] != key) {
			order = append(order, key)
		}
		byKey[key] = append(byKey[key], row)
	}
	for _, key := range order {
		var content []byte
		var err error
		if list := byKey[key]; len(list) > 0 {
			if content, err = from.Content(list); err != nil {
				return err
			}
		}
		var b bytes.Buffer
		_, how := formatAt(from.At)
		w, err := how.squeeze(&b)
		if err != nil {
			return err
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		_, err = s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, Body: bytes.NewReader(b.Bytes())})
		if err := failure("s3:PutObject", err); err != nil {
			return err
		}
	}
	return nil
}

// Dump gives the rows of all collections that Load laid out, documents as their bytes.
func (s *store) Dump(ctx context.Context) (map[string][]connectors.Row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string][]connectors.Row{}
	for at, from := range s.laid {
		out[at] = []connectors.Row{}
		err := s.each(ctx, connectors.Selection{Collection: from.Collection, All: true}, func(r *row) error {
			whole, err := r.whole(ctx, s)
			out[at] = append(out[at], whole)
			return err
		})
		if err != nil && !errors.Is(err, connectors.ErrNoCollection) {
			return nil, err
		}
	}
	return out, nil
}

// whole is the row with all its fields.
func (r *row) whole(ctx context.Context, s *store) (connectors.Row, error) {
	out := connectors.Row{}
	for i, name := range r.from.Path.Fields {
		out[name] = r.st.values[i]
	}
	if r.record != nil {
		return out, r.fields(s, r.record.Names(), true, out)
	}
	body, err := s.OpenBlob(ctx, r.document(s))
	if err != nil {
		return nil, err
	}
	defer body.Close()
	out[connectors.DocumentField], err = io.ReadAll(body)
	return out, err
}
