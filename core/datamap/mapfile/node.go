// Package mapfile reads the files of a data map as text: nodes that know their place and hold what was
// written (0123 stays 0123), and problems that show the place. It knows YAML and nothing of data maps.
package mapfile

import "slices"

// Kind of a node.
type Kind int

// The kinds.
const (
	Null Kind = iota // nothing, ~, null
	Text
	List
	Map
)

// Node is one value of a file with its place. A nil Node is an absent value; its methods answer so.
type Node struct {
	Kind    Kind
	Value   string // Text: as written, without quotes
	Quoted  bool   // Text: in quotes or a block, so never a boolean or a number
	Written string // Null: as written: "", "~", "null"
	Pairs   []Pair // Map, in the order written; keys are unique texts
	Items   []*Node
	File    *File
	Line    int
	Col     int // in characters, from 1
	Width   int // characters a caret underlines, at least 1
	Bad     bool
	Meant   []string // Map: known keys that were only misspelt
	dropped []*Node  // Map: values that were refused, for Hide
}

// Pair is a key with its value.
type Pair struct{ Key, Value *Node }

// All are the pairs of a map, right and wrong; none of anything else.
func (n *Node) All() []Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}

// Get is the value of a key, or nil where there is none or it was found wrong.
func (n *Node) Get(key string) *Node {
	v := n.Any(key)
	if v == nil || v.Bad {
		return nil
	}
	return v
}

// Any is the value of a key even where it was found wrong, or nil.
func (n *Node) Any(key string) *Node {
	if p := n.pair(key); p != nil {
		return p.Value
	}
	return nil
}

// Has says whether the key is written: right, wrong or misspelt.
func (n *Node) Has(key string) bool {
	return n.pair(key) != nil || n != nil && slices.Contains(n.Meant, key)
}

// KeyNode is the key itself, or n where it is absent.
func (n *Node) KeyNode(key string) *Node {
	if p := n.pair(key); p != nil {
		return p.Key
	}
	return n
}

func (n *Node) pair(key string) *Pair {
	if n == nil || n.Kind != Map {
		return nil
	}
	for i := range n.Pairs {
		if n.Pairs[i].Key.Value == key {
			return &n.Pairs[i]
		}
	}
	return nil
}

// Text is the text of a scalar; "" for anything else.
func (n *Node) Text() string {
	if n == nil || n.Kind != Text {
		return ""
	}
	return n.Value
}

// Is says whether n is of that kind.
func (n *Node) Is(k Kind) bool { return n != nil && n.Kind == k }

// Each calls f for every pair whose value was not found wrong.
func (n *Node) Each(f func(key, value *Node)) {
	if n == nil {
		return
	}
	for _, p := range n.Pairs {
		if !p.Value.Bad && !p.Key.Bad {
			f(p.Key, p.Value)
		}
	}
}

// OneOrMany gives a scalar as a list of one, and a list as it is.
func (n *Node) OneOrMany() []*Node {
	switch {
	case n.Is(Text):
		return []*Node{n}
	case n.Is(List):
		var out []*Node
		for _, x := range n.Items {
			if !x.Bad {
				out = append(out, x)
			}
		}
		return out
	}
	return nil
}

// Texts are the texts of OneOrMany.
func (n *Node) Texts() []string {
	var out []string
	for _, x := range n.OneOrMany() {
		out = append(out, x.Text())
	}
	return out
}
