package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
)

//go:embed skeleton/*.tmpl
var skeleton embed.FS

var skeletons = template.Must(template.ParseFS(skeleton, "skeleton/*.tmpl"))

const modulePath = "github.com/dossier-dsr/dossier"

type connectorNewCmd struct {
	Name string `arg:"" help:"What connector: in a map will say, as mailroom."`
	In   string `help:"Write a module of its own into this folder, instead of into this checkout." placeholder:"DIR"`
}

// connectorName is what a connector may be called (plugins/PROTOCOL.md).
var connectorName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

// Run writes a connector that compiles and whose tests pass. Nothing that is there is replaced.
func (c connectorNewCmd) Run(_ context.Context, a *app) error {
	if !connectorName.MatchString(c.Name) {
		return usagef("a lower-case letter, then letters, digits, - or _", "%q is no name for a connector", c.Name)
	}
	s := skeletonOf{Name: c.Name, Package: strings.NewReplacer("-", "", "_", "").Replace(c.Name), Version: version()}
	root := checkout()
	files := map[string]string{}
	var next []string
	switch {
	case c.In != "":
		s.Module = "dossier-connector-" + c.Name
		s.Import = s.Module + "/" + s.Package
		if root == "" && !semver.IsValid(s.Version) { // a dossier built from a checkout has no version to require
			if root = checkoutOfBinary(); root == "" {
				return usagef("run it in a checkout of dossier", "this dossier has no version a module could require")
			}
		}
		s.Replace = root
		for name, from := range map[string]string{"go.mod": "go.mod", "main.go": "main.go", s.Package + "/connector.go": "connector.go", s.Package + "/records.go": "records.go", s.Package + "/connector_test.go": "connector_test.go"} {
			files[filepath.Join(c.In, filepath.FromSlash(name))] = from
		}
		next = []string{"cd " + c.In + " && go mod tidy && go test ./...", "go build -o dossier-connector-" + c.Name + " . && dossier connector test ./dossier-connector-" + c.Name + " --config file=scratch"}
	case root == "":
		return usagef("dossier connector new "+c.Name+" --in DIR writes a module of its own", "this folder is no checkout of dossier")
	default:
		s.Import = modulePath + "/connectors/" + s.Package
		for name, from := range map[string]string{"connector.go": "connector.go", "records.go": "records.go", "connector_test.go": "connector_test.go"} {
			files[filepath.Join(root, "connectors", s.Package, name)] = from
		}
		files[filepath.Join(root, "plugins", c.Name, "main.go")] = "main.go"
		next = []string{"go test ./connectors/" + s.Package, "make build && bin/dossier connector test bin/dossier-connector-" + c.Name + " --config file=scratch"}
	}
	written, err := s.write(files)
	if err != nil {
		return err
	}
	return view.Skeleton(a.out, c.Name, written, next, a.JSON)
}

// skeletonOf is what the templates are filled with.
type skeletonOf struct{ Name, Package, Import, Module, Replace, Version string }

// write fills templates into files, all of them or none.
func (s skeletonOf) write(files map[string]string) ([]string, error) {
	content := map[string][]byte{}
	for name, from := range files {
		if exists(name) {
			return nil, usagef("choose another name, or another folder", "%s is there already", name)
		}
		var b bytes.Buffer
		if err := skeletons.ExecuteTemplate(&b, from+".tmpl", s); err != nil {
			return nil, err
		}
		content[name] = b.Bytes()
		if strings.HasSuffix(name, ".go") {
			out, err := format.Source(b.Bytes())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", from, err)
			}
			content[name] = out
		}
	}
	var written []string
	for name, b := range content {
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			err = os.WriteFile(name, b, 0o644)
		}
		if err != nil {
			for _, w := range written {
				_ = os.Remove(w)
			}
			return nil, usagef("", "%s cannot be written", name)
		}
		written = append(written, name)
	}
	return written, nil
}

// checkout is the root of the dossier checkout the working folder lies in, "" where it lies in none.
func checkout() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return checkoutAbove(dir)
}

// checkoutOfBinary is the root of the checkout this program was built in, "" where it lies in none.
func checkoutOfBinary() string {
	exe, err := os.Executable()
	if err != nil {
		return ""
	}
	return checkoutAbove(filepath.Dir(exe))
}

func checkoutAbove(dir string) string {
	for {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && modfile.ModulePath(b) == modulePath {
			return dir
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}
