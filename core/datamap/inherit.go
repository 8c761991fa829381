package datamap

import "slices"

// Holding are the rules that hold rows of c, and the collection they are written on: its own, its source's where it is
// a copy, else those of the collection that owns it.
func (c *Collection) Holding() ([]*Rule, *Collection) {
	seen := map[*Collection]bool{}
	for at := c; at != nil && !seen[at]; {
		seen[at] = true
		switch {
		case len(at.Rules) > 0:
			return at.Rules, at
		case at.DerivedFrom != nil:
			at = at.DerivedFrom
		case at.Inherits != nil:
			at, _ = at.Inherits.Parent()
		default:
			return nil, at
		}
	}
	return nil, c
}

// owners are the edges over which another collection owns c.
func (l *loader) owners(c *Collection) []*Edge {
	return slices.DeleteFunc(l.into(c), func(e *Edge) bool { return e.Self() })
}

// inherit finds for every collection that names no purposes the one owner whose purposes are its.
func (l *loader) inherit() {
	for _, d := range l.order {
		if d.ownRules || d.DerivedFrom != nil {
			continue
		}
		if o := l.owners(d.Collection); len(o) > 0 {
			d.Inherits = o[0]
		}
	}
	for _, d := range l.order {
		if d.Inherits == nil {
			continue
		}
		if l.circle(d) {
			continue
		}
		first, _ := d.Inherits.Parent()
		for _, e := range l.owners(d.Collection)[1:] {
			other, _ := e.Parent()
			if other == first || l.sameHolding(first, other) {
				continue
			}
			l.r.Error(d.name, "%s is owned by %s and by %s, which are held for different purposes", d.Name, first.Name, other.Name).
				Hint("purposes: … says which hold here")
			break
		}
	}
}

// circle reports collections that own each other while none says why it is held.
func (l *loader) circle(d *draft) bool {
	seen := map[*Collection]bool{}
	for c := d.Collection; c.Inherits != nil; {
		if seen[c] {
			if c == d.Collection {
				l.r.Error(d.name, "%s is owned by what it owns, and nothing says why it is held", d.Name).Hint("purposes: { PURPOSE: { since: FIELD } }")
			}
			return true
		}
		seen[c] = true
		c, _ = c.Inherits.Parent()
	}
	return false
}

// sameHolding says whether rows of two owners are held alike: by the very same rules, or for the same purposes
// without a date of their own. Where the purposes of one of them were found wrong, they count as alike.
func (l *loader) sameHolding(a, b *Collection) bool {
	ra, oa := a.Holding()
	rb, ob := b.Holding()
	if oa == ob || l.drafts[oa].ownRules && len(ra) == 0 || l.drafts[ob].ownRules && len(rb) == 0 || l.drafts[oa].broken || l.drafts[ob].broken {
		return true
	}
	names := func(rules []*Rule) []string {
		var out []string
		for _, r := range rules {
			out = append(out, r.Purpose.Name)
		}
		slices.Sort(out)
		return out
	}
	return !dated(ra) && !dated(rb) && slices.Equal(names(ra), names(rb))
}

func dated(rules []*Rule) bool {
	return slices.ContainsFunc(rules, func(r *Rule) bool { return r.Since != nil || r.Until != nil })
}
