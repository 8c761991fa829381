package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// heldFolder is where held content lies unless the setting held says otherwise.
const heldFolder = objects.OwnPrefix + "held"

// vault is the closed folder in which Block puts content: of the account Dossier runs as, and closed to all others. Of
// each path at which something is held it has one file, a drawer; of each held document, beside it, the document itself.
// Names are digests of paths. The folder is locked (flock on itself) while something moves in or out of it, so that
// whoever looks at a path and at what is held of it sees the same row in one of the two.
type vault struct {
	tree   *folder
	inside bool   // it lies in the root of the tree
	above  string // the path of the folder it lies in
	name   string
}

// newVault judges the setting. Below the root, its name must begin as the connector's own do: no address matches it then.
func newVault(tree *folder, root, setting string) (*vault, error) {
	if setting == "" {
		return &vault{tree: tree, inside: true, above: root, name: heldFolder}, nil
	}
	at := setting
	if !filepath.IsAbs(at) {
		at = filepath.Join(root, at)
	}
	at = filepath.Clean(at)
	below, err := filepath.Rel(root, at)
	inside := err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator))
	if inside && (filepath.Dir(at) != root || !strings.HasPrefix(filepath.Base(at), objects.OwnPrefix)) {
		return nil, wrongHeld("the folder held names lies in root", "choose one outside of it, on the same file system, or a name in root that begins with "+objects.OwnPrefix)
	}
	v := &vault{tree: tree, inside: inside, above: filepath.Dir(at), name: filepath.Base(at)}
	if !sameDevice(root, v.above) {
		return nil, wrongHeld("the folder above the one held names does not exist, or lies on another file system than root", "files are moved there, not copied")
	}
	return v, nil
}

func wrongHeld(what, hint string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Summary: what, Detail: hint, Path: "config.held"}}
}

// room is the open vault.
type room struct {
	*folder
	vault *vault
	lock  *os.File
	inner *folder   // what it lies in
	began time.Time // of whoever has it alone: the time it had before
}

func (r *room) close() {
	if r == nil {
		return
	}
	if r.lock != nil {
		r.tick()
		_ = r.lock.Close()
	}
	_ = r.Close()
	_ = r.inner.Close()
}

// tick sees to it that the vault has a later time than before, however coarse the clock: by it whoever looks can tell that something
// moved meanwhile.
func (r *room) tick() {
	if r.began.IsZero() {
		return
	}
	if info, err := r.root.Lstat("."); err == nil && !info.ModTime().After(r.began) {
		_ = r.root.Chtimes(".", time.Time{}, r.began.Add(time.Microsecond))
	}
}

var (
	errNotOurs = fmt.Errorf("%w: the folder for what is held is no folder, is a link, or belongs to another account", connectors.ErrConflict)
	errOpen    = fmt.Errorf("%w: the folder for what is held is open to other accounts; close it (chmod 700)", connectors.ErrConflict)
	errNoVault = fmt.Errorf("%w: the folder for what is held cannot be opened", connectors.ErrTryLater)
)

// open gives the vault; nil where nothing was ever held.
func (v *vault) open() (*room, error) {
	inner, err := v.parent()
	if err != nil {
		return nil, errNoVault
	}
	info, err := inner.look(v.name)
	if errors.Is(err, errAbsent) {
		_ = inner.Close()
		return nil, nil
	}
	if err == nil && (!info.IsDir() || !ours(info)) {
		err = errNotOurs
	}
	var d *folder
	if err == nil {
		if d, err = inner.down(v.name); errors.Is(err, errAbsent) {
			err = errNotOurs
		}
	}
	if err != nil {
		_ = inner.Close()
		return nil, err
	}
	return &room{folder: d, vault: v, inner: inner}, nil
}

func (v *vault) parent() (*folder, error) {
	if v.inside {
		return v.tree.again()
	}
	return openTree(v.above)
}

// make gives the vault, and makes it where it is not there.
func (v *vault) make() (*room, error) {
	inner, err := v.parent()
	if err != nil {
		return nil, errNoVault
	}
	defer inner.Close()
	err = inner.root.Mkdir(v.name, 0o700)
	if err == nil {
		err = inner.sync()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, clean(err)
	}
	r, err := v.open()
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, errNoVault
	}
	return r, nil
}

// closed is an error where another account can go into it: nothing is put there then.
func (r *room) closed() error {
	info, err := r.root.Lstat(".")
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return errOpen
	}
	return clean(err)
}

// patience is how long we wait for others to be done with the vault.
const patience = 15 * time.Second

// changed is when something last went into the vault or out of it, another time for each; the zero time where there is none.
func (v *vault) changed(ctx context.Context) (time.Time, error) {
	r, err := v.share(ctx)
	if r == nil || err != nil {
		return time.Time{}, err
	}
	defer r.close()
	info, err := r.root.Lstat(".")
	if err != nil {
		return time.Time{}, clean(err)
	}
	return info.ModTime(), nil
}

// share opens the vault for looking; nil where there is none.
func (v *vault) share(ctx context.Context) (*room, error) {
	r, err := v.open()
	if r == nil || err != nil {
		return nil, err
	}
	if err := r.take(ctx, false, patience); err != nil {
		return nil, err
	}
	return r, nil
}

// own opens the vault for moving things in and out.
func (v *vault) own(ctx context.Context, patience time.Duration) (*room, error) {
	r, err := v.make()
	if err != nil {
		return nil, err
	}
	if err := r.take(ctx, true, patience); err != nil {
		return nil, err
	}
	return r, nil
}

var errBusy = fmt.Errorf("%w: another process moves held content", connectors.ErrTryLater)

// take locks the vault, or closes it.
func (r *room) take(ctx context.Context, alone bool, patience time.Duration) error {
	f, err := r.root.Open(".")
	for end := time.Now().Add(patience); err == nil && !lockFolder(f, alone); {
		if time.Now().After(end) {
			err = errBusy
		} else {
			err = pause(ctx, 2*time.Millisecond)
		}
	}
	if err != nil {
		if f != nil {
			_ = f.Close()
		}
		r.close()
		return clean(err)
	}
	r.lock = f
	if alone {
		info, err := r.root.Lstat(".")
		if err != nil {
			r.close()
			return clean(err)
		}
		r.began = info.ModTime()
	}
	return nil
}

// drawerName is the name of what is held at a path, in one format of rows.
func drawerName(format string, path []string) string {
	sum := sha256.Sum256([]byte(format + "\x00" + slash(path)))
	return hex.EncodeToString(sum[:20])
}
