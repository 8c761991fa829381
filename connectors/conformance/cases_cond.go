package conformance

import (
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// where is a case about conditions on people, all of them asked for.
func where(name, rule, likely string, conds ...connectors.Cond) Case {
	return anywhere(find(name, "conditions", rule, likely, []string{"people", "people.left_on"}, nil, func(b *Bench) connectors.Selection {
		sel := b.everyone()
		sel.Where = conds
		return sel
	}))
}

// everyone selects all rows of people by key, which is never empty.
func (b *Bench) everyone() connectors.Selection {
	c := b.Collection("people")
	m := connectors.Match{Fields: c.Key}
	for _, r := range b.laid["people"] {
		m.Values = append(m.Values, connectors.Tuple{Values: r.Pick(c.Key)})
	}
	return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: c.Key}
}

func instant(s string) time.Time { t, _, _ := connectors.Date(s, nil); return t }

func condCases() []Case {
	in, null, not := connectors.InValues, connectors.NullField, connectors.NotThat
	left := instant("2010-06-01")
	unknown := "An unknown date never lapses: what is NULL, zero or unreadable is neither before nor dated; compare as dates, not as texts."
	out := []Case{
		where("cond-in", "in: the field equals one of the values", "NULL and a value that is NULL are in no list.", in("status", "W", nil, "X")),
		where("cond-in-number", "in: a text is converted to the column's type", "The map writes all its values as text.", in("boss", "1", "7")),
		where("cond-not-in", "conditions are two-valued: not-in holds of NULL", "SQL's NOT (NULL IN (…)) is unknown; the contract's is true. Wrap what may be unknown in COALESCE(…, false).", not(in("status", "A"))),
		where("cond-not-not", "not twice is the condition itself, of NULL too", "The inner not must be true of NULL and the outer false.", not(not(in("status", "A")))),
		where("cond-null", "null: NULL, and not the empty text", "The empty text is a value.", null("status")),
		where("cond-and", "and of several; of none, true", "It joins conditions with the wrong word, or takes an empty AND for false.", connectors.AllOf(), connectors.AllOf(in("status", "A"), not(null("boss")))),
		where("cond-or", "or of several", "It joins conditions with the wrong word.", connectors.AnyOf(in("status", "W"), in("boss", int64(1)))),
		where("cond-or-none", "or of none is false, and not-or of none true", "An empty OR is no condition that always holds.", not(connectors.AnyOf()), connectors.AnyOf(connectors.AnyOf(), null("status"), in("status", "A"))),
		where("cond-nested", "conditions nest", "Brackets are missing.", connectors.AnyOf(connectors.AllOf(in("status", "A"), not(null("left_on"))), not(connectors.AnyOf(in("status", "A"), null("status"))))),
		where("before", "before: a known date before the instant, which is exclusive", unknown, connectors.BeforeTime("left_on", left)),
		where("not-before", "not-before holds of unknown dates", unknown, not(connectors.BeforeTime("left_on", left))),
		where("before-instant", "before compares instants, not texts: 00:30+01:00 is the year before", unknown, connectors.BeforeTime("left_on", instant("2010-12-31 23:45"))),
		where("before-far", "a date far in the future is not before; a zero date is not either", unknown, connectors.BeforeTime("left_on", instant("2998-01-01"))),
		where("dated", "dated: a date that can be read and is not zero", unknown, connectors.DatedField("left_on")),
		where("not-dated", "not-dated holds of NULL, zero and unreadable dates", unknown, not(connectors.DatedField("left_on"))),
	}
	zone := where("zone", "a date without a zone stands in the collection's zone", "23:30 in Warsaw is 21:30 in UTC; a date is its midnight there.", connectors.BeforeTime("left_on", instant("2010-05-31 22:00")))
	zone.Run = find("", "", "", "23:30 in Warsaw is 21:30 in UTC; a date is its midnight there.", nil, nil, func(b *Bench) connectors.Selection {
		sel := b.everyone()
		sel.Collection.Zone = "Europe/Warsaw"
		sel.Where = []connectors.Cond{connectors.BeforeTime("left_on", instant("2010-05-31 22:00"))}
		return sel
	}).Run
	return append(append(out, zone), existsCases()...)
}

func existsCases() []Case {
	likely := "Exists asks for a row whose To fields equal this row's From fields and of which all Kids hold; NULL leads nowhere."
	exists := func(name, rule string, cover []string, conds func(b *Bench) []connectors.Cond) Case {
		return anywhere(find(name, "conditions", rule, likely, []string{"people", "people.left_on", "parties", "leases", "entries"}, cover, func(b *Bench) connectors.Selection {
			sel := b.everyone()
			sel.Where = conds(b)
			return sel
		}))
	}
	parties := func(b *Bench) connectors.Step {
		return connectors.Step{Collection: b.Collection("parties"), From: on("id"), To: on("person")}
	}
	lease := func(b *Bench) connectors.Step {
		return connectors.Step{Collection: b.Collection("leases"), From: on("lease"), To: on("no")}
	}
	some, none := connectors.SomeOver, connectors.NoneOver
	return []Case{
		exists("exists", "exists: some row over the edge fits", []string{"exists"}, func(b *Bench) []connectors.Cond {
			return []connectors.Cond{some(parties(b), connectors.InValues("share", "1", "1/2"))}
		}),
		exists("exists-bare", "exists without conditions: there is a row", []string{"exists"}, func(b *Bench) []connectors.Cond {
			return []connectors.Cond{some(parties(b))}
		}),
		exists("none-since", "no row over the edge at or after the cut-off", []string{"exists"}, func(b *Bench) []connectors.Cond {
			entries := connectors.Step{Collection: b.Collection("entries"), From: on("id"), To: on("person")}
			return []connectors.Cond{none(entries, connectors.NotThat(connectors.BeforeTime("booked_on", instant("2016-01-01"))))}
		}),
		exists("exists-null", "an edge from NULL reaches nothing", []string{"exists"}, func(b *Bench) []connectors.Cond {
			step := connectors.Step{Collection: b.Collection("people"), From: on("note"), To: on("note")}
			return []connectors.Cond{none(step)}
		}),
		exists("exists-self", "an edge may lead to the same collection", []string{"exists"}, func(b *Bench) []connectors.Cond {
			step := connectors.Step{Collection: b.Collection("people"), From: on("id"), To: on("boss")}
			return []connectors.Cond{some(step, connectors.InValues("status", "A"))}
		}),
		exists("exists-nested", "an exists may stand in another, and under or", []string{"exists"}, func(b *Bench) []connectors.Cond {
			open := some(parties(b), some(lease(b), connectors.NullField("ended")))
			return []connectors.Cond{connectors.AnyOf(open, connectors.NotThat(connectors.AnyOf(some(parties(b)), connectors.InValues("status", "A"))))}
		}),
	}
}
