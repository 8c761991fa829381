package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
)

type initCmd struct{}

// Run makes state and key rings, apart from each other. What is there already stays.
func (initCmd) Run(ctx context.Context, a *app) error {
	for _, dir := range []string{filepath.Dir(a.State), filepath.Dir(a.Keys)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return usagef("dossier --state FILE --keys FILE init", "the folder %s cannot be made", dir)
		}
	}
	made := func(what, path string, err error) error {
		if errors.Is(err, os.ErrExist) {
			a.note(fmt.Sprintf("there already, and left as it is: %s %s", what, path))
			return nil
		}
		if err == nil {
			_, _ = fmt.Fprintf(a.out, "%-15s %s\n", what, path)
		}
		return err
	}
	_, err := keys.Create(a.Keys, a.State)
	if err := made("key ring", a.Keys, err); err != nil {
		return usage(err, "dossier --keys FILE init, outside the state's folder")
	}
	years := keys.YearsPath(a.Keys)
	_, err = keys.CreateYears(years, a.State)
	if err := made("tombstone keys", years, err); err != nil {
		return err
	}
	var db *state.DB
	if _, err = os.Stat(a.State); err == nil {
		err = os.ErrExist
	} else if db, err = state.Create(ctx, a.State); err == nil {
		err = db.Close()
	}
	if err := made("state", a.State, err); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(a.out, "All three need a backup, the keys apart from the state: who holds both can read what is sealed,\nand a key that is lost takes everything sealed under it along.")
	return nil
}
