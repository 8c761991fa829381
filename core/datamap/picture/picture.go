// Package picture draws a data map: as plain text, in the DOT language of Graphviz, and as a Mermaid flowchart.
// Arrows point the way rights lead, from the person to the rows.
package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// Text is a tree from the person down. A collection several ways lead to is drawn out once, and named at the others.
func Text(m *datamap.Map) string {
	t := tree{drawn: map[*datamap.Collection]bool{}}
	t.b.WriteString("person\n")
	roots := roots(m)
	for i, c := range roots {
		kinds := kinds(c)
		t.node(c, c.Address(), "by "+strings.Join(kinds, ", "), "", i == len(roots)-1, nil)
	}
	return t.b.String()
}

type tree struct {
	b     strings.Builder
	drawn map[*datamap.Collection]bool
}

func (t *tree) node(c *datamap.Collection, name, how, indent string, last bool, above []*datamap.Collection) {
	branch, below := "├─ ", "│  "
	if last {
		branch, below = "└─ ", "   "
	}
	line := indent + branch + name
	next := onward(c)
	if t.drawn[c] && len(next) > 0 && !strings.HasSuffix(how, ", itself") {
		how += ", drawn above"
	}
	if pad := 52 - len([]rune(line)); how != "" {
		line += strings.Repeat(" ", max(2, pad)) + how
	}
	t.b.WriteString(line + "\n")
	if t.drawn[c] {
		return
	}
	t.drawn[c] = true
	for i, e := range next {
		child, fields := e.Child()
		how := string(e.Kind) + " over " + strings.Join(fields, ", ")
		if e.Kind == datamap.Owns {
			_, fields = e.Parent()
			how = "owned by " + strings.Join(fields, ", ")
		}
		if e.Implicit {
			how = implicit(e, "a copy", "in its documents")
		}
		if child == c {
			how += ", itself"
		}
		t.node(child, near(child, c), how, indent+below, i == len(next)-1, append(above, c))
	}
}

// onward are the edges down from c, self-references left to the last.
func onward(c *datamap.Collection) []*datamap.Edge {
	out := slices.Clone(c.Onward)
	slices.SortStableFunc(out, func(a, b *datamap.Edge) int {
		if a.Self() != b.Self() {
			if a.Self() {
				return 1
			}
			return -1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// roots are the collections whose rows name a person, in map order.
func roots(m *datamap.Map) []*datamap.Collection {
	var out []*datamap.Collection
	for _, s := range m.Systems {
		for _, c := range s.Collections {
			if len(kinds(c)) > 0 {
				out = append(out, c)
			}
		}
	}
	// Where most is reached from comes first, so that the tree is drawn once and deep.
	slices.SortStableFunc(out, func(a, b *datamap.Collection) int { return len(b.Onward) - len(a.Onward) })
	return out
}

func kinds(c *datamap.Collection) []string {
	var out []string
	for _, f := range c.Fields {
		if f.Identifier != nil && !slices.Contains(out, f.Identifier.Name) {
			out = append(out, f.Identifier.Name)
		}
	}
	return out
}

func near(c, from *datamap.Collection) string {
	if c.System == from.System {
		return c.Name
	}
	return c.Address()
}

// edges calls f for every edge of the map, in map order.
func edges(m *datamap.Map, f func(e *datamap.Edge, label string)) {
	for _, s := range m.Systems {
		for _, c := range s.Collections {
			for _, e := range c.Edges {
				label := strings.Join(e.Fields, ", ")
				if e.Implicit {
					label = implicit(e, "copy", "in a document")
				}
				f(e, label)
			}
		}
	}
}

// implicit says what an edge stands for that the map does not write: a copy and its source, or an element and its document.
func implicit(e *datamap.Edge, of, in string) string {
	if e.From.DerivedFrom != nil {
		return of
	}
	return in
}

// ends are the ends of an arrow, in the direction of rights where there are any.
func ends(e *datamap.Edge) (from, to *datamap.Collection) {
	if e.Rights() {
		from, _ = e.Parent()
		to, _ = e.Child()
		return from, to
	}
	return e.From, e.To
}

func id(c *datamap.Collection) string {
	return strings.NewReplacer("/", "__", "-", "_").Replace(c.Address())
}

// DOT is the map for Graphviz.
func DOT(m *datamap.Map) string {
	var b strings.Builder
	b.WriteString("digraph map {\n  rankdir=LR;\n  node [shape=box];\n  person [shape=ellipse];\n")
	for i, s := range m.Systems {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%q;\n", i, s.Name)
		for _, c := range s.Collections {
			style := ""
			if c.DerivedFrom != nil {
				style = ", style=dashed"
			}
			fmt.Fprintf(&b, "    %q [label=%q%s];\n", c.Address(), c.Name, style)
		}
		b.WriteString("  }\n")
	}
	for _, c := range roots(m) {
		fmt.Fprintf(&b, "  person -> %q [label=%q];\n", c.Address(), strings.Join(kinds(c), ", "))
	}
	edges(m, func(e *datamap.Edge, label string) {
		from, to := ends(e)
		switch {
		case to == nil:
			fmt.Fprintf(&b, "  %q -> %q [label=%q, style=dotted];\n", from.Address(), "outside: "+e.Outside, label)
		case e.Rights():
			fmt.Fprintf(&b, "  %q -> %q [label=%q];\n", from.Address(), to.Address(), label)
		default:
			fmt.Fprintf(&b, "  %q -> %q [label=%q, style=dotted];\n", from.Address(), to.Address(), label)
		}
	})
	b.WriteString("}\n")
	return b.String()
}

// Mermaid is the map as a flowchart, for pages that draw Mermaid.
func Mermaid(m *datamap.Map) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n  person((person))\n")
	for _, s := range m.Systems {
		fmt.Fprintf(&b, "  subgraph %s\n", s.Name)
		for _, c := range s.Collections {
			fmt.Fprintf(&b, "    %s[%q]\n", id(c), c.Name)
		}
		b.WriteString("  end\n")
	}
	for _, c := range roots(m) {
		fmt.Fprintf(&b, "  person -->|%s| %s\n", quote(strings.Join(kinds(c), ", ")), id(c))
	}
	edges(m, func(e *datamap.Edge, label string) {
		from, to := ends(e)
		switch {
		case to == nil:
			fmt.Fprintf(&b, "  %s -.->|%s| outside_%s[%q]\n", id(from), quote(label), strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(e.Outside), e.Outside)
		case e.Rights():
			fmt.Fprintf(&b, "  %s -->|%s| %s\n", id(from), quote(label), id(to))
		default:
			fmt.Fprintf(&b, "  %s -.->|%s| %s\n", id(from), quote(label), id(to))
		}
	})
	return b.String()
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, "#quot;") + `"` }
