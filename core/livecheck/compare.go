package livecheck

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// compared reports edges between texts the store compares by two rules: what is one value on one side may be two on the other.
func (v *view) compared(c *datamap.Collection, t *connectors.SchemaCollection) {
	for _, e := range c.Edges {
		if e.To == nil || e.To.System != v.system || e.Implicit {
			continue
		}
		for i, f := range e.Fields {
			from := column(t, f)
			if from == nil || from.Family != connectors.TextFamily || i >= len(e.ToFields) {
				continue
			}
			for _, there := range v.tables[e.To] {
				if to := column(there, e.ToFields[i]); to != nil && to.Family == connectors.TextFamily && to.Collation != from.Collation {
					v.warn(e.Pos, "one collation for both", "%s.%s compares texts by %s, and %s.%s by %s: a row could belong to two, or to nobody",
						c.Name, f, rule(from), e.To.Name, e.ToFields[i], rule(to))
				}
			}
		}
	}
}

func rule(f *connectors.SchemaField) string {
	if f.Collation == "" {
		return "the store's own rule"
	}
	return f.Collation
}

// baseDates reports dates periods count from that hold a date that is none where nobody gives them one, and such as move with every change
// of their row, and so with what is done here: such a period never ends.
func (v *view) baseDates(c *datamap.Collection) {
	rules := c.Rules
	for _, f := range c.Fields {
		rules = append(rules[:len(rules):len(rules)], f.Rules...)
	}
	for _, r := range rules {
		for _, d := range []*datamap.DateRef{r.Since, r.Until} {
			if d == nil {
				continue
			}
			of := d.Of
			if of == nil {
				of = c
			}
			for _, t := range v.tables[of] {
				col := column(t, d.Field)
				if name := "stamped " + t.Name + "." + d.Field; col != nil && col.Stamped && !v.said[name] {
					v.said[name] = true
					v.error(r.Pos, "a date that is entered once, and stays", "%s.%s is set to the time of every change of its row, so that what is done for one request moves the end of the period", of.Name, d.Field)
				}
				if name := "undated " + t.Name + "." + d.Field; col != nil && col.Undated && !v.said[name] {
					v.said[name] = true
					v.warn(r.Pos, "a column that allows NULL and begins with it", "%s.%s is 0000-00-00 in rows nobody gives a date: what is kept since then is kept until somebody does", of.Name, d.Field)
				}
			}
		}
	}
}
