package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// object is a file whose path fits the template of a collection.
type object struct {
	in     *folder // open only while it is visited
	name   string
	values []string // of the path's fields
	info   fs.FileInfo
	at     []string // its path, where in does not say
	body   string   // of a held document: what it is called in the vault
}

func (o object) path() []string {
	if o.at != nil {
		return o.at
	}
	return append(slices.Clone(o.in.path), o.name)
}

// finder walks the files of one collection that a selection may concern.
type finder struct {
	ctx   context.Context
	from  *objects.Source
	match *objects.Matcher
	visit func(object) error
	empty func(path []string) // is told of empty folders whose path the selection names; nil: does not matter
}

// walk calls visit for every file of the collection in which rows can be selected. Only the folders
// are listed that the selection does not name.
func (f finder) walk(root *folder) error {
	if err := present(root, f.from); err != nil {
		return err
	}
	if f.match.Nothing() {
		return nil
	}
	return f.folder(root, 0, make([]string, len(f.from.Path.Fields)))
}

// present is ErrNoCollection where the part of the path that holds no field does not stand in the tree.
func present(root *folder, from *objects.Source) error {
	fixed := from.Path.Fixed()
	file := ""
	if n := len(fixed); n == len(from.Path.Segments) {
		fixed, file = fixed[:n-1], fixed[n-1]
	}
	d, err := root.walk(fixed)
	if err == nil {
		defer d.Close()
		if file != "" {
			var info fs.FileInfo
			if info, err = d.look(file); err == nil && !info.Mode().IsRegular() {
				err = errAbsent
			}
		}
	}
	if errors.Is(err, errAbsent) {
		return fmt.Errorf("%w: nothing stands at %s, the address of %s", connectors.ErrNoCollection, from.At, from.Name)
	}
	return err
}

// folder goes through d, at depth.
func (f *finder) folder(d *folder, depth int, values []string) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if names, ok := f.match.Guesses(depth, values); ok {
		for _, name := range names {
			if err := f.entry(d, depth, values, name); err != nil {
				return err
			}
		}
		return nil
	}
	return d.names(func(e fs.DirEntry) error {
		isFolder := depth < len(f.from.Path.Segments)-1
		if isFolder && !e.IsDir() || !isFolder && !e.Type().IsRegular() {
			return nil
		}
		return f.entry(d, depth, values, e.Name())
	})
}

// entry goes into a folder, or visits a file. What is not there, or not what it should be, is passed over.
func (f *finder) entry(d *folder, depth int, known []string, name string) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	values := slices.Clone(known)
	if !f.from.Path.Segments[depth].Read(name, values) || !f.match.May(depth, values) {
		return nil
	}
	if depth == len(f.from.Path.Segments)-1 {
		info, err := d.look(name)
		if errors.Is(err, errAbsent) || err == nil && !info.Mode().IsRegular() {
			return nil
		}
		if err != nil {
			return err
		}
		return f.visit(object{in: d, name: name, values: values, info: info})
	}
	next, err := d.down(name)
	if errors.Is(err, errAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	defer next.Close()
	if err := f.folder(next, depth+1, values); err != nil || f.empty == nil || !f.match.Names(depth, values) {
		return err
	}
	empty, err := next.isEmpty()
	if empty {
		f.empty(next.path)
	}
	return err
}
