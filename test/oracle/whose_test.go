package oracle

import "slices"

// at names a row.
type at struct {
	c *coll
	i int
}

func (a at) row() row { return a.c.rows[a.i] }

// verdict is what the rules come to for every row.
type verdict struct {
	e         *estate
	known     map[string]map[string]bool // unique kinds
	named     map[at]bool                // rows that name the person
	mine      map[at]bool
	candidate map[at]bool
	alien     string // why nobody knows whose the rows are; "" it is known
	blocked   string // why nothing may be erased; "" it may

	shared, shell map[at]bool
	heldMemo      map[at]bool
	parts         []*verdict // of one on several persons: of each of them
}

// of is the verdict on the person whose row a is: what of a row is needed is each person's own.
func (v *verdict) of(a at) *verdict {
	for _, p := range v.parts {
		if p.mine[a] {
			return p
		}
	}
	return v
}

func judge(e *estate) *verdict {
	v := &verdict{e: e, known: map[string]map[string]bool{}, named: map[at]bool{}, mine: map[at]bool{}, candidate: map[at]bool{}, shared: map[at]bool{}, shell: map[at]bool{}, heldMemo: map[at]bool{}}
	v.search()
	v.alien = v.blocked
	if v.blocked == "" {
		v.findShared()
		v.findShells()
		v.stuck()
	}
	return v
}

func (e *estate) each(f func(a at)) {
	for _, c := range e.colls {
		for i := range c.rows {
			f(at{c, i})
		}
	}
}

// ids are the unique identifiers of a row that name somebody.
func ids(a at) map[string]string {
	out := map[string]string{}
	for _, f := range a.c.idents() {
		if v := a.row().v[f.name]; unique[f.ident] && !empty(v) && v != sentinels[f.ident] {
			out[f.ident] = normal(v)
		}
	}
	return out
}

// contradicts says whether a row holds an identifier of a kind we know, and another's.
func (v *verdict) contradicts(a at) bool {
	for kind, n := range ids(a) {
		if len(v.known[kind]) > 0 && !v.known[kind][n] {
			return true
		}
	}
	return false
}

func (v *verdict) knows(a at) bool {
	for kind, n := range ids(a) {
		if v.known[kind][n] {
			return true
		}
	}
	return false
}

func (v *verdict) learn(a at) (grew bool) {
	for kind, n := range ids(a) {
		if v.known[kind] == nil {
			v.known[kind] = map[string]bool{n: true}
			grew = true
		}
	}
	return grew
}

// search is the fixed point: unique identifiers and edges first, then shared identifiers.
func (v *verdict) search() {
	for _, id := range v.e.ask.ids {
		if !unique[id.kind] || !id.verified {
			continue
		}
		if v.known[id.kind] == nil {
			v.known[id.kind] = map[string]bool{}
		}
		v.known[id.kind][id.value] = true
		if len(v.known[id.kind]) > 1 {
			v.blocked = "the request names two persons"
		}
	}
	for v.blocked == "" {
		if v.byUnique() || v.byEdges() {
			continue
		}
		if v.blocked != "" || !v.byShared() {
			break
		}
	}
	for a := range v.candidate {
		if v.mine[a] || v.contradicts(a) {
			delete(v.candidate, a)
		}
	}
}

func (v *verdict) byUnique() (grew bool) {
	v.e.each(func(a at) {
		if v.named[a] || !v.knows(a) {
			return
		}
		if v.contradicts(a) {
			v.blocked = "a row names this person and another"
			return
		}
		v.named[a], v.mine[a], grew = true, true, true
		v.learn(a)
	})
	return grew
}

func (v *verdict) byEdges() (grew bool) {
	for _, x := range v.e.edges() {
		if !x.rights() {
			continue
		}
		for p := range x.parent().rows {
			for c := range x.child().rows {
				child := at{x.child(), c}
				if v.mine[at{x.parent(), p}] && !v.mine[child] && owns(x, at{x.parent(), p}.row(), child.row()) {
					v.mine[child], grew = true, true
				}
			}
		}
	}
	v.e.each(func(a at) {
		if !v.mine[a] || v.named[a] {
			return
		}
		if v.contradicts(a) {
			v.blocked = "an edge leads to another person's row"
			return
		}
		for kind := range ids(a) {
			if v.known[kind] == nil {
				if !v.e.exclusive(a.c) {
					v.blocked = "an edge leads to a row that names somebody, and others may own it"
					return
				}
				grew = v.learn(a) || grew
			}
		}
	})
	return grew
}

// exclusive says whether a row of c has one owner by the map's own shape, all the way up.
func (e *estate) exclusive(c *coll) bool {
	own := e.owners(c, true)
	if len(own) == 0 {
		return true
	}
	if len(own) > 1 || own[0].verb != "owned_by" || own[0].during != nil || own[0].from == own[0].to || !slices.Equal(own[0].toFields, own[0].to.key) {
		return false
	}
	seen := map[*coll]bool{c: true}
	for up := own[0].to; ; up = e.owners(up, true)[0].to {
		if seen[up] {
			return false
		}
		seen[up] = true
		above := e.owners(up, true)
		if len(above) == 0 {
			return true
		}
		if len(above) > 1 || above[0].verb != "owned_by" || above[0].during != nil || above[0].from == above[0].to || !slices.Equal(above[0].toFields, above[0].to.key) {
			return false
		}
	}
}
