package datamap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// loader turns the nodes of a map into its values. Nodes found wrong read as absent; whoever misses one asks
// Has before complaining, so that causes are reported once.
type loader struct {
	m              *Map
	r              *mapfile.Report
	partial        bool          // a file could not be read: names may stand in it
	controllerFile *mapfile.Node // nil: it could not be read
	drafts         map[*Collection]*draft
	order          []*draft
	systemNodes    map[*System]*mapfile.Node
	edgeNodes      map[*Edge]*mapfile.Node
	first          string // the map's first language
	multiple       bool   // several controllers
}

// draft is a collection being read.
type draft struct {
	*Collection
	name, node *mapfile.Node
	fields     map[*Field]*mapfile.Node // the field's value node
	names      map[*Field]*mapfile.Node // its name
	ownRules   bool                     // purposes: is written, right or wrong
	broken     bool                     // an edge or identifier of it was found wrong: say nothing of ways
	implicit   map[string]bool          // columns that exist without being mapped: key, path, edges
	of         *draft                   // the documents whose arrays it was made of; nil: the map names it
	owns       bool                     // its rows say whose these are
}

func newLoader(dir string, r *mapfile.Report) *loader {
	return &loader{
		m: &Map{Dir: dir, Identifiers: map[string]*Identifier{}, Categories: BuiltInCategories(), Purposes: map[string]*Purpose{},
			Recipients: map[string]*Recipient{}, Sources: map[string]*Source{}, Approval: map[string]string{}},
		r: r, drafts: map[*Collection]*draft{}, systemNodes: map[*System]*mapfile.Node{}, edgeNodes: map[*Edge]*mapfile.Node{},
		first: "pl",
	}
}

func pos(n *mapfile.Node) Pos {
	if n == nil {
		return Pos{}
	}
	return Pos{File: n.File.Name, Line: n.Line, Col: n.Col}
}

// said are the keys a map writes.
func said(n *mapfile.Node) []string {
	var out []string
	if n.Is(mapfile.Map) {
		for _, p := range n.Pairs {
			out = append(out, p.Key.Value)
		}
	}
	return out
}

// declared says whether the controller file names something under a heading, be it wrong, or may do so.
func (l *loader) declared(heading, name string) bool {
	c := l.controllerFile
	if c == nil {
		return true
	}
	h := c.Any(heading)
	if h == nil && c.Has(heading) || h != nil && h.Bad || h.Has(name) {
		return true
	}
	if h.Is(mapfile.Map) {
		for _, p := range h.Pairs {
			if p.Key.Bad && mapfile.Near(name, []string{p.Key.Value}) != "" {
				return true // it is there under a name that was refused
			}
		}
	}
	return false
}

// named finds what n names in a table of the controller file; nil with an error reported, or where the error is elsewhere.
func named[T any](l *loader, n *mapfile.Node, table map[string]*T, heading, what string) *T {
	if n == nil || n.Text() == "" {
		return nil
	}
	if v, ok := table[n.Value]; ok {
		return v
	}
	if l.declared(heading, n.Value) {
		return nil
	}
	d := l.r.Error(n, "no %s %s", what, n.Value)
	if near := mapfile.Near(n.Value, keys(table)); near != "" {
		d.Hint("did you mean %s?", near)
	} else if heading != "categories" {
		d.Hint("%s: { %s: … } in %s", heading, n.Value, ControllerFile)
	} else {
		d.Hint("categories: { %s: { pl: …, en: … } } in %s; `dossier manifest explain categories` lists the built-in ones", n.Value, ControllerFile)
	}
	return nil
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// label reads a text by language; a label that lacks the first language cannot be printed.
func (l *loader) label(n *mapfile.Node) Label {
	switch {
	case n.Is(mapfile.Text):
		return Label{l.first: n.Value}
	case n.Is(mapfile.Map):
		out := Label{}
		n.Each(func(k, v *mapfile.Node) {
			if len(k.Value) == 2 {
				out[k.Value] = v.Text()
			}
		})
		if len(out) > 0 && out[l.first] == "" && !n.Has(l.first) {
			l.r.Error(n, "the label has no %s, the first language of the map", l.first).Hint("%s: …", l.first)
		}
		return out
	}
	return nil
}

// maybe says "did you mean X?" where a name is near, else the fallback.
func maybe(word string, names []string, fallback string, args ...any) string {
	if near := mapfile.Near(word, names); near != "" {
		return "did you mean " + near + "?"
	}
	return fmt.Sprintf(fallback, args...)
}

func isTrue(n *mapfile.Node) bool { return n.Text() == "true" }

func commas(s []string) string { return strings.Join(s, ", ") }
