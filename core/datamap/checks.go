package datamap

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// checks looks at the map as a whole.
func (l *loader) checks() {
	for _, d := range l.order {
		d.Inward = l.into(d.Collection)
		for _, e := range d.Inward {
			parent, _ := e.Parent()
			parent.Onward = append(parent.Onward, e)
		}
	}
	l.inherit()
	l.ways()
	for _, d := range l.order {
		l.taken(d)
		l.special(d)
		l.oneName(d)
	}
	l.oneHome()
	l.backups()
	l.unused()
}

// ways reports every collection no way leads to: what nobody can find, nobody can show or erase.
func (l *loader) ways() {
	reached := map[*Collection]bool{}
	var queue []*Collection
	reach := func(c *Collection) {
		if !reached[c] {
			reached[c] = true
			queue = append(queue, c)
		}
	}
	for _, d := range l.order {
		if l.roots(d.Collection) || d.broken { // of a broken one nothing is said, nor of what it leads to
			reach(d.Collection)
		}
	}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		for _, d := range l.order {
			for _, e := range d.Edges {
				if !e.Rights() {
					continue
				}
				if parent, _ := e.Parent(); parent == c {
					child, _ := e.Child()
					reach(child)
				}
			}
		}
	}
	for _, d := range l.causes(reached) {
		hint := "give a field identifier: or owned_by:"
		if documents := around(d); documents != nil {
			hint += fmt.Sprintf(" (%s: { owned_by: %s }, where an element is whose the document is)", documents.Key[0], documents.Name)
		}
		l.r.Error(d.name, "no way leads from a person to %s", d.Name).
			Hint("%s, or say outside: { %s: why }", hint, d.Name)
	}
	l.why(reached)
}

// around is the collection of the documents whose array a collection's rows are elements of, as nested has tied them; nil where they are not, or where
// documents have a key of several fields.
func around(d *draft) *Collection {
	for _, e := range d.Edges {
		if e.Implicit && len(e.ToFields) == 1 && strings.HasSuffix(d.At, "[]") {
			return e.To
		}
	}
	return nil
}

// causes are the unreached collections that do not only follow from another unreached one.
func (l *loader) causes(reached map[*Collection]bool) []*draft {
	var out []*draft
	explained := map[*Collection]bool{}
	var explain func(c *Collection)
	explain = func(c *Collection) {
		if explained[c] || reached[c] {
			return
		}
		explained[c] = true
		for _, d := range l.order {
			if slices.ContainsFunc(l.into(d.Collection), func(e *Edge) bool { p, _ := e.Parent(); return p == c }) {
				explain(d.Collection)
			}
		}
	}
	for _, ringsToo := range []bool{false, true} { // of collections that only own each other, the first
		for _, d := range l.order {
			if !reached[d.Collection] && !explained[d.Collection] && (ringsToo || len(l.owners(d.Collection)) == 0) {
				out = append(out, d)
				explain(d.Collection)
			}
		}
	}
	return out
}

// why reports collections a way leads to and nothing says why they are held.
func (l *loader) why(reached map[*Collection]bool) {
	for _, d := range l.order {
		if !d.ownRules && d.Inherits == nil && d.DerivedFrom == nil && reached[d.Collection] && !d.broken && len(l.owners(d.Collection)) == 0 {
			l.r.Error(d.name, "nothing says why %s is held", d.Name).Hint("purposes: { PURPOSE: { since: FIELD } }")
		}
	}
}

// special reports special categories that no purpose may hold (art. 9).
func (l *loader) special(d *draft) {
	rules, _ := d.Holding()
	if d.Document != nil && d.Document.Special {
		l.nine(d.node.Get("document"), d.Document, rules)
	}
	for _, f := range d.Fields {
		if f.Category == nil || !f.Category.Special {
			continue
		}
		v := d.fields[f]
		at := v
		for _, w := range []string{"category", "identifier", "copy_of"} {
			if x := v.Get(w); x != nil {
				at = x
				break
			}
		}
		if v.Has("purposes") {
			l.nine(at, f.Category, f.Rules)
		} else {
			l.nine(at, f.Category, rules)
		}
	}
}

func (l *loader) nine(at *mapfile.Node, c *Category, rules []*Rule) {
	if len(rules) == 0 {
		return // that nothing holds it, or that what does is wrong, is said elsewhere
	}
	for _, r := range rules {
		n := l.controllerFile.Get("purposes").Get(r.Purpose.Name)
		if n.Any("basis") == nil || n.Any("basis").Bad || len(n.Get("basis").OneOrMany()) != max(1, len(n.Get("basis").Texts())) {
			return
		}
		for _, b := range r.Purpose.Bases {
			if len(b) > 5 && b[:5] == "art9_" {
				return
			}
		}
	}
	l.r.Error(at, "%s is a special category, and no purpose here rests on art. 9(2)", c.Name).
		Hint("add basis: [art6_…, art9_2_…] to the purpose, or give the field its own purpose")
}

// oneName reports rows that name two persons by one unique kind: no row could ever be either's.
func (l *loader) oneName(d *draft) {
	first := map[*Identifier]*Field{}
	for _, f := range d.Fields {
		if f.Identifier == nil || !f.Identifier.Unique || f.ThirdPerson != "" {
			continue
		}
		if other := first[f.Identifier]; other != nil {
			l.r.Error(d.fields[f].Get("identifier"), "%s and %s of %s both name the person by %s", other.Name, f.Name, d.Name, f.Identifier.Name).
				Hint("third_person: true on the one that is another's")
			continue
		}
		first[f.Identifier] = f
	}
}

// oneHome reports two collections that are the same rows.
func (l *loader) oneHome() {
	for i, d := range l.order {
		for _, other := range l.order[:i] {
			if other.System == d.System && other.At == d.At && (d.Rows == nil) == (other.Rows == nil) && d.System.Connector != Manual {
				l.r.Error(d.name, "%s and %s are the same rows, at %s", other.Name, d.Name, d.At).Hint("one collection for each table; at: … where they differ")
				break
			}
		}
	}
}

// backups reports a tombstone that ends before the backups it guards against.
func (l *loader) backups() {
	n := l.controllerFile.Get("tombstone").Get("reerase")
	if n == nil || l.m.Tombstone.Reerase == nil {
		return
	}
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, s := range l.m.Systems {
		if s.Backups.Add(day).After(l.m.Tombstone.Reerase.Add(day)) {
			l.r.Error(n, "re-erasure ends after %s, and backups of %s live %s", l.m.Tombstone.Reerase, s.Name, s.Backups).
				Hint("leave reerase: out: it is the longest backup and 30 days")
			return
		}
	}
}

// unused warns of purposes that hold nothing.
func (l *loader) unused() {
	if l.partial || len(l.order) == 0 {
		return
	}
	used := map[*Purpose]bool{}
	for _, d := range l.order {
		all := slices.Clone(d.Rules)
		for _, f := range d.Fields {
			all = append(all, f.Rules...)
		}
		for _, r := range all {
			used[r.Purpose] = true
		}
	}
	l.controllerFile.Get("purposes").Each(func(k, _ *mapfile.Node) {
		if p := l.m.Purposes[k.Value]; p != nil && !used[p] && l.r.Clean() {
			l.r.Warn(k, "purpose %s holds nothing", k.Value).Hint("name it under purposes: of a collection, or take it out")
		}
	})
}
