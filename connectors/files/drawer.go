package files

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// drawer is what is held of one path: rows of the file that stands there, or documents that stood there. It is kept as three
// JSON values one after the other, so that who looks for rows need not read how they are put back.
type drawer struct {
	label
	holding
}

// label says what the drawer is of.
type label struct {
	Path   []string
	Format string // of rows; "" for documents
	State  string // another each time it is saved

	// Of a drawer that is put in place together with a file of rows: the names of the new file before, and of the old one after,
	// that exchange. See settle.go.
	Temp, Spare string `json:",omitempty"`
}

type holding struct {
	rowfile.Kept
	Docs []heldDoc `json:",omitempty"`
}

// heldDoc is a document in the vault.
type heldDoc struct {
	ID    string
	Mode  fs.FileMode // as it was
	Marks []string
}

func (d *drawer) empty() bool { return d == nil || len(d.Rows)+len(d.Docs) == 0 }

// The ends of the names of drawers: as it is; as it is to be, once the file of rows has been exchanged; as it was to be, when
// the exchange is to be undone; half written.
const (
	drawerEnd = ".held"
	nextEnd   = ".next"
	backEnd   = ".back"
	halfEnd   = ".half"
	bodyEnd   = ".body"
)

// read reads a drawer, up to its skeleton or with it; nil where there is none.
func (r *room) read(name string, whole bool) (*drawer, error) {
	f, _, err := r.open(name, os.O_RDONLY)
	if errors.Is(err, errAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d := &drawer{}
	in := json.NewDecoder(bufio.NewReader(f))
	err = in.Decode(&d.label)
	if err == nil {
		err = in.Decode(&d.holding)
	}
	if err == nil && whole && d.Format != "" {
		d.Bones = &rowfile.Skeleton{}
		err = in.Decode(d.Bones)
		if err == nil {
			err = d.Bones.Unpack()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("what is held of a file cannot be read; restore the folder for what is held from a backup")
	}
	return d, nil
}

// save puts a drawer in place, under a name ending in end, at one instant.
func (r *room) save(d *drawer, end string) error {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	d.State = rand.Text()
	for _, v := range []any{d.label, d.holding} {
		if err := out.Encode(v); err != nil {
			return err
		}
	}
	if d.Bones != nil {
		d.Bones.Pack()
		if err := out.Encode(d.Bones); err != nil {
			return err
		}
	}
	name := drawerName(d.Format, d.Path)
	if err := r.write(name+halfEnd, b.Bytes()); err != nil {
		return err
	}
	if err := r.root.Rename(name+halfEnd, name+end); err != nil {
		return clean(err)
	}
	return r.sync()
}

func (r *room) write(name string, content []byte) error {
	if err := r.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return clean(err)
	}
	f, err := r.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return clean(err)
	}
	_, err = io.Copy(f, bytes.NewReader(content))
	if err == nil {
		err = f.Sync()
	}
	return clean(errors.Join(err, f.Close()))
}

// put saves a drawer that holds something, and takes away one that holds nothing.
func (r *room) put(d *drawer) error {
	d.Temp, d.Spare = "", ""
	if !d.empty() {
		return r.save(d, drawerEnd)
	}
	return r.drop(drawerName(d.Format, d.Path) + drawerEnd)
}

// drop removes an entry of the vault, if it is there.
func (r *room) drop(name string) error {
	if err := r.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return clean(err)
	}
	return r.sync()
}

// drawer gives what is held of a path as it counts now, whatever a process that was killed has left behind; nil for nothing.
func (r *room) drawer(name string, whole bool) (*drawer, error) {
	if r == nil {
		return nil, nil
	}
	end, err := r.counts(name)
	if err != nil {
		return nil, err
	}
	d, err := r.read(name+end, whole)
	if err != nil || d == nil {
		return nil, err
	}
	d.Docs = slices.DeleteFunc(d.Docs, func(x heldDoc) bool { return !r.holds(d, x) })
	if d.empty() {
		return nil, nil
	}
	return d, nil
}

// drawers are the names of all drawers.
func (r *room) drawers() ([]string, error) {
	if r == nil {
		return nil, nil
	}
	var out []string
	err := r.names(func(e fs.DirEntry) error {
		for _, end := range []string{drawerEnd, nextEnd, backEnd} {
			if name, ok := strings.CutSuffix(e.Name(), end); ok {
				out = append(out, name)
			}
		}
		return nil
	})
	slices.Sort(out)
	return slices.Compact(out), err
}

// formatName is one text for a row format.
func formatName(f *connectors.RowFormat) string {
	if f == nil {
		return ""
	}
	b, _ := json.Marshal(f)
	return string(b)
}
