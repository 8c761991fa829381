package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// MakeScratch makes the folder root names where there is none.
func (Connector) MakeScratch(_ context.Context, config connectors.Config) error {
	root := config["root"]
	if root == "" {
		return nil // Open says what is missing
	}
	if err := os.Mkdir(root, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return wrong("the folder root names cannot be made", "a path in a folder that is there, and may be written to")
	}
	return nil
}

// Load lays out collections by their addresses; see [connectors.Fixture]. The end of an address says what its
// files hold: .csv rows behind a header, .jsonl objects, .json an array of objects, anything else a
// document. Fields of the path take part in naming the file. Load and Dump hold all rows in memory.
func (s *store) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	for at, list := range rows {
		from, err := s.limits.Understand(connectors.Collection{Name: at, At: at, Rows: rowfile.FormatOf(path.Ext(at))})
		if err != nil {
			return err
		}
		if err := s.clear(ctx, from); err != nil {
			return err
		}
		if err := s.lay(from, list); err != nil {
			return fmt.Errorf("load %s: %w", at, err)
		}
		s.mu.Lock()
		s.laid[at] = from
		s.mu.Unlock()
	}
	return nil
}

// clear removes the files of a collection, and what is held of them.
func (s *store) clear(ctx context.Context, from *objects.Source) error {
	all, err := objects.NewMatcher(from, connectors.Selection{All: true})
	if err != nil {
		return err
	}
	f := finder{ctx: ctx, from: from, match: all, visit: func(o object) error { return clean(o.in.root.Remove(o.name)) }}
	if err := f.walk(s.tree); err != nil && !errors.Is(err, connectors.ErrNoCollection) {
		return err
	}
	if room, err := s.vault.share(ctx); room == nil || err != nil {
		return err
	} else {
		room.close()
	}
	room, err := s.vault.own(ctx, patience)
	if err != nil {
		return err
	}
	defer room.close()
	names, err := room.drawers()
	if err != nil {
		return err
	}
	for _, n := range names {
		d, err := room.drawer(n, false)
		if err != nil || d == nil {
			return err
		}
		if _, ok := from.Path.Read(d.Path); !ok {
			continue
		}
		for _, x := range d.Docs {
			if err := room.drop(room.body(d, x)); err != nil {
				return err
			}
		}
		d.holding = holding{}
		if err := room.put(d); err != nil {
			return err
		}
	}
	return nil
}

// lay writes rows, those of one file together.
func (s *store) lay(from *objects.Source, rows []connectors.Row) error {
	fixed := from.Path.Fixed()
	if len(fixed) == len(from.Path.Segments) { // one file: it is there even without rows
		if err := s.put(fixed, nil); err != nil {
			return err
		}
		fixed = fixed[:len(fixed)-1]
	}
	d, err := s.makeFolders(fixed)
	if err != nil {
		return err
	}
	_ = d.Close()
	byFile := map[string][]connectors.Row{}
	var order [][]string
	for _, row := range rows {
		values := make([]string, len(from.Path.Fields))
		for i, name := range from.Path.Fields {
			values[i], _ = rowfile.PlainText(row[name], from.Zone)
		}
		p, ok := from.Path.Path(values)
		if !ok {
			return fmt.Errorf("a row has no path: a value is missing, or cannot stand in a name")
		}
		if byFile[slash(p)] == nil {
			order = append(order, p)
		}
		byFile[slash(p)] = append(byFile[slash(p)], row)
	}
	for _, p := range order {
		content, err := from.Content(byFile[slash(p)])
		if err == nil {
			err = s.put(p, content)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// put writes a file.
func (s *store) put(p []string, content []byte) error {
	d, err := s.makeFolders(p[:len(p)-1])
	if err != nil {
		return err
	}
	defer d.Close()
	return clean(d.root.WriteFile(p[len(p)-1], content, 0o660))
}

// Dump gives the rows of all collections that Load laid out, documents as their bytes.
func (s *store) Dump(ctx context.Context) (map[string][]connectors.Row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string][]connectors.Row{}
	for at, from := range s.laid {
		out[at] = []connectors.Row{}
		sel := connectors.Selection{Collection: from.Collection, All: true}
		err := s.each(ctx, sel, func(v *view, _ []int) error {
			row, err := v.whole(s)
			out[at] = append(out[at], row)
			return err
		})
		if err != nil && !errors.Is(err, connectors.ErrNoCollection) {
			return nil, err
		}
	}
	return out, nil
}

// whole is the row with all its fields.
func (v *view) whole(s *store) (connectors.Row, error) {
	row := connectors.Row{}
	for i, name := range v.from.Path.Fields {
		row[name] = v.object.values[i]
	}
	if v.record != nil {
		return row, v.row(v.record.Names(), true, row)
	}
	var f *os.File
	var err error
	if v.object.body != "" {
		f, _, err = s.bodyOf(context.Background(), v.object.body)
	} else {
		f, _, err = v.object.in.open(v.object.name, os.O_RDONLY)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	row[connectors.DocumentField], err = io.ReadAll(f)
	return row, err
}
