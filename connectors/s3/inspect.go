package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

const (
	inspected   = 100_000  // keys that are looked at
	sampleBytes = 64 << 10 // of an object, for the names of its fields
	samples     = 3        // objects of a kind that are looked into
)

// Inspect lists what kinds of objects there are: one collection for each shape of key, in which every part between slashes after the first,
// and the name up to its ending, reads *. So letters/C-1/2024-01-05-17.pdf is of letters/*/*.pdf, which is also what remains of
// an address when each run of fields and literals around them becomes a *. An object without a slash in its key is a collection by its own
// name. Rows is the number of objects; unknown where there are more than 100,000 keys, the rest of which is not looked at. The fields are those of
// the beginning of the first objects of a kind, and the names of their tags and metadata; others may have more (Sampled). No value is kept. Versions a bucket keeps are no place where anything stays: they go with
// what is deleted.
func (s *store) Inspect(ctx context.Context) (*connectors.Schema, error) {
	out := &connectors.Schema{}
	var rules []string
	if stated, err := s.statesTag(ctx); err == nil && stated && s.keeps { // who may not read the policy does not know
		rules = []string{tagSid}
	}
	at := map[string]int{}
	n := 0
	err := s.list(ctx, "", func(i item) (bool, error) {
		v, ok := i.newest()
		if !ok || strings.HasPrefix(i.key, objects.OwnPrefix) || strings.HasSuffix(i.key, "/") {
			return true, nil
		}
		if n++; n > inspected {
			for k := range out.Collections {
				out.Collections[k].Rows = -1
			}
			return false, nil
		}
		name := shapeOf(i.key)
		k, known := at[name]
		if !known {
			k = len(out.Collections)
			at[name] = k
			out.Collections = append(out.Collections, connectors.SchemaCollection{Name: name, Policies: rules})
		}
		c := &out.Collections[k]
		if c.Rows++; c.Rows > samples {
			return true, nil
		}
		names, looked, err := s.fieldsIn(ctx, i.key, v)
		if len(names) == 1 && names[0] == connectors.DocumentField {
			beside, err := s.beside(ctx, i.key, v)
			if err != nil && !errors.Is(err, errAbsent) {
				return false, err
			}
			names = append(names, slices.Sorted(maps.Keys(beside))...)
		}
		c.Sampled += looked
		for _, f := range names {
			c.Fields = withField(c.Fields, f)
		}
		return true, err
	})
	return out, err
}

func shapeOf(key string) string {
	parts := strings.Split(key, "/")
	last := len(parts) - 1
	for i := 1; i < last; i++ {
		parts[i] = "*"
	}
	if last > 0 {
		_, how := formatAt(parts[last])
		end := path.Ext(parts[last])
		if how != plain {
			end = path.Ext(strings.TrimSuffix(parts[last], end)) + end
		}
		parts[last] = "*" + end
	}
	return strings.Join(parts, "/")
}

// fieldsIn are the names of the fields of the first rows, and how many were looked at where others may have more; none where the object is not what its key says.
func (s *store) fieldsIn(ctx context.Context, key string, v version) (names []string, looked int64, err error) {
	format, _ := formatAt(key)
	if format == nil {
		return []string{connectors.DocumentField}, 1, nil
	}
	if format.Format == "parquet" {
		names, looked = rowfile.FieldsIn(io.NewSectionReader(s.ranged(ctx, key, v), 0, v.size), format)
		return names, looked, nil
	}
	o, err := s.open(ctx, key, v)
	if errors.Is(err, errAbsent) || errors.Is(err, errChanged) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer o.Body.Close()
	in, _, err := unsqueeze(reader{o.Body})
	if err != nil {
		return nil, 0, nil //nolint:nilerr // it is not what its key says
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, sampleBytes))
	if err != nil && len(b) == 0 {
		return nil, 0, nil //nolint:nilerr // neither
	}
	names, looked = rowfile.FieldsIn(bytes.NewReader(b), format)
	return names, looked, nil
}

func withField(fields []connectors.SchemaField, name string) []connectors.SchemaField {
	for _, f := range fields {
		if f.Name == name {
			return fields
		}
	}
	kind := "text"
	if name == connectors.DocumentField {
		kind = "document"
	}
	return append(fields, connectors.SchemaField{Name: name, Type: kind})
}
