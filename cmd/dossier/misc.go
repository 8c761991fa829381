package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
)

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(_ context.Context, a *app) error {
	version, revision := "devel", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = s.Value[:12]
			}
		}
	}
	if a.JSON {
		return view.JSON(a.out, map[string]string{"format": "dossier.version/v1", "version": version, "revision": revision})
	}
	_, err := fmt.Fprintln(a.out, "dossier "+version+" "+revision)
	return err
}
