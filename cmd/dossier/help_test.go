package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// Every command's help begins with an example, and every example is a command line the program understands.
func TestExamples(t *testing.T) {
	parser, err := newParser(&root{}, io.Discard, io.Discard, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		if n.Hidden {
			return
		}
		path := strings.TrimSpace(strings.TrimPrefix(n.Path(), "dossier"))
		paths = append(paths, path)
		if e := examples[path]; !strings.HasPrefix(e, "dossier ") || path != "" && !strings.Contains(e, strings.Fields(path)[0]) {
			t.Errorf("%q: the example is %q", path, e)
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(parser.Model.Node)
	for path, e := range examples {
		if !slices.Contains(paths, path) {
			t.Errorf("%q: an example of no command", path)
		}
		line, _, _ := strings.Cut(strings.TrimPrefix(e, "dossier "), " > ")
		if _, err := parser.Parse(words(line)); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
}

// words splits a command line; what stands in single quotes is one word.
func words(line string) []string {
	var out []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}
