package format_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dossier-dsr/dossier/core/datamap/format"
)

// TestFormatted: testdata/*.txt hold a file before and after. What is formatted once stays as it is.
func TestFormatted(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(cases) < 5 {
		t.Fatal(cases, err)
	}
	for _, path := range cases {
		a, err := txtar.ParseFile(path)
		if err != nil || len(a.Files) != 2 {
			t.Fatal(path, err)
		}
		got, err := format.Source("x.yaml", a.Files[0].Data)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if diff := cmp.Diff(string(a.Files[1].Data), string(got)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", path, diff)
		}
		again, err := format.Source("x.yaml", got)
		if diff := cmp.Diff(string(got), string(again)); diff != "" || err != nil {
			t.Errorf("%s: formatting twice: %v\n%s", path, err, diff)
		}
	}
}

// TestSamplesAreFormatted holds the maps others copy from to the form.
func TestSamplesAreFormatted(t *testing.T) {
	for _, pattern := range []string{"../../../manifests/*/*.yaml", "../testdata/estate/*.yaml", "../testdata/full/*.yaml", "../testdata/base/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatal(pattern, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := format.Source(path, data)
			if err != nil {
				t.Error(err)
			} else if diff := cmp.Diff(string(data), string(got)); diff != "" {
				t.Errorf("%s is not formatted:\n%s", path, diff)
			}
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, bad := range []string{"", "a: [", "- a", "a: 1\na: 2\n"} {
		if out, err := format.Source("x.yaml", []byte(bad)); err == nil || !strings.Contains(err.Error(), "x.yaml") {
			t.Errorf("%q: %q %v", bad, out, err)
		}
	}
}

// FuzzSource: whatever is formatted says the same, and formatting it again changes nothing.
func FuzzSource(f *testing.F) {
	for _, pattern := range []string{"../testdata/*/*.yaml", "testdata/*.txt"} {
		paths, _ := filepath.Glob(pattern)
		for _, p := range paths {
			data, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		once, err := format.Source("x.yaml", data)
		if err != nil {
			return
		}
		twice, err := format.Source("x.yaml", once)
		if err != nil || string(once) != string(twice) {
			t.Errorf("%q\nonce  %q\ntwice %q %v", data, once, twice, err)
		}
	})
}
