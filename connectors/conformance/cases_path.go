package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// hop joins two fixtures.
func (b *Bench) hop(name string, from, to []string) connectors.Hop {
	return connectors.Hop{Collection: b.Collection(name), From: from, To: to}
}

// over is a selection of rows of a fixture, reached from people by their numbers: person i by nos[i].
func (b *Bench) over(name string, via []connectors.Hop, nos ...any) connectors.Selection {
	m := connectors.Match{Via: via, Fields: []string{"no"}}
	for i, no := range nos {
		m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{no}})
	}
	c := b.Collection(name)
	return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: c.Key}
}

// on is a list of fields to join on.
func on(fields ...string) []string { return fields }

func (b *Bench) toParties() connectors.Hop { return b.hop("people", on("id"), on("person")) }
func (b *Bench) toLeases() connectors.Hop  { return b.hop("parties", on("lease"), on("no")) }
func (b *Bench) toReadings() connectors.Hop {
	h := b.hop("leases", on("flat"), on("flat"))
	h.During = &connectors.Between{Date: "read_on", From: "started", To: "ended"}
	return h
}

// below leads from people to those below them, and themselves.
func (b *Bench) below() connectors.Hop {
	h := b.hop("people", on("id"), on("boss"))
	h.Repeat = true
	return h
}

func (b *Bench) corrections() connectors.Hop {
	h := b.hop("entries", on("book", "entry"), on("old_book", "old_entry"))
	h.Repeat = true
	return h
}

// way is a case about a path: pushed down where the card says so, in key hops everywhere.
func way(name, rule, likely string, needs, cover []string, sel func(*Bench) connectors.Selection) Case {
	return anywhere(find(name, "paths", rule, likely, needs, cover, sel))
}

func pathCases() []Case {
	hops := func(hs ...connectors.Hop) []connectors.Hop { return hs }
	lease := []string{"people", "parties", "leases", "readings"}
	cover := []string{"path"}
	return []Case{
		way("path", "a path leads over the fields of each hop, for each person", "Each hop joins From of its collection to To of the next; the last to the selection's.", lease, cover,
			func(b *Bench) connectors.Selection {
				return b.over("leases", hops(b.toParties(), b.toLeases()), "C-1", "C-2", "C-10", "C-8")
			}),
		way("path-once", "a row reached by two ways for one person is given once", "It joins, and does not remove doubles.", lease, cover,
			func(b *Bench) connectors.Selection {
				sel := b.over("readings", hops(b.toParties(), b.toLeases(), b.hop("leases", on("flat"), on("flat"))), "C-1", "C-2", "C-2")
				sel.Any[0].Values[2].Person = 1
				return sel
			}),
		way("path-composite", "a hop over several fields joins them as a whole", "It joins part of a key, or lets NULL in one part match.", []string{"people", "entries"}, cover,
			func(b *Bench) connectors.Selection {
				h := b.corrections()
				h.Repeat = false
				return b.over("entries", hops(b.hop("people", on("id"), on("person")), h), "C-1", "C-2", "C-10")
			}),
		way("path-null", "NULL and empty keys lead nowhere", "An edge from NULL to NULL joins strangers.", lease, cover,
			func(b *Bench) connectors.Selection {
				sel := b.over("people", hops(b.hop("people", on("boss"), on("boss"))), "C-1", "C-6", "C-2", "C-7")
				sel.Any = append(sel.Any, connectors.Match{Fields: on("status"), Values: []connectors.Tuple{{Person: 8, Values: []any{"A"}}, {Person: 9, Values: []any{"W"}}},
					Via: hops(b.hop("people", on("note"), on("note")))})
				return sel
			}),
		way("path-conditions", "If holds of the row stepped from, Then of the row stepped to", "It asks one of them of the wrong row, or only of the last.", lease, cover,
			func(b *Bench) connectors.Selection {
				first, second := b.toParties(), b.toLeases()
				first.If = []connectors.Cond{connectors.InValues("status", "A")}
				first.Then = []connectors.Cond{connectors.InValues("share", "1/2", "1")}
				second.Then = []connectors.Cond{connectors.NotThat(connectors.NullField("ended"))}
				sel := b.over("leases", hops(first, second), "C-1", "C-2", "C-10", "C-7")
				return sel
			}),
		way("path-values", "what a path finds fits the conditions of the selection too", "Where is about the rows selected, whatever led to them.", lease, cover,
			func(b *Bench) connectors.Selection {
				sel := b.over("leases", hops(b.toParties(), b.toLeases()), "C-1", "C-2", "C-10")
				sel.Where = []connectors.Cond{connectors.InValues("flat", "A"), connectors.NullField("ended")}
				sel.Fields = []string{"flat", "no"}
				return sel
			}),
		way("during", "an edge holds while a date lies between two of the row stepped from", "The last day counts whole where it has no time; a missing end is open; an unknown date fits nothing.", lease, cover,
			func(b *Bench) connectors.Selection {
				return b.over("readings", hops(b.toParties(), b.toLeases(), b.toReadings()), "C-1", "C-2", "C-10", "C-7")
			}),
		way("within", "a tuple with a range fits rows dated in it, both ends included", "Within belongs to the tuple: another tuple of the same value may have another range.", []string{"readings"}, nil, within),
		way("repeat", "a hop that repeats is followed zero or more times, to a fixed point", "It stops after one step, or leaves out the row it starts from.", []string{"people"}, []string{"recursive", "path"},
			func(b *Bench) connectors.Selection { return b.over("people", hops(b.below()), "C-1", "C-2", "C-10") }),
		way("repeat-loop", "a hop that repeats ends where rows refer in a circle", "It does not remember which rows it has seen.", []string{"people"}, []string{"recursive"},
			func(b *Bench) connectors.Selection { return b.over("people", hops(b.below()), "C-7") }),
		way("repeat-composite", "a self-reference over two fields repeats as well", "It follows the first field of the key only.", []string{"people", "entries"}, []string{"recursive"},
			func(b *Bench) connectors.Selection {
				return b.over("entries", hops(b.hop("people", on("id"), on("person")), b.corrections()), "C-1", "C-2", "C-10")
			}),
		way("repeat-on", "a path goes on from every row a repeated hop reached", "It goes on from the last level only.", lease, []string{"recursive"},
			func(b *Bench) connectors.Selection {
				below := b.below()
				below.Then = []connectors.Cond{connectors.InValues("status", "A", "W")}
				return b.over("leases", hops(below, b.toParties(), b.toLeases()), "C-1", "C-10")
			}),
		{Group: "find", Name: "path-missing", Anchor: "nothing", Rule: "a collection missing on the way is ErrNoCollection", Needs: lease,
			Can: func(d connectors.Description) bool { return d.MaxPath > 1 }, Run: pathMissing},
	}
}

func within(b *Bench) connectors.Selection {
	c := b.Collection("readings")
	at := func(s string) *connectors.Range {
		t, _, _ := connectors.Date(s, nil)
		return &connectors.Range{Field: "read_on", From: &t, To: &t}
	}
	since := at("2020-01-01")
	since.To = nil
	until := at("2018-01-01")
	until.From = nil
	return connectors.Selection{Collection: c, Fields: c.Key, Any: []connectors.Match{{Fields: on("flat"), Values: []connectors.Tuple{
		{Person: 0, Values: []any{"A"}, Within: at("2018-01-01")}, {Person: 1, Values: []any{"A"}, Within: since},
		{Person: 2, Values: []any{"A"}, Within: until}, {Person: 3, Values: []any{"A"}}, {Person: 4, Values: []any{"B"}, Within: at("2018-06-30 12:00")},
	}}}}
}

func pathMissing(ctx context.Context, b *Bench) error {
	sel := b.over("leases", []connectors.Hop{b.toParties(), b.toLeases()}, "nobody")
	sel.Any[0].Via[1].Collection.Name, sel.Any[0].Via[1].Collection.At = "nowhere", "nowhere"
	_, err := b.locate(ctx, sel)
	if err == nil {
		err = fmt.Errorf("none")
	}
	return refuses(err, connectors.ErrNoCollection, "locate", "A collection that is missing is a fault of the map, wherever it stands.")
}
