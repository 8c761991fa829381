package oracle

import "slices"

// findShared: a row is shared where one of its owners is not this person's, or is shared itself.
func (v *verdict) findShared() {
	for grew := true; grew; {
		grew = false
		for _, x := range v.e.edges() {
			if !x.rights() {
				continue
			}
			for i := range x.parent().rows {
				for j := range x.child().rows {
					p, c := at{x.parent(), i}, at{x.child(), j}
					if v.mine[c] && !v.shared[c] && (!v.mine[p] || v.shared[p]) && owns(x, p.row(), c.row()) {
						v.shared[c], grew = true, true
					}
				}
			}
		}
	}
}

// findShells: a row nothing keeps stays as a shell where a field of it is kept, or it leads to a row that stays for
// this person.
func (v *verdict) findShells() {
	v.e.each(func(a at) {
		if v.mine[a] && !v.shared[a] && !v.held(a) && slices.ContainsFunc(a.c.fields, func(f *field) bool { return v.fieldHeld(a, f) }) {
			v.shell[a] = true
		}
	})
	for grew := true; grew; {
		grew = false
		for _, x := range v.e.edges() {
			if !x.rights() {
				continue
			}
			for i := range x.parent().rows {
				for j := range x.child().rows {
					p, c := at{x.parent(), i}, at{x.child(), j}
					stays := v.mine[c] && !v.shared[c] && (v.held(c) || v.shell[c])
					if stays && v.mine[p] && !v.shared[p] && !v.held(p) && !v.shell[p] && owns(x, p.row(), c.row()) {
						v.shell[p], grew = true, true
					}
				}
			}
		}
	}
}

// fate of a row, in one word.
func (v *verdict) fate(a at) string {
	switch {
	case !v.mine[a]:
		return "other"
	case v.shared[a]:
		return "shared"
	case v.held(a):
		return "held"
	case v.shell[a]:
		return "shell"
	}
	if a.c.erase == "anonymise" {
		return "anonymised"
	}
	return "deleted"
}
