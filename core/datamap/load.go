package datamap

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

// Problem is one mistake of a map with its place; see [mapfile.Problem].
type Problem = mapfile.Problem

// Problems are the mistakes of a map, in the order of its files and lines; see [mapfile.Problems].
type Problems = mapfile.Problems

// ControllerFile is the file that makes a folder a map.
const ControllerFile = "controller.yaml"

// Load reads the map in dir: controller.yaml and every other .yaml file beside it, one a system. It reports every
// mistake it can find at once. The map is nil where one of them is an error.
func Load(dir string) (*Map, Problems) { return LoadFS(os.DirFS(dir), dir) }

// LoadFS is [Load] on a file system; dir is how the folder is called in messages.
func LoadFS(fsys fs.FS, dir string) (*Map, Problems) {
	files, err := readFiles(fsys)
	r := mapfile.NewReport(files)
	if err != nil {
		noMap(fsys, dir, err, r)
		return nil, r.Problems()
	}
	l := newLoader(dir, r)
	l.m.Digest = digest(files)
	l.read(files)
	problems := r.Problems()
	if problems.Errors() > 0 {
		return nil, problems
	}
	return l.m, problems
}

// readFiles gives controller.yaml first, then the others by name.
func readFiles(fsys fs.FS) ([]*mapfile.File, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if n := e.Name(); !e.IsDir() && !strings.HasPrefix(n, ".") && path.Ext(n) == ".yaml" {
			names = append(names, n)
		}
	}
	if !slices.Contains(names, ControllerFile) {
		return nil, fs.ErrNotExist
	}
	slices.SortFunc(names, func(a, b string) int {
		if (a == ControllerFile) != (b == ControllerFile) {
			if a == ControllerFile {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	var files []*mapfile.File
	for _, n := range names {
		data, err := fs.ReadFile(fsys, n)
		if err != nil {
			return nil, err
		}
		files = append(files, mapfile.NewFile(n, data))
	}
	return files, nil
}

// noMap says why a folder is no map, and which folders in it are.
func noMap(fsys fs.FS, dir string, err error, r *mapfile.Report) {
	if !errors.Is(err, fs.ErrNotExist) {
		r.Folder(dir, "cannot be read: %s", reason(err))
		return
	}
	below, _ := fs.Glob(fsys, "*/"+ControllerFile)
	hint := "a map is a folder that holds " + ControllerFile
	if len(below) > 0 {
		var maps []string
		for _, b := range below {
			maps = append(maps, path.Join(dir, path.Dir(b)))
		}
		hint = "there are maps in it: --map " + strings.Join(maps, ", --map ")
	}
	r.Folder(dir, "holds no %s", ControllerFile).Hint("%s", hint)
}

// reason is an error without the path it repeats.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// digest binds the files by name and content.
func digest(files []*mapfile.File) string {
	h := sha256.New()
	for _, f := range files {
		_, _ = fmt.Fprintf(h, "%d %s %d\n", len(f.Name), f.Name, len(f.Data))
		_, _ = h.Write(f.Data)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// read takes the files through the stages: syntax, shape, then references. A file that fails a stage takes no part in
// the next, and nothing is said of what only follows from it.
func (l *loader) read(files []*mapfile.File) {
	var roots []*mapfile.Node
	for _, f := range files {
		n := f.Parse(l.r)
		if n == nil {
			l.partial = true
			continue
		}
		if f.Name == ControllerFile {
			words.CheckFile(words.Controller, n, l.r)
			l.controllerFile = n
			continue
		}
		if n.Has("controller") && !n.Has("system") {
			l.r.Error(n.KeyNode("controller"), "a map has one controller file; also in %s", ControllerFile).
				Hint("one file, one system: system: NAME")
			l.partial = true
			continue
		}
		words.CheckFile(words.System, n, l.r)
		roots = append(roots, n)
	}
	l.controller()
	l.systems(roots)
	l.collections()
	l.references()
	l.checks()
}
