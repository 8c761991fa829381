package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
)

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(_ context.Context, a *app) error {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = s.Value[:12]
			}
		}
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.version/v1", "version": version(), "revision": revision})
	}
	_, err := fmt.Fprintln(a.out, strings.TrimSpace("dossier "+version()+" "+revision))
	return err
}

// version is this program's, devel where it was built from a checkout.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
