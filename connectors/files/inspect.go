package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Inspect lists what kinds of files there are: one collection for each shape of path, in which every folder below
// the first level, and the name of every file in a folder, reads *. So letters/C-1/2024-01-05-17.pdf is of
// letters/*/*.pdf, which is also what remains of an address when each run of fields and literals around
// them becomes a *. A file in the root is a collection by its own name. Rows is the number of files. The fields
// are those of csv headers, as they are read with a comma or, where the header has none, a semicolon or tab, and of the first
// objects of jsonl and json files, of which others may have more (Sampled); no value of a row is kept.
func (s *store) Inspect(ctx context.Context) (*connectors.Schema, error) {
	i := &inspector{ctx: ctx, at: map[string]int{}}
	if err := i.folder(s.tree, nil); err != nil {
		return nil, err
	}
	return &i.schema, nil
}

type inspector struct {
	ctx    context.Context
	schema connectors.Schema
	at     map[string]int
}

func (i *inspector) folder(d *folder, shape []string) error {
	return d.names(func(e fs.DirEntry) error {
		if err := i.ctx.Err(); err != nil {
			return err
		}
		name := e.Name()
		switch {
		case strings.HasPrefix(name, objects.OwnPrefix):
		case e.IsDir():
			next, err := d.down(name)
			if errors.Is(err, errAbsent) {
				return nil
			}
			if err != nil {
				return err
			}
			defer next.Close()
			if len(shape) > 0 {
				name = "*"
			}
			return i.folder(next, append(shape[:len(shape):len(shape)], name))
		case e.Type().IsRegular():
			return i.file(d, name, shape)
		}
		return nil
	})
}

// file counts a file, and looks into it where it holds rows.
func (i *inspector) file(d *folder, name string, shape []string) error {
	ext := path.Ext(name)
	at := name
	if len(shape) > 0 {
		at = slash(append(shape[:len(shape):len(shape)], "*"+ext))
	}
	n, known := i.at[at]
	if !known {
		n = len(i.schema.Collections)
		i.at[at] = n
		i.schema.Collections = append(i.schema.Collections, connectors.SchemaCollection{Name: at})
	}
	c := &i.schema.Collections[n]
	c.Rows++
	names := []string{connectors.DocumentField}
	if rows := rowfile.FormatOf(ext); rows != nil {
		f, _, err := d.open(name, os.O_RDONLY)
		if errors.Is(err, errAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		defer f.Close()
		var looked int64
		names, looked = rowfile.FieldsIn(f, rows)
		c.Sampled += looked
	}
	for _, name := range names {
		c.Fields = withField(c.Fields, name)
	}
	return nil
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
