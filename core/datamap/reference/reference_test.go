package reference_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/datamap/reference"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

var update = flag.Bool("update", false, "write the reference and the schemas into manifests")

// TestWritten holds what stands in manifests equal to the table the loader reads.
func TestWritten(t *testing.T) {
	controller, err := words.JSONSchema(words.Controller, "controller.yaml of a data map")
	if err != nil {
		t.Fatal(err)
	}
	system, err := words.JSONSchema(words.System, "The file of one system of a data map")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"REFERENCE.md": reference.Text(), "controller.schema.json": string(controller), "system.schema.json": string(system),
	} {
		path := "../../../manifests/" + name
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s differs from the table; go generate ./core/datamap/reference\n-table +file:\n%s", name, diff)
		}
	}
}

// TestDescribed fails for a word nobody explains.
func TestDescribed(t *testing.T) {
	for _, s := range []*words.Struct{words.Controller, words.System} {
		words.Walk(s, func(f words.Found) {
			if f.Word.Doc == "" || f.Word.Type == nil || f.Word.Type.Name == "" {
				t.Errorf("%s has no description or type", f.Path)
			}
		})
	}
}
