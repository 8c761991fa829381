package main

import (
	"flag"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dossier-dsr/dossier/test/product"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMain lets the scripts run this test binary as dossier.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dossier": main})
}

// TestScripts runs testdata/script/*.txt. Each has a folder, a state and, where it says cooperative, a sample of its own; the
// connectors are real processes.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	build(t, root, bin)
	pristine := filepath.Join(t.TempDir(), "sample")
	out, err := exec.Command(filepath.Join(bin, "dossier-sample"), "--dir", filepath.Join(pristine, "stores"), "--requests", filepath.Join(pristine, "requests"), "--members", "150").CombinedOutput()
	if err != nil {
		t.Fatalf("lay out the sample: %v\n%s", err, out)
	}
	s := scripts{root: root, bin: bin, pristine: pristine}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			e.Setenv("ROOT", root)
			e.Setenv("BIN", bin)
			e.Setenv("DOSSIER_CONNECTORS", bin)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"cooperative": s.cooperative, "exits": s.exits, "golden": s.golden, "sql": s.sql, "flip": s.flip, "unzip": s.unzip,
			"edit": s.edit, "without": s.without, "interrupted": s.interrupted, "widest": s.widest, "digest": s.digest, "value": s.value, "release": s.release, "forbidden": s.forbidden, "counts": s.counts, "lines": s.lines, "problems": s.problems,
		},
	})
}

// build makes the sample and the connectors, once for all scripts.
func build(t *testing.T, root, bin string) {
	t.Helper()
	plugins, err := filepath.Glob(filepath.Join(root, "plugins", "*", "main.go"))
	if err != nil || len(plugins) == 0 {
		t.Fatalf("no connector to build: %v", err)
	}
	targets := map[string]string{"dossier-sample": "./cmd/dossier-sample"}
	for _, p := range plugins {
		name := filepath.Base(filepath.Dir(p))
		targets["dossier-connector-"+name] = "./plugins/" + name
	}
	for name, pkg := range targets {
		if err := product.Compile("", filepath.Join(bin, name), pkg); err != nil {
			t.Fatal(err)
		}
	}
}
