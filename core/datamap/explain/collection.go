package explain

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

func collection(m *datamap.Map, c *datamap.Collection) *Explanation {
	e := begin(c.Address(), c.Pos)
	reached(e, c)
	if c.At != c.Name {
		e.add("at", c.At, "")
	}
	e.add("key", strings.Join(c.Key, ", "), said(c.Says("key"), "default"))
	if c.DerivedFrom != nil {
		e.add("copy of", near(c.DerivedFrom, c)+"; goes with it, is not shown", "")
	}
	held(e, c)
	erased(e, c)
	from := "from system"
	if c.Says("restrict") {
		from = ""
	}
	e.add("restricted", restricted(c.Restrict), from)
	corrected(e, m, c)
	told(e, c)
	e.add("guards", guards(c), said(c.Says("guards"), "default"))
	for _, p := range c.Published {
		e.add("published", when([]datamap.When{p}), "")
	}
	e.add("reads as", reads(m, c), said(c.Says("label"), "from category"))
	return e
}

// reached says by which ways a person leads to the rows.
func reached(e *Explanation, c *datamap.Collection) {
	own, hers := identifiers(c)
	if len(own) > 0 {
		e.add("reached", "by "+strings.Join(own, ", "), "")
	}
	if len(hers) > 0 {
		e.add("reached", "by "+strings.Join(hers, ", ")+", of another person named there", "")
	}
	for _, x := range c.Inward {
		parent, pf := x.Parent()
		_, cf := x.Child()
		left := make([]string, len(pf))
		for i, f := range pf {
			left[i] = near(parent, c) + "." + f
		}
		text := strings.Join(left, ", ") + " = " + strings.Join(cf, ", ")
		if x.During != nil {
			text += fmt.Sprintf(", while %s lies between %s and %s", x.During.Date, x.During.From, x.During.To)
		}
		if len(x.When) > 0 {
			text += ", " + when(x.When)
		}
		how := string(x.Kind)
		if x.Implicit {
			how = "derived_from"
		}
		if roots := origins(parent); len(roots) > 0 && !x.Self() {
			how += ", from " + strings.Join(roots, ", ")
		}
		e.add("reached", text, how)
	}
	for _, x := range c.Edges {
		if x.Kind == datamap.AccessedBy {
			what := "all of it"
			if !x.ShowsAll {
				what = strings.Join(x.Shows, ", ")
			}
			e.add("seen by", near(x.To, c)+" over "+strings.Join(x.Fields, ", ")+": "+what, "accessed_by")
		}
	}
}

// identifiers are the kinds its rows name persons by: the person they are about, and others.
func identifiers(c *datamap.Collection) (own, hers []string) {
	for _, f := range c.Fields {
		if f.Identifier == nil {
			continue
		}
		name := f.Identifier.Name
		if !f.Identifier.Unique {
			name += " (shared)"
		}
		if f.ThirdPerson != "" {
			hers = append(hers, name)
		} else {
			own = append(own, name)
		}
	}
	return own, hers
}

// origins are the unique kinds by which a person is found where c is reached from.
func origins(c *datamap.Collection) []string {
	kinds := map[string]bool{}
	seen := map[*datamap.Collection]bool{}
	var up func(c *datamap.Collection)
	up = func(c *datamap.Collection) {
		if seen[c] {
			return
		}
		seen[c] = true
		for _, f := range c.Fields {
			if f.Identifier != nil && f.Identifier.Unique && f.ThirdPerson == "" {
				kinds[f.Identifier.Name] = true
			}
		}
		for _, e := range c.Inward {
			p, _ := e.Parent()
			up(p)
		}
	}
	up(c)
	return slices.Sorted(maps.Keys(kinds))
}

// near is a collection's name, with its system where that is another.
func near(c, from *datamap.Collection) string {
	if c.System == from.System {
		return c.Name
	}
	return c.Address()
}

func erased(e *Explanation, c *datamap.Collection) {
	from := said(c.Says("erase"), "default")
	rules, _ := c.Holding()
	after := ""
	switch {
	case len(rules) == 0:
	case len(rules) == 1:
		after = ", when that has lapsed"
	case len(rules) == 2:
		after = ", when both have lapsed"
	default:
		after = ", when all have lapsed"
	}
	switch c.Erase.Mode {
	case "keep":
		e.add("on erasure", "kept under "+article(c.Erase.Exception), from)
	case "anonymise":
		e.add("on erasure", "anonymise"+after, from)
		for _, name := range slices.Sorted(maps.Keys(c.Erase.Fields)) {
			e.add("on erasure", name+": "+treatment(c.Erase.Fields[name]), "")
		}
		var rest []string
		for _, f := range c.Fields {
			if _, ok := c.Erase.Fields[f.Name]; !ok {
				rest = append(rest, f.Name)
			}
		}
		if len(rest) > 0 {
			e.add("on erasure", "NULL: "+strings.Join(rest, ", "), "default")
		}
	default:
		e.add("on erasure", "delete"+after, from)
	}
}

func treatment(a datamap.Anonymise) string {
	switch a.How {
	case "set":
		return "a fixed text"
	case "year", "month":
		return "only the " + a.How + " stays"
	case "placeholder":
		return "that of the placeholder person"
	case "null":
		return "NULL"
	}
	return "stays"
}

func corrected(e *Explanation, m *datamap.Map, c *datamap.Collection) {
	text := map[string]string{"replace": "the value is replaced", "supplement": "a supplement is added", "by_hand": "by a person", "refuse": "not corrected"}[c.Rectify.Mode]
	if c.Rectify.Law != "" {
		text += " (" + c.Rectify.Law + ")"
	}
	if t := c.Rectify.Text.In(m.Languages[0]); t != "" {
		text += ": " + t
	}
	e.add("corrected", text, said(c.Says("rectify"), "default"))
}

func told(e *Explanation, c *datamap.Collection) {
	if len(c.Recipients) == 0 {
		e.add("told", "nobody", said(c.Says("recipients"), "default"))
	}
	for _, r := range c.Recipients {
		e.add("told", r.Name+", "+how(r), "")
	}
	if c.Discloses != nil {
		e.add("told", "whom "+c.Discloses.To+" names, since "+c.Discloses.On, "")
	}
}

func how(r *datamap.Recipient) string {
	switch {
	case r.Exempt != nil:
		return "not told, exemption (" + r.Exempt.Letter + "): " + r.Exempt.Evidence
	case r.Notify.Email != "":
		return "by e-mail"
	case r.Notify.Webhook != "":
		return "by webhook"
	}
	return "task for " + r.Notify.Task
}

func guards(c *datamap.Collection) string {
	text := fmt.Sprintf("%d rows named by identifiers, %g %% of the collection", c.RootRows, c.Share*100)
	if c.GuardsBecause != "" {
		text += ": " + c.GuardsBecause
	}
	return text
}

// reads is what the subject reads: the collection's label and those of its fields.
func reads(m *datamap.Map, c *datamap.Collection) string {
	var fields []string
	for _, f := range c.Fields {
		if f.Edge == nil && f.ThirdPerson == "" {
			if l := lower(f.Label.In(m.Languages[0])); !slices.Contains(fields, l) {
				fields = append(fields, l)
			}
		}
	}
	text := c.Label.In(m.Languages[0])
	if len(fields) > 0 {
		text += ": " + strings.Join(fields, ", ")
	}
	return text
}

// lower makes the first letter small unless the word is an abbreviation.
func lower(s string) string {
	r := []rune(s)
	if len(r) < 2 || strings.ToUpper(string(r[:2])) == string(r[:2]) {
		return s
	}
	return strings.ToLower(string(r[0])) + string(r[1:])
}
