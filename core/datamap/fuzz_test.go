package datamap_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// FuzzLoad reads any two files as a map. Nothing panics; every problem is inside its file, says something, and points
// into its excerpt; a map comes back exactly where no error does; and reading twice says the same.
func FuzzLoad(f *testing.F) {
	base := map[string]string{}
	for _, name := range []string{"controller.yaml", "register.yaml"} {
		data, err := os.ReadFile("testdata/base/" + name)
		if err != nil {
			f.Fatal(err)
		}
		base[name] = string(data)
	}
	cases, _ := filepath.Glob("testdata/broken/*.txt")
	for _, path := range cases {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		files := map[string]string{"controller.yaml": base["controller.yaml"], "register.yaml": base["register.yaml"]}
		for _, x := range a.Files {
			if _, ok := files[x.Name]; ok {
				files[x.Name] = string(x.Data)
			}
		}
		f.Add(files["controller.yaml"], files["register.yaml"])
	}
	for _, dir := range []string{"testdata/estate/", "testdata/full/"} {
		c, err := os.ReadFile(dir + "controller.yaml")
		if err != nil {
			f.Fatal(err)
		}
		s, err := os.ReadFile(dir + "register.yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(c), string(s))
	}
	f.Fuzz(func(t *testing.T, controller, system string) {
		fsys := fstest.MapFS{"controller.yaml": {Data: []byte(controller)}, "register.yaml": {Data: []byte(system)}}
		m, problems := datamap.LoadFS(fsys, "map")
		if (m == nil) != (problems.Errors() > 0) {
			t.Fatalf("map %v with %d errors", m != nil, problems.Errors())
		}
		for _, p := range problems {
			inside(t, p, map[string]string{"controller.yaml": controller, "register.yaml": system}[p.File])
		}
		if _, err := json.Marshal(problems); err != nil {
			t.Fatal(err)
		}
		if _, again := datamap.LoadFS(fsys, "map"); again.String() != problems.String() {
			t.Fatalf("another time:\n%s\n%s", problems, again)
		}
		_ = datamap.SummaryFS(fsys, "map", m, problems)
	})
}

func inside(t *testing.T, p datamap.Problem, data string) {
	t.Helper()
	lines := strings.Split(strings.ToValidUTF8(strings.TrimPrefix(data, "\ufeff"), "�"), "\n")
	if p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > len([]rune(strings.TrimRight(lines[p.Line-1], "\r")))+1 {
		t.Fatalf("%d:%d is outside of a file of %d lines: %s", p.Line, p.Col, len(lines), p.Text)
	}
	if strings.TrimSpace(p.Text) == "" || strings.ContainsAny(p.Excerpt, "\n\r\t") {
		t.Fatalf("%+v", p)
	}
	if p.Excerpt != "" && (p.Caret < 1 || p.Width < 1 || p.Caret > len([]rune(p.Excerpt))+1) {
		t.Fatalf("the caret is outside: %+v", p)
	}
	_ = p.String()
}
