package picture_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/datamap/picture"
)

var update = flag.Bool("update", false, "write what is drawn now into testdata")

func TestDrawn(t *testing.T) {
	m, problems := datamap.Load("../testdata/estate")
	if m == nil {
		t.Fatal(problems)
	}
	for name, got := range map[string]string{"estate.txt": picture.Text(m), "estate.dot": picture.DOT(m), "estate.mmd": picture.Mermaid(m)} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

// TestEverythingIsDrawn looks for every collection and edge of the maps there are.
func TestEverythingIsDrawn(t *testing.T) {
	for _, dir := range []string{"../testdata/estate", "../testdata/full", "../../../manifests/cooperative"} {
		m, problems := datamap.Load(dir)
		if m == nil {
			t.Fatal(problems)
		}
		text, dot, mermaid := picture.Text(m), picture.DOT(m), picture.Mermaid(m)
		arrows := 0
		for _, s := range m.Systems {
			for _, c := range s.Collections {
				if !regexp.MustCompile(`─ ([a-z]+/)?` + c.Name + `\b`).MatchString(text) {
					t.Errorf("the text does not draw %s", c.Address())
				}
				if !strings.Contains(dot, `"`+c.Address()+`"`) {
					t.Errorf("the graph does not draw %s", c.Address())
				}
				arrows += len(c.Edges)
			}
		}
		roots := strings.Count(dot, "person -> ")
		if got := strings.Count(dot, " -> "); got != arrows+roots {
			t.Errorf("%s: %d arrows in the graph, %d edges and %d roots in the map", dir, got, arrows, roots)
		}
		if got := strings.Count(mermaid, "->|"); got != arrows+roots {
			t.Errorf("%s: %d arrows in the flowchart, %d edges and %d roots in the map", dir, got, arrows, roots)
		}
	}
}
