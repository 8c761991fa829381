package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// How a row leaves its file, or comes back, at one instant. The file with and without the row, and the drawer without and with it, are
// two files; no system call renames both. So:
//
//  1. The new file is written beside the old one, under a name of the bench's, and made durable.
//  2. The drawer as it is to be is saved as .next, with that name in it.
//  3. The new file is renamed over the old one. This is the instant: as long as the new file has its first name the drawer that was
//     counts, and from then on .next does. Whoever looks decides so, and a process killed at any point leaves one of the two.
//  4. The .next is renamed over the drawer.
//
// Where the exchange is to be undone, because someone wrote the old file anew while it lost its place, .next becomes .back
// first, then the old file is renamed back, then .back goes: as long as the old file has its second name, .back counts.
// All that happens while the vault is locked; what is left over by the dead is put in order by whoever next locks it.

// counts is the end of the name of the drawer that counts.
func (r *room) counts(name string) (string, error) {
	for _, x := range []struct {
		end   string
		here  func(*drawer) string
		where bool // it counts where that file is there, or where it is not
	}{
		{nextEnd, func(d *drawer) string { return d.Temp }, false},
		{backEnd, func(d *drawer) string { return d.Spare }, true},
	} {
		if _, err := r.look(name + x.end); errors.Is(err, errAbsent) {
			continue
		} else if err != nil {
			return "", err
		}
		d, err := r.read(name+x.end, false)
		if err != nil {
			return "", err
		}
		there, err := r.beside(d, x.here(d))
		if err != nil {
			return "", err
		}
		if there == x.where {
			return x.end, nil
		}
	}
	return drawerEnd, nil
}

// beside says whether a file of that name stands in the folder of the drawer's path.
func (r *room) beside(d *drawer, name string) (bool, error) {
	in, err := r.vault.tree.walk(d.Path[:len(d.Path)-1])
	if err == nil {
		defer in.Close()
		_, err = in.look(name)
	}
	if errors.Is(err, errAbsent) {
		return false, nil
	}
	return err == nil, err
}

// holds says whether a document of the drawer is in the vault: not still, and not again, at its path.
func (r *room) holds(d *drawer, x heldDoc) bool {
	body, err := r.look(r.body(d, x))
	if errors.Is(err, errAbsent) {
		return false
	}
	if err != nil || links(body) == 1 {
		return true
	}
	last := len(d.Path) - 1
	in, err := r.vault.tree.walk(d.Path[:last])
	if err != nil {
		return true
	}
	defer in.Close()
	here, err := in.look(d.Path[last])
	return err != nil || !os.SameFile(here, body)
}

func (r *room) body(d *drawer, x heldDoc) string {
	return drawerName(d.Format, d.Path) + "-" + x.ID + bodyEnd
}

// settle puts in order what a process that was killed left in the vault. The vault is locked.
func (r *room) settle(ctx context.Context) error {
	var unfinished []string
	err := r.names(func(e fs.DirEntry) error {
		if strings.HasSuffix(e.Name(), halfEnd) {
			unfinished = append(unfinished, e.Name())
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	for _, n := range unfinished {
		if err := r.drop(n); err != nil {
			return err
		}
	}
	names, err := r.drawers()
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.settleOne(n); err != nil {
			return err
		}
	}
	return nil
}

func (r *room) settleOne(name string) error {
	end, err := r.counts(name)
	if err != nil {
		return err
	}
	switch end {
	case nextEnd:
		if err := r.confirm(name); err != nil {
			return err
		}
	case backEnd:
		if err := r.undo(name); err != nil {
			return err
		}
	}
	for _, rest := range []string{nextEnd, backEnd} { // what does not count
		if _, err := r.look(name + rest); err == nil {
			if err := r.drop(name + rest); err != nil {
				return err
			}
		}
	}
	d, err := r.read(name+drawerEnd, false)
	if err != nil || d == nil || d.Format != "" {
		return err
	}
	was := len(d.Docs)
	var bodies []string
	d.Docs = slices.DeleteFunc(d.Docs, func(x heldDoc) bool {
		gone := !r.holds(d, x)
		if gone {
			bodies = append(bodies, r.body(d, x))
		}
		return gone
	})
	for _, b := range bodies {
		if err := r.drop(b); err != nil {
			return err
		}
	}
	if len(d.Docs) == was {
		return nil
	}
	return r.put(d)
}

// confirm makes .next the drawer.
func (r *room) confirm(name string) error {
	d, err := r.read(name+nextEnd, false)
	if err != nil || d == nil {
		return err
	}
	if d.empty() {
		if err := r.drop(name + drawerEnd); err != nil {
			return err
		}
		return r.drop(name + nextEnd)
	}
	if err := r.root.Rename(name+nextEnd, name+drawerEnd); err != nil {
		return clean(err)
	}
	return r.sync()
}

// undo puts the old file back that .back names.
func (r *room) undo(name string) error {
	d, err := r.read(name+backEnd, false)
	if err != nil || d == nil {
		return err
	}
	last := len(d.Path) - 1
	in, err := r.vault.tree.walk(d.Path[:last])
	if err != nil {
		return err
	}
	defer in.Close()
	if err := in.root.Rename(d.Spare, d.Path[last]); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return clean(err)
	}
	if err := in.sync(); err != nil {
		return err
	}
	return r.drop(name + backEnd)
}
