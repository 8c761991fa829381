package datamap

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// holding reads the rules of a collection and of its fields.
func (l *loader) holding(d *draft) {
	d.Rules = l.rules(d, d.node.Get("purposes"))
	for _, f := range d.Fields {
		f.Rules = l.rules(d, d.fields[f].Get("purposes"))
	}
}

// rules reads purposes: in its three forms. A date that is the later of several becomes a rule for each: a row is
// kept as long as any of its rules holds it.
func (l *loader) rules(d *draft, n *mapfile.Node) []*Rule {
	var out []*Rule
	for _, x := range n.OneOrMany() {
		if p := named(l, x, l.m.Purposes, "purposes", "purpose"); p != nil {
			out = append(out, l.rule(d, p, x, nil)...)
		}
	}
	n.Each(func(k, v *mapfile.Node) {
		if p := named(l, k, l.m.Purposes, "purposes", "purpose"); p != nil {
			out = append(out, l.rule(d, p, k, v)...)
		}
	})
	return out
}

func (l *loader) rule(d *draft, p *Purpose, at, v *mapfile.Node) []*Rule {
	r := Rule{Purpose: p, Keep: p.Keep, Law: p.Law, SkipMissing: v.Get("missing").Text() == "skip", Pos: pos(at)}
	if k := period(v.Get("keep")); k != nil {
		r.Keep = k
	}
	if t := v.Get("law").Text(); t != "" {
		r.Law = t
	}
	r.When = l.when(d.Collection, v.Get("when"))
	if u := v.Get("until"); u != nil {
		r.Until = l.date(d, u, "until")
		if v.Has("since") {
			l.r.Error(v.KeyNode("until"), "%s counts since a date and ends at one", p.Name).Hint("keep one of since: and until:")
		}
	}
	if !v.Has("since") && !v.Has("until") && r.Keep != nil {
		l.r.Error(at, "%s is kept %s, and nothing says from when", p.Name, r.Keep).Hint("purposes: { %s: { since: FIELD } }", p.Name)
	}
	s := v.Get("since")
	if s.Is(mapfile.Map) && s.Has("earlier_of") == s.Has("later_of") {
		l.r.Error(s, "nothing says which of the dates counts").Hint("since: { later_of: [..] }, or { earlier_of: [..] }")
		return nil
	}
	if s.Has("earlier_of") {
		return l.earlier(d, r, s.Get("earlier_of"))
	}
	if s.Is(mapfile.Map) {
		var out []*Rule
		for _, x := range s.Get("later_of").OneOrMany() {
			one := r
			if one.Since = l.date(d, x, "since"); one.Since != nil {
				out = append(out, &one)
			}
		}
		return out
	}
	if s != nil {
		r.Since = l.date(d, s, "since")
	}
	return []*Rule{&r}
}

// earlier makes the rule that counts from the earliest of several fields of the row itself.
func (l *loader) earlier(d *draft, r Rule, list *mapfile.Node) []*Rule {
	for _, x := range list.OneOrMany() {
		ref := l.date(d, x, "since")
		switch {
		case ref == nil:
			return nil
		case ref.Of != nil || ref.Over != nil:
			l.r.Error(x, "the earliest can be told of dates of the row itself only").Hint("fields of this collection; later_of takes others too")
			return nil
		case r.Since == nil:
			r.Since = ref
		default:
			r.Or = append(r.Or, ref.Field)
		}
	}
	return []*Rule{&r}
}

// moving are dates our own work may move.
var moving = regexp.MustCompile(`(?i)^(last_)?(updated?|modified|modif|changed?|mtime|touched|synced|zmodyfikowano|zmieniono|aktualizacja)(_|$)|(_|^)(updated|modified|changed|mtime)(_(at|on|date|time))?$`)

// date resolves a date as since: and until: write it: FIELD, [SYSTEM/]COLLECTION.FIELD, last …
func (l *loader) date(d *draft, n *mapfile.Node, key string) *DateRef {
	text, last := strings.CutPrefix(n.Text(), "last ")
	text = strings.TrimSpace(text)
	if !last && (l.has(d.Collection, text) || !strings.ContainsAny(text, "/.")) {
		if !l.mapped(n, d.Collection, text) {
			return nil
		}
		l.still(n, text)
		return &DateRef{Field: text}
	}
	t := l.target(n, text, d.System)
	switch {
	case t == nil:
		return nil
	case t.outside != "":
		l.r.Error(n, "%s is outside the map, so no date of it is known", t.outside)
		return nil
	case t.field == "":
		l.r.Error(n, "nothing says which date of %s", t.collection.Name).Hint("%s: %s.FIELD", key, n.Text())
		return nil
	case !l.mapped(n, t.collection, t.field):
		return nil
	}
	l.still(n, t.field)
	ref := &DateRef{Field: t.field, Of: t.collection, Last: last}
	if t.collection == d.Collection {
		if !last {
			ref.Of = nil
		}
		return ref // with last: the latest of the person's rows here, the record as a whole
	}
	joins := l.between(d.Collection, t.collection)
	switch {
	case len(joins) == 1:
		ref.Over = joins[0]
	case len(joins) > 1:
		l.r.Error(n, "several edges join %s and %s; over which does the date count?", d.Name, t.collection.Name).Hint("a date of %s itself, or one edge between the two", d.Name)
		return nil
	}
	if !last && (ref.Over == nil || !single(ref.Over, d.Collection)) {
		if ref.Over == nil && (d.broken || l.drafts[t.collection].broken) {
			return nil
		}
		l.r.Error(n, "one row of %s has many %s; which date counts?", d.Name, t.collection.Name).Hint("%s: last %s", key, text)
		return nil
	}
	return ref
}

// single says whether one row of c has at most one row at the other end of e.
func single(e *Edge, c *Collection) bool {
	if e.From == c {
		return slices.Equal(e.ToFields, e.To.Key)
	}
	return slices.Equal(e.Fields, e.From.Key)
}

func (l *loader) still(n *mapfile.Node, field string) {
	if moving.MatchString(field) {
		l.r.Error(n, "%s moves with every change, so no period can count from it", field).
			Hint("a date of what happened: closed_on, booked_on, left_on; this program changes rows too")
	}
}
