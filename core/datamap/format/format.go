// Package format brings the files of a data map to one form, and keeps every comment: two spaces a level, one way
// to space braces and commas, no white space at the end of a line, no two empty lines in a row. What the author lined up
// stays lined up. It changes how a file looks and never what it says: where that cannot be shown, it changes nothing.
package format

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// Source formats the content of a file called name. The error is of a file that cannot be read as YAML, or whose
// meaning formatting would change; the file is then better left as it is.
func Source(name string, data []byte) ([]byte, error) {
	before, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	f := formatter{}
	out := []byte(f.run(strings.Split(text, "\n")))
	after, err := parse(name, out)
	if err != nil || !same(before, after) || comments(text) != comments(string(out)) {
		return nil, fmt.Errorf("%s: formatting would change what it says, so it is left as it is", name)
	}
	return out, nil
}

func parse(name string, data []byte) (*mapfile.Node, error) {
	f := mapfile.NewFile(name, data)
	r := mapfile.NewReport([]*mapfile.File{f})
	n := f.Parse(r)
	if err := r.Problems().Err(); err != nil {
		return nil, err
	}
	if n == nil {
		return nil, errors.New(name + ": holds no map")
	}
	return n, nil
}

// same says whether two trees hold the same keys and values in the same order.
func same(a, b *mapfile.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || len(a.Pairs) != len(b.Pairs) || len(a.Items) != len(b.Items) || a.Written != b.Written {
		return false
	}
	for i := range a.Pairs {
		if a.Pairs[i].Key.Value != b.Pairs[i].Key.Value || !same(a.Pairs[i].Value, b.Pairs[i].Value) {
			return false
		}
	}
	for i := range a.Items {
		if !same(a.Items[i], b.Items[i]) {
			return false
		}
	}
	return true
}

// comments are the comments of a text, one a line, without the space around them.
func comments(text string) string {
	var b bytes.Buffer
	s := scanner{}
	for _, line := range strings.Split(text, "\n") {
		if c := s.comment(line); c != "" {
			b.WriteString(strings.TrimSpace(c) + "\n")
		}
	}
	return b.String()
}
