package datamap

import "strings"

// nested ties collections whose rows are elements of another's documents ("tickets.comments[]") to those: the
// document's own key goes before the element's, and an edge without rights leads from element to document. Where the elements are
// mapped as fields of the documents, they are theirs; those that say whose a document is own it.
func (l *loader) nested() {
	for _, d := range l.order {
		outer, path, ok := strings.Cut(d.At, ".")
		if !ok || !strings.HasSuffix(path, "[]") || strings.ContainsAny(d.At, "{/") {
			continue
		}
		for _, p := range d.System.Collections {
			if p == d.Collection || p.At != outer {
				continue
			}
			parent := l.drafts[p]
			d.Key = append(append([]string{}, parent.Key...), d.Key...)
			for _, k := range parent.Key {
				d.implicit[k] = true
			}
			e := &Edge{Kind: RefersTo, From: d.Collection, Fields: parent.Key, To: p, ToFields: parent.Key, Leave: "keep", Implicit: true, Pos: d.Pos}
			if d.of != nil {
				e.Kind, e.Needs = OwnedBy, parent.Key
				if d.owns {
					e.Kind = Owns
				}
				for _, f := range parent.Fields { // seen from an element
					d.implicit[f.Name] = true
				}
			}
			l.addEdge(d, e, d.name)
			break
		}
	}
}
