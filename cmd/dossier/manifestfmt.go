package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/datamap/format"
)

type manifestFmtCmd struct {
	Check bool `help:"Change nothing; exit 1 where a file is not in form."`
}

// Run brings the files of the map to one form, each whole or not at all.
func (c manifestFmtCmd) Run(_ context.Context, a *app) error {
	dir, err := a.mapDir()
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return usagef("", "%s cannot be listed", dir)
	}
	formatted := map[string][]byte{}
	changed := []string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return usagef("", "%s cannot be read", f)
		}
		out, err := format.Source(filepath.Base(f), data)
		if err != nil {
			return usage(err, "dossier manifest check")
		}
		if !bytes.Equal(data, out) {
			changed = append(changed, f)
			formatted[f] = out
		}
	}
	if !c.Check {
		for _, f := range changed {
			if err := replace(f, formatted[f]); err != nil {
				return usagef("", "%s cannot be written", f)
			}
		}
	}
	if a.JSON {
		err = view.JSON(a.out, view.Document{"format": "dossier.fmt/v1", "changed": changed})
	} else {
		for _, f := range changed {
			_, err = fmt.Fprintln(a.out, f)
		}
	}
	if err == nil && c.Check && len(changed) > 0 {
		return shown{exitFailed}
	}
	return err
}

// replace puts new content in the place of a file, whole or not at all, and keeps its mode.
func replace(file string, data []byte) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone once renamed
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(info.Mode().Perm())
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}
