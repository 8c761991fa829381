package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Version of this connector.
const Version = "0.1.0"

// Connector makes stores of folder trees.
type Connector struct{}

// Describe says what this connector is and can do.
func (Connector) Describe() connectors.Description {
	return connectors.Description{
		Name: "files", Version: Version,
		Config: []connectors.Setting{
			{Name: "root", Required: true, Help: "the folder that holds the collections"},
			{Name: "held", Help: "the closed folder for what is restricted, on the same file system; " + heldFolder + " in root unless named"},
			{Name: "ordinary_user", Help: "the account applications use, by name or number: restriction is proven against it"},
			objects.RowGroupSetting,
		},
		Verbs:      verbs(),
		Blocking:   methods(),
		Folds:      true,
		RowFormats: rowfile.Formats,
		KeepsDeleted: "the blocks of deleted and rewritten files stay on the disk until they are overwritten; " +
			"snapshots and backups of the file system keep the files themselves",
	}
}

// Open opens the folder tree at root, and clears away what a process that was killed while it rewrote files left behind.
func (c Connector) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	if err := c.Describe().Check(config).Err(); err != nil {
		return nil, err
	}
	root, err := filepath.Abs(config["root"])
	if err != nil {
		return nil, wrong("root is no path", "")
	}
	info, err := os.Stat(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, wrong("the folder root names does not exist", "create or mount it")
	case err != nil:
		return nil, fmt.Errorf("%w: the folder root names cannot be looked at", connectors.ErrTryLater)
	case !info.IsDir():
		return nil, wrong("root names no folder", "")
	}
	limits, err := objects.LimitsOf(config, objects.Bounds{Name: maxName})
	if err != nil {
		return nil, err
	}
	tree, err := openTree(root)
	if err != nil {
		return nil, wrong("the folder root names cannot be opened", "the account Dossier runs as needs to read it")
	}
	s := &store{tree: tree, root: root, limits: limits, laid: map[string]*objects.Source{}}
	if s.vault, err = newVault(tree, root, config["held"]); err == nil {
		s.ordinary, err = ordinaryAccount(config["ordinary_user"])
	}
	if err == nil {
		err = s.tidy(ctx, 0)
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, errBusy) || errors.Is(err, errNotOurs) {
			err = nil // who may only read may still read; every call says what it cannot do
		}
	}
	if err != nil {
		_ = tree.Close()
		return nil, err
	}
	return s, nil
}

// maxName is how many bytes a name has at most, on any file system in use.
const maxName = 255

func wrong(what, hint string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Summary: what, Detail: hint, Path: "config.root"}}
}

// store is an open folder tree.
type store struct {
	tree     *folder
	root     string // its path
	vault    *vault
	limits   objects.Limits
	ordinary *account          // nil: none is named
	at       func(step string) // tests stop here, between the steps of a change

	mu   sync.Mutex
	laid map[string]*objects.Source // what Load laid out
}

func (s *store) reached(step string) {
	if s.at != nil {
		s.at(step)
	}
}

func (s *store) Close() error { return s.tree.Close() }
