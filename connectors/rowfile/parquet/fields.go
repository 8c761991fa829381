package parquet

import "slices"

// get is a field of a struct, or nil.
func (n *node) get(id int16) *node {
	if n == nil {
		return nil
	}
	for i := range n.kids {
		if n.kids[i].id == id {
			return &n.kids[i]
		}
	}
	return nil
}

// int is a number; 0 where there is none.
func (n *node) int(id int16) int64 {
	if f := n.get(id); f != nil && f.kind >= isTrue && f.kind <= isI64 {
		return f.num
	}
	return 0
}

// whole is a number, and whether it is there.
func (n *node) whole(id int16) (int64, bool) {
	f := n.get(id)
	if f == nil || f.kind < isTrue || f.kind > isI64 {
		return 0, false
	}
	return f.num, true
}

func (n *node) has(id int16) bool { return n.get(id) != nil }

// text is a text or bytes.
func (n *node) text(id int16) string {
	if f := n.get(id); f != nil && f.kind == isBinary {
		return string(f.raw)
	}
	return ""
}

// list are the elements of a list.
func (n *node) list(id int16) []node {
	if f := n.get(id); f != nil && f.kind == isList {
		return f.kids
	}
	return nil
}

// set puts a field in the place of the one there was, or where it belongs by its number.
func (n *node) set(f node) {
	if was := n.get(f.id); was != nil {
		*was = f
		return
	}
	i := slices.IndexFunc(n.kids, func(k node) bool { return k.id > f.id })
	if i < 0 {
		i = len(n.kids)
	}
	n.kids = slices.Insert(n.kids, i, f)
}

// put sets a number that is there already, in its type.
func (n *node) put(id int16, v int64) {
	if f := n.get(id); f != nil {
		f.num = v
	}
}

func (n *node) drop(ids ...int16) {
	n.kids = slices.DeleteFunc(n.kids, func(k node) bool { return slices.Contains(ids, k.id) })
}

// clone is a copy whose fields can be changed; bytes are shared.
func (n *node) clone() node {
	out := *n
	out.kids = make([]node, len(n.kids))
	for i := range n.kids {
		out.kids[i] = n.kids[i].clone()
	}
	return out
}

func i32(id int16, v int64) node       { return node{id: id, kind: isI32, num: v} }
func i64(id int16, v int64) node       { return node{id: id, kind: isI64, num: v} }
func binaryOf(id int16, b []byte) node { return node{id: id, kind: isBinary, raw: b} }
func truth(id int16, v bool) node {
	n := node{id: id, kind: isTrue}
	if v {
		n.num = 1
	}
	return n
}
func structOf(id int16, f ...node) node { return node{id: id, kind: isStruct, kids: f} }
func listOf(id int16, elem byte, e []node) node {
	return node{id: id, kind: isList, elem: elem, kids: e}
}
