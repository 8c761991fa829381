package mapfile

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// No honest map comes near these; an alias that repeats an alias that repeats an alias does.
const (
	maxBytes = 4 << 20
	maxNodes = 200_000
	maxDepth = 64
)

// Parse reads a file. The node is nil where the file cannot be read at all; problems say why.
func (f *File) Parse(r *Report) *Node {
	if len(f.Data) > maxBytes {
		r.At(f, 1, 1, 1, "%s is too large for a file of a map", f.Name).Hint("at most 4 MB; a map is written, not generated from data")
		return nil
	}
	if !f.readable(r) {
		f.coarse = true
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load(f.Data, &doc); err != nil {
		f.coarse = true
		f.syntax(r, err)
		return nil
	}
	b := builder{file: f, report: r}
	root := &doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		root = doc.Content[0]
	}
	n := b.node(root, nil, 0)
	if b.gaveUp {
		return nil
	}
	if !n.Is(Map) {
		r.Error(n, "%s holds no map of keys", f.Name).Hint("begin with controller: … or system: …")
		return nil
	}
	return n
}

// readable reports what would make YAML's own message hard to understand.
func (f *File) readable(r *Report) bool {
	for i, line := range bytes.Split(f.Data, []byte("\n")) {
		for col, rest := 1, line; len(rest) > 0; col++ {
			c, size := utf8.DecodeRune(rest)
			if c == utf8.RuneError && size == 1 {
				r.At(f, i+1, col, 1, "%s is not UTF-8 here", f.Name).Hint("save the file as UTF-8")
				return false
			}
			rest = rest[size:]
		}
	}
	if len(bytes.TrimSpace(f.Data)) == 0 {
		r.At(f, 1, 1, 1, "%s is empty", f.Name).Hint("begin with controller: … or system: …")
		return false
	}
	return true
}

var place = regexp.MustCompile(`at L(\d+)\.C(\d+)(?:-L(\d+)\.C(\d+))?: (.*)`)

// syntax says what YAML found wrong, in words a person who knows no parser understands.
func (f *File) syntax(r *Report, err error) {
	line, col, said := 1, 1, strings.TrimPrefix(err.Error(), "yaml: ")
	var le *yaml.LoadError
	if errors.As(err, &le) {
		said = le.Error()
	}
	if m := place.FindStringSubmatch(strings.ReplaceAll(said, "\n", " ")); m != nil {
		_, _ = fmt.Sscan(m[1], &line)
		_, _ = fmt.Sscan(m[2], &col)
		said = m[5]
	}
	if l := f.line(line); strings.Contains(l[:indent(l)], "\t") {
		r.At(f, line, strings.Index(l, "\t")+1, 1, "a tab indents this line").Hint("YAML wants spaces")
		return
	}
	if strings.Contains(said, "multiple") {
		line = f.secondDocument()
	}
	text, hint := explain(said, f.line(line), col)
	r.At(f, line, col, 1, "%s", text).Hint("%s", hint)
}

// secondDocument is the line that ends the first document.
func (f *File) secondDocument() int {
	begun := false
	for i, l := range f.lines {
		l = strings.TrimSpace(l)
		if begun && (l == "---" || l == "..." || strings.HasPrefix(l, "--- ")) {
			return i + 1
		}
		begun = begun || l != "" && l != "---" && !strings.HasPrefix(l, "#") && !strings.HasPrefix(l, "%")
	}
	return 1
}

func explain(said, line string, col int) (text, hint string) {
	at := ""
	if rs := []rune(line); col >= 1 && col <= len(rs) {
		at = string(rs[col-1])
	}
	switch {
	case strings.Contains(said, "unknown anchor"):
		return "no anchor " + quotedWord(said) + " stands before this", "write &" + quotedWord(said) + " at the value it repeats"
	case strings.Contains(said, "multiple"):
		return "the file holds several documents", "one file, one system: take the --- lines out"
	case strings.Contains(said, "mapping values are not allowed"):
		return "a second colon on one line", "put the text in quotes, or a new key on a new line"
	case strings.Contains(said, "cannot start any token") && strings.ContainsAny(at, "@`%"):
		return "a text cannot begin with " + at, "put it in quotes"
	case strings.Contains(said, "unexpected end of stream"), strings.Contains(said, "did not find expected ',' or"),
		strings.Contains(said, "did not find expected node content"):
		return "a quote, { or [ is not closed", "close it, or put the text in quotes"
	case strings.Contains(said, "did not find expected"), strings.Contains(said, "could not find expected ':'"):
		return "the indentation does not fit here, or a colon is missing", "keys of one map begin in one column; KEY: VALUE"
	case strings.Contains(said, "exceeded"), strings.Contains(said, "limit"):
		return "the file nests or repeats too much", "write out what the anchors repeat"
	}
	return "cannot be read as YAML: " + said, ""
}

func quotedWord(s string) string {
	if _, rest, ok := strings.Cut(s, "'"); ok {
		word, _, _ := strings.Cut(rest, "'")
		return word
	}
	return ""
}
