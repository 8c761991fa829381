package datamap_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dossier-dsr/dossier/core/datamap"
)

var update = flag.Bool("update", false, "write what is said now into testdata/broken")

const want = "want"

// TestBroken holds what is said of each broken map. A file of testdata/broken is a txtar archive: the files that differ
// from testdata/base (`-- -NAME --` takes one away; `-- base/DIR --` starts from another map), and what is said.
func TestBroken(t *testing.T) {
	cases, err := filepath.Glob("testdata/broken/*.txt")
	if err != nil || len(cases) < 60 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fsys := brokenMap(t, archive)
			m, problems := datamap.LoadFS(fsys, "map")
			got := problems.String()
			if got != "" {
				got += "\n"
			}
			got += datamap.SummaryFS(fsys, "map", m, problems) + "\n"
			wrong := len(problems) == 0 || (m == nil) != (problems.Errors() > 0)
			if wrong {
				t.Errorf("a broken map was taken: map %v, %d problems", m != nil, len(problems))
			}
			for _, p := range problems {
				if n := widest(p.String()); n > 102 {
					t.Errorf("%d columns:\n%s", n, p)
				}
			}
			if *update {
				set(archive, got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(get(archive, want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// brokenMap lays the archive's files over the base map.
func brokenMap(t *testing.T, archive *txtar.Archive) fs.FS {
	t.Helper()
	base := "testdata/base"
	for _, f := range archive.Files {
		if rest, ok := strings.CutPrefix(f.Name, "base/"); ok {
			base = filepath.Join("testdata", rest)
		}
	}
	out := fstest.MapFS{}
	entries, err := os.ReadDir(base)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(base, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = &fstest.MapFile{Data: data}
	}
	for _, f := range archive.Files {
		switch {
		case f.Name == want || strings.HasPrefix(f.Name, "base/"):
		case strings.HasPrefix(f.Name, "-"):
			delete(out, f.Name[1:])
		default:
			out[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return out
}

func get(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func set(a *txtar.Archive, said string) {
	for i := range a.Files {
		if a.Files[i].Name == want {
			a.Files[i].Data = []byte(said)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: want, Data: []byte(said)})
}

func widest(s string) int {
	w := 0
	for line := range strings.Lines(s) {
		w = max(w, len([]rune(strings.TrimRight(line, "\n"))))
	}
	return w
}
