package s3

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors/objects"
)

// Fields of a document that stand beside its content: tag.NAME is a tag, meta.NAME an entry of its own metadata.
const (
	tagField  = "tag."
	metaField = "meta."
)

// isBeside says whether a field of a collection of documents stands beside their content.
func isBeside(from *objects.Source, name string) bool {
	return from.Codec == nil && !from.Path.Has(name) && (strings.HasPrefix(name, tagField) || strings.HasPrefix(name, metaField))
}

// beside reads what stands beside the content of a version: by field. Names of metadata are in small letters, as the service gives them.
func (s *store) beside(ctx context.Context, key string, v version) (map[string]string, error) {
	out := map[string]string{}
	head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key, VersionId: text(v.id)})
	if err != nil {
		return nil, failure("s3:GetObject", err)
	}
	for name, value := range head.Metadata {
		out[metaField+strings.ToLower(name)] = value
	}
	tags, err := s.tagsOf(ctx, key, v) // without the connector's own
	if err != nil {
		return nil, err
	}
	for _, t := range tags.others {
		out[tagField+aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return out, nil
}

// value is a field that stands beside the content of a document, NULL where it has no such tag or entry.
func (r *row) value(s *store, name string) (any, error) {
	if r.beside == nil {
		key, v := r.st.key, r.version
		if r.held != "" {
			key, v = s.bodyOf(r.st.drawer, r.held), version{}
		}
		var err error
		if r.beside, err = s.beside(r.ctx, key, v); errors.Is(err, errAbsent) {
			r.beside, err = map[string]string{}, nil // gone since
		}
		if err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(name, metaField) {
		name = strings.ToLower(name)
	}
	if v, there := r.beside[name]; there {
		return v, nil
	}
	return nil, nil
}

// bodyOf is where the newest version of a held document lies.
func (s *store) bodyOf(d *drawer, id string) string {
	for _, x := range d.Docs {
		if x.ID == id {
			return s.bodyKey(x, len(x.From)-1)
		}
	}
	return ""
}

// with gives the traits new values beside the content; nil takes a tag or an entry away.
func (t *traits) with(set map[string]*string) error {
	tags, err := url.ParseQuery(t.Tags)
	if err != nil {
		return err
	}
	t.Metadata = maps.Clone(t.Metadata)
	if t.Metadata == nil {
		t.Metadata = map[string]string{}
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		value := set[name]
		if tag, ok := strings.CutPrefix(name, tagField); ok {
			if tags.Del(tag); value != nil {
				tags.Set(tag, *value)
			}
			continue
		}
		entry := strings.ToLower(strings.TrimPrefix(name, metaField))
		maps.DeleteFunc(t.Metadata, func(k, _ string) bool { return strings.EqualFold(k, entry) })
		if value != nil {
			t.Metadata[entry] = *value
		}
	}
	t.Tags = tags.Encode()
	return nil
}
