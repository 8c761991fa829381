package host

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/plugins/wire"
)

// FoldersEnv lists further folders of connectors, separated as in PATH.
const FoldersEnv = "DOSSIER_CONNECTORS"

// Folders are where connectors are looked for: beside the running program, then in DOSSIER_CONNECTORS.
// PATH is not searched.
func Folders() []string {
	var out []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		out = append(out, filepath.Dir(exe))
	}
	for _, dir := range filepath.SplitList(os.Getenv(FoldersEnv)) {
		if dir != "" {
			out = append(out, dir)
		}
	}
	return out
}

// Installed is one connector's binary.
type Installed struct{ Name, Path string }

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

func validName(name string) bool { return nameForm.MatchString(name) }

// List finds every connector in folders, sorted by name. Of two of one name the first folder's counts;
// a folder that cannot be read holds none.
func List(folders []string) []Installed {
	var out []Installed
	for _, dir := range folders {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			name, ok := strings.CutPrefix(e.Name(), wire.BinaryPrefix)
			if !ok || !validName(name) || slices.ContainsFunc(out, func(i Installed) bool { return i.Name == name }) {
				continue
			}
			path := filepath.Join(dir, e.Name())
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				out = append(out, Installed{name, path})
			}
		}
	}
	slices.SortFunc(out, func(a, b Installed) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Find is the binary of the connector called name.
func Find(name string, folders []string) (Installed, error) {
	all := List(folders)
	names := make([]string, 0, len(all))
	for _, i := range all {
		if i.Name == name {
			return i, nil
		}
		names = append(names, i.Name)
	}
	installed := strings.Join(names, ", ")
	if installed == "" {
		installed = "none"
	}
	return Installed{}, fmt.Errorf("no connector %q; installed: %s\nhint: put %s beside dossier, or name its folder in %s",
		name, installed, wire.BinaryPrefix+name, FoldersEnv)
}
