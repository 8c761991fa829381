package index

import (
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// want is the mark of one field of one tuple.
type want struct {
	mark  uint32
	tuple int
}

// way is what one way of a selection looks for.
type way struct {
	fields []string
	wanted [][]want // by field, ascending
	tuples int
}

func wayOf(s objects.Sought, m *marker) way {
	w := way{fields: s.Fields, tuples: len(s.Likes), wanted: make([][]want, len(s.Fields))}
	for i, f := range s.Fields {
		for t, likes := range s.Likes {
			w.wanted[i] = append(w.wanted[i], want{m.mark(f, likes[i]), t})
		}
		slices.SortFunc(w.wanted[i], func(a, b want) int { return int(int64(a.mark) - int64(b.mark)) })
	}
	return w
}

// may says whether a version can hold a row of the way: one tuple all of whose fields stand in the columns that are known.
func (w *way) may(k *known) bool {
	if len(w.fields) == 0 {
		return true
	}
	var alive []bool // by tuple; nil: all
	for i, f := range w.fields {
		packed, indexed := k.columns[f]
		if !indexed {
			continue
		}
		hits := make([]bool, w.tuples)
		some := false
		readable := among(packed, w.wanted[i], func(h want) {
			hits[h.tuple] = alive == nil || alive[h.tuple]
			some = some || hits[h.tuple]
		})
		switch {
		case !readable:
			return true
		case !some:
			return false
		}
		alive = hits
	}
	return true
}

// Notes are taken of a version while it is read. Nil notes take none.
type Notes struct {
	o       *Object
	v       Version
	m       *marker
	columns []column
}

// column is one of those that are noted.
type column struct {
	name string
	gathered
	seen map[any]struct{} // the values that came last
}

// lately is how many values of a column are kept to see that they came before.
const lately = 1024

// Note begins to take notes of a version; nil where all of it is known that would be noted.
func (o *Object) Note(v Version) *Notes {
	if o == nil || o.slot == nil {
		return nil
	}
	if k := o.before.of(v); k != nil && !slices.ContainsFunc(o.p.columns, func(c string) bool { _, noted := k.columns[c]; return !noted }) {
		return nil
	}
	n := &Notes{o: o, v: v, m: o.p.x.marker()}
	for _, name := range o.p.columns {
		n.columns = append(n.columns, column{name: name, seen: map[any]struct{}{}})
	}
	return n
}

// Row notes one row; it has the fields the selection looks at.
func (n *Notes) Row(row connectors.Row) {
	if n == nil {
		return
	}
	for i := range n.columns {
		n.columns[i].note(n.m, row[n.columns[i].name])
	}
}

func (c *column) note(m *marker, v any) {
	if _, isText := v.(string); isText {
		if _, seen := c.seen[v]; seen {
			return
		}
		if len(c.seen) == lately {
			clear(c.seen)
		}
		c.seen[v] = struct{}{}
	}
	like, ok := objects.Likeness(v, false)
	if !ok {
		return
	}
	c.add(m.mark(c.name, like))
	if folded, ok := objects.Likeness(v, true); ok && folded != like {
		c.add(m.mark(c.name, folded))
	}
}

// Done says that the version was read to its end. What was known of its other columns still holds.
func (n *Notes) Done() {
	if n == nil {
		return
	}
	k := known{Version: n.v, columns: map[string][]byte{}}
	if before := n.o.before.of(n.v); before != nil {
		maps.Copy(k.columns, before.columns)
	}
	for i := range n.columns {
		if c := &n.columns[i]; !c.full {
			k.columns[c.name] = c.packed()
		}
	}
	n.o.mu.Lock()
	defer n.o.mu.Unlock()
	n.o.read = append(slices.DeleteFunc(n.o.read, func(r known) bool { return r.is(n.v) }), k)
}
