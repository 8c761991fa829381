package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shownBlock is a marker and the fenced block that follows it. Lines that begin with "$ " are what was typed.
var shownBlock = regexp.MustCompile("<!-- from: (cmd/dossier/testdata/[^ ]+) -->\\s*\n```[a-z]*\n((?s:.*?))```")

// TestReadmeShowsWhatIsSaid holds README.md to the golden files of the scripts: a block that names one is that file.
func TestReadmeShowsWhatIsSaid(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if errors.Is(err, fs.ErrNotExist) {
		return // a checkout without it shows nothing
	}
	if err != nil {
		t.Fatal(err)
	}
	blocks := shownBlock.FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		t.Fatal("README.md shows no output of a script: want <!-- from: cmd/dossier/testdata/readme.golden --> and a fenced block after it")
	}
	for _, b := range blocks {
		want, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(b[1])))
		if err != nil {
			t.Error(err)
			continue
		}
		var got []string
		for _, l := range strings.Split(b[2], "\n") {
			if !strings.HasPrefix(l, "$ ") {
				got = append(got, l)
			}
		}
		if *update {
			shown := strings.Replace(b[0], b[2], string(want), 1)
			if b[2] == "" {
				shown = strings.TrimSuffix(b[0], "```") + string(want) + "```"
			}
			readme = bytes.Replace(readme, []byte(b[0]), []byte(shown), 1)
			continue
		}
		if d := cmp.Diff(strings.Split(string(want), "\n"), got); d != "" {
			t.Errorf("README.md, the block from %s (-want +got):\n%s", b[1], d)
		}
	}
	if *update {
		if err := os.WriteFile("../../README.md", readme, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
