package mapfile

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// builder turns YAML's nodes into ours: aliases followed, merges done, keys checked.
type builder struct {
	file   *File
	report *Report
	count  int
	gaveUp bool
}

func (b *builder) node(y *yaml.Node, above []*yaml.Node, depth int) *Node {
	n := &Node{File: b.file, Line: y.Line, Col: y.Column, Width: 1}
	n.Line, n.Col = b.file.clamp(y.Line, y.Column)
	if b.gaveUp {
		return n
	}
	if b.count++; b.count > maxNodes || depth > maxDepth {
		b.gaveUp = true
		b.report.Error(n, "the file nests or repeats too much").Hint("write out what the anchors repeat")
		return n
	}
	if y.Kind == yaml.AliasNode {
		if y.Alias == nil || slices.Contains(above, y.Alias) {
			n.Width = len([]rune(y.Value)) + 1
			n.Bad = true
			b.report.Error(n, "*%s stands inside itself", y.Value)
			return n
		}
		return b.node(y.Alias, append(above, y.Alias), depth+1)
	}
	if y.Anchor != "" {
		b.skipAnchor(n, y.Anchor)
		above = append(slices.Clip(above), y)
	}
	if y.Style&yaml.TaggedStyle != 0 {
		n.Bad = true
		n.Width = max(1, len([]rune(b.file.line(n.Line)))-n.Col+1) // the value too
		b.report.Error(n, "tags like %s have no meaning here", y.Tag).Hint("write the value alone, in quotes where it is a text")
		return n
	}
	switch y.Kind {
	case yaml.MappingNode:
		n.Kind = Map
		b.pairs(n, y, above, depth)
	case yaml.SequenceNode:
		n.Kind = List
		for _, c := range y.Content {
			n.Items = append(n.Items, b.node(c, above, depth+1))
		}
	default:
		b.scalar(n, y)
	}
	return n
}

func (b *builder) scalar(n *Node, y *yaml.Node) {
	n.Quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if y.Tag == "!!null" && !n.Quoted {
		n.Kind, n.Written = Null, y.Value
		n.Width = max(1, len([]rune(y.Value)))
		return
	}
	n.Kind, n.Value = Text, y.Value
	n.Width = b.file.width(n)
}

func (b *builder) pairs(n *Node, y *yaml.Node, above []*yaml.Node, depth int) {
	var merged []*Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		key := b.node(k, above, depth+1)
		drop := func() { n.dropped = append(n.dropped, b.node(v, above, depth+1)) }
		if key.Kind == Null && key.Written != "" {
			key.Kind, key.Value = Text, key.Written // a field may be called null
		}
		if key.Kind != Text || key.Value == "" {
			if !key.Bad {
				b.report.Error(key, "a key is a name, not a list, a map or nothing")
			}
			drop()
			continue
		}
		if first := n.pair(key.Value); first != nil && k.Tag != "!!merge" {
			b.report.Error(key, "%s stands twice", key.Value).Hint("the first is on line %d", first.Key.Line)
			drop()
			continue
		}
		value := b.node(v, above, depth+1)
		if k.Tag == "!!merge" {
			merged = append(merged, b.merge(value)...)
			continue
		}
		n.Pairs = append(n.Pairs, Pair{key, value})
	}
	for _, m := range merged { // what is written here wins over what is merged in
		for _, p := range m.Pairs {
			if !n.Has(p.Key.Value) {
				n.Pairs = append(n.Pairs, p)
			}
		}
	}
}

func (b *builder) merge(v *Node) []*Node {
	var out []*Node
	for _, m := range append([]*Node{v}, v.Items...) {
		switch {
		case m.Kind == Map:
			out = append(out, m)
		case m.Kind != List && !m.Bad:
			b.report.Error(m, "<<: takes the keys of another map, and this is none")
		}
	}
	return out
}

// skipAnchor moves the place of a value behind its &anchor.
func (b *builder) skipAnchor(n *Node, anchor string) {
	line := []rune(b.file.line(n.Line))
	mark := []rune("&" + anchor)
	at := n.Col - 1
	if at+len(mark) > len(line) || string(line[at:at+len(mark)]) != string(mark) {
		return
	}
	for at += len(mark); at < len(line) && line[at] == ' '; at++ {
	}
	if at < len(line) && line[at] != '#' {
		n.Col = at + 1
	}
}

// width is how much of its line a scalar takes, quotes included.
func (f *File) width(n *Node) int {
	line := []rune(f.line(n.Line))
	if n.Col > len(line) {
		return 1
	}
	rest := line[n.Col-1:]
	switch q := rest[0]; {
	case q == '"' || q == '\'':
		for i := 1; i < len(rest); i++ {
			if rest[i] == '\\' && q == '"' {
				i++
			} else if rest[i] == q {
				return i + 1
			}
		}
		return len(rest)
	case q == '|' || q == '>':
		return 1
	case strings.HasPrefix(string(rest), n.Value):
		return max(1, len([]rune(n.Value)))
	}
	return len([]rune(strings.TrimRight(string(rest), " ")))
}

// multiline says whether a text goes on below its first line.
func (n *Node) multiline() bool {
	rest := []rune(n.File.line(n.Line))
	if n.Col > len(rest) {
		return true
	}
	rest = rest[n.Col-1:]
	if n.Quoted {
		q := rest[0]
		return q != '"' && q != '\'' || len(rest) < n.Width || n.Width < 2 || rest[n.Width-1] != q
	}
	return !strings.HasPrefix(string(rest), n.Value)
}
