package datamap

// taken refuses leave: delete where rows that go along with what they name have rows hanging on them: nothing follows from there,
// and those would be left without an owner, unseen, or a foreign key would forbid the erasure.
func (l *loader) taken(d *draft) {
	for _, e := range d.Edges {
		at := l.edgeNodes[e]
		if e.Leave != "delete" || e.To == nil || at == nil {
			continue
		}
		x := l.hangsOn(d.Collection, e)
		if x == "" {
			continue
		}
		hint := "leave: null or placeholder"
		if !e.Rights() {
			hint += "; or owned_by: in place of " + string(e.Kind)
		}
		l.r.Error(at, "rows of %s would go along, and %s, which hangs on them, be left behind", d.Name, x).Hint("%s", hint)
	}
}

// hangsOn names a collection whose rows refer to rows of c, or are theirs, over another edge than e; or over e, where that leads from c to
// c itself.
func (l *loader) hangsOn(c *Collection, e *Edge) string {
	for _, d := range l.order {
		for _, x := range d.Edges {
			switch {
			case x.To == nil || x == e && x.To != c:
			case x.To == c:
				return d.Name
			case x.Rights() && childOf(x, c) != nil:
				return childOf(x, c).Name
			}
		}
	}
	return ""
}

// childOf is the collection whose rows belong to rows of c over an edge, or nil.
func childOf(e *Edge, c *Collection) *Collection {
	if parent, _ := e.Parent(); parent != c {
		return nil
	}
	child, _ := e.Child()
	return child
}
