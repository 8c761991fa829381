package sample

import (
	"os"
	"path/filepath"
)

// documentsDir writes the folder of documents.
type documentsDir struct {
	root    string
	imports imports
	petitions
	pictures pictures
	made     map[string]bool // folders there already
}

func newDocuments(root string) (*documentsDir, error) {
	d := &documentsDir{root: root, imports: imports{dir: filepath.Join(root, "imports")}, pictures: pictures{}, made: map[string]bool{}}
	for _, folder := range []string{"letters", "leases", "imports", "petitions"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o700); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *documentsDir) write(h *household) error {
	for _, l := range h.letters {
		if err := d.file(writePDF(l.lines), "letters", l.memberNo, l.sentOn+"-"+l.no+".pdf"); err != nil {
			return err
		}
	}
	for _, s := range h.scans {
		page, err := d.pictures.scanPage(s)
		if err != nil {
			return err
		}
		if err := d.file(page, "leases", s.leaseNo, s.page+"."+s.ext); err != nil {
			return err
		}
	}
	for _, r := range h.readings {
		if err := d.imports.add(r); err != nil {
			return err
		}
	}
	for _, s := range h.signatures {
		d.sign(s)
	}
	return nil
}

func (d *documentsDir) file(content []byte, kind, folder, name string) error {
	dir := filepath.Join(d.root, kind, folder)
	if !d.made[dir] {
		if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
			return err
		}
		clear(d.made) // one household after the other: a folder does not come back
		d.made[dir] = true
	}
	return os.WriteFile(filepath.Join(dir, name), content, 0o600)
}

func (d *documentsDir) finish() error {
	if err := d.imports.flush(); err != nil {
		return err
	}
	return d.writePetitions(filepath.Join(d.root, "petitions"))
}
