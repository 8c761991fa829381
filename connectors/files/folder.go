package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// folder is one open folder of the tree, reached without following any symbolic link: each step looks at
// the name, opens it, and goes on only where what it opened is what it saw.
type folder struct {
	root *os.Root
	path []string // names below the root of the tree; personal data
}

// errAbsent says that nothing usable stands there: no entry, a symbolic link, or another kind of thing.
var errAbsent = errors.New("no such file or folder")

func openTree(root string) (*folder, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	return &folder{root: r}, nil
}

func (d *folder) Close() error { return d.root.Close() }

// exchanges is how often a name may stand for another thing when it is opened than when it was looked at, before it is tried later.
const exchanges = 1000

// errExchanged says that between look and open another thing was put under the name: another file, which has to be opened in its
// place, or perhaps a link, which the next look sees.
var errExchanged = fmt.Errorf("%w: a file or folder is exchanged again and again", connectors.ErrTryLater)

// steady calls open until what it opens is what it looked at.
func steady[T any](open func() (T, error)) (out T, err error) {
	for range exchanges {
		if out, err = open(); !errors.Is(err, errExchanged) {
			break
		}
	}
	return out, err
}

// down opens a folder in d.
func (d *folder) down(name string) (*folder, error) {
	return steady(func() (*folder, error) { return d.downOnce(name) })
}

func (d *folder) downOnce(name string) (*folder, error) {
	seen, err := d.look(name)
	if err != nil {
		return nil, err
	}
	if !seen.IsDir() {
		return nil, errAbsent
	}
	r, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, clean(err)
	}
	opened, err := r.Lstat(".")
	if err == nil && !os.SameFile(seen, opened) {
		err = errExchanged
	}
	if err != nil {
		_ = r.Close()
		return nil, clean(err)
	}
	return &folder{root: r, path: append(d.path[:len(d.path):len(d.path)], name)}, nil
}

// walk opens the folder at p below d; every folder on the way is closed again.
func (d *folder) walk(p []string) (*folder, error) {
	at, err := d.again()
	for _, name := range p {
		if err != nil {
			return nil, err
		}
		var next *folder
		next, err = at.down(name)
		_ = at.Close()
		at = next
	}
	return at, err
}

// again opens d once more.
func (d *folder) again() (*folder, error) {
	r, err := d.root.OpenRoot(".")
	if err != nil {
		return nil, clean(err)
	}
	return &folder{root: r, path: d.path}, nil
}

// look gives what stands under name, a link itself.
func (d *folder) look(name string) (fs.FileInfo, error) {
	if !plain(name) {
		return nil, errAbsent
	}
	info, err := d.root.Lstat(name)
	return info, clean(err)
}

// opened is an open file with what it was found to be.
type opened struct {
	file *os.File
	info fs.FileInfo
}

// open opens a regular file in d.
func (d *folder) open(name string, flag int) (*os.File, fs.FileInfo, error) {
	o, err := steady(func() (opened, error) { return d.openOnce(name, flag) })
	return o.file, o.info, err
}

func (d *folder) openOnce(name string, flag int) (opened, error) {
	seen, err := d.look(name)
	if err != nil {
		return opened{}, err
	}
	if !seen.Mode().IsRegular() {
		return opened{}, errAbsent
	}
	f, err := d.root.OpenFile(name, flag|nonblock, 0)
	if err != nil {
		return opened{}, clean(err)
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(seen, info) {
		err = errExchanged
	}
	if err != nil {
		_ = f.Close()
		return opened{}, clean(err)
	}
	return opened{f, info}, nil
}

// names calls f for every entry, in no order, a thousand at a time.
func (d *folder) names(f func(fs.DirEntry) error) error {
	self, err := d.root.Open(".")
	if err != nil {
		return clean(err)
	}
	defer self.Close()
	for {
		entries, err := self.ReadDir(1000)
		for _, e := range entries {
			if err := f(e); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return clean(err)
		}
	}
}

var errFilled = errors.New("not empty")

// isEmpty says whether d has no entry.
func (d *folder) isEmpty() (bool, error) {
	err := d.names(func(fs.DirEntry) error { return errFilled })
	if errors.Is(err, errFilled) {
		return false, nil
	}
	return err == nil, err
}

// sync makes the entries of d last through a crash.
func (d *folder) sync() error {
	self, err := d.root.Open(".")
	if err != nil {
		return clean(err)
	}
	defer self.Close()
	return clean(self.Sync())
}

// plain says whether name is one name.
func plain(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\\\x00")
}

// slash joins a path as identifiers of blobs have it.
func slash(p []string) string { return path.Join(p...) }

// clean takes the path out of an error: paths hold personal data. What is missing is errAbsent.
func clean(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return errAbsent
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return &opError{op: p.Op, err: p.Err}
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return &opError{op: l.Op, err: l.Err}
	}
	return err
}

// opError is an fs.PathError without the path.
type opError struct {
	op  string
	err error
}

func (e *opError) Error() string { return "cannot " + e.op + " a file: " + e.err.Error() }
func (e *opError) Unwrap() error { return e.err }
