package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// find is a case that finds one selection every way the store can, and compares.
func find(name, anchor, rule, likely string, needs, cover []string, sel func(*Bench) connectors.Selection) Case {
	return Case{Group: "find", Name: name, Anchor: anchor, Rule: rule, Needs: needs, Covers: cover,
		Run: func(ctx context.Context, b *Bench) error { return b.agrees(ctx, sel(b), likely) }}
}

func findCases() []Case {
	people := []string{"people"}
	return []Case{
		{Group: "find", Name: "nothing", Anchor: "nothing", Rule: "the zero selection is no row", Needs: people, Covers: []string{"counter"}, Run: nothing},
		{Group: "find", Name: "all", Anchor: "nothing", Rule: "All is every row, for person 0, or not supported", Needs: people, Run: all},
		{Group: "find", Name: "missing-collection", Anchor: "nothing", Rule: "a collection that is not there is ErrNoCollection", Needs: people, Run: missingCollection},
		find("unknown", "nothing", "a person nobody knows is no error, and no row",
			"Not finding someone is an answer.", people, nil, func(b *Bench) connectors.Selection {
				return b.ask("people", b.Lookup("people"), "nobody-1", "nobody-2", "1", "C-", "C-100", "%", "*", "..")
			}),
		find("several", "persons", "each row comes with the index of its person", "Rows.Add takes Tuple.Person of the tuple the row matched, not a running number.", people, nil,
			func(b *Bench) connectors.Selection { return b.reordered(b.People(3, 1, 8)) }),
		find("prefix", "equality", "a key is compared whole: C-1 is not C-10", "It compares a prefix or a pattern.", []string{"people", "people.no"}, nil,
			func(b *Bench) connectors.Selection {
				return b.ask("people", b.Lookup("people"), b.person(1)[b.Lookup("people")])
			}),
		find("shared", "persons", "a row reached for two persons is given once for each", "It keeps one person for each row.", people, nil,
			func(b *Bench) connectors.Selection { return b.People(1, 1, 3) }),
		find("once", "persons", "a row reached twice for one person is given once", "It joins rows with tuples and does not remove doubles.", people, nil,
			func(b *Bench) connectors.Selection {
				sel := b.People(1)
				sel.Any[0].Values = append(sel.Any[0].Values, sel.Any[0].Values[0])
				sel.Any = append(sel.Any, sel.Any[0])
				return sel
			}),
		find("fields", "fields", "values come in the order of Selection.Fields, a field twice if asked twice", "It gives fields in the store's order.", []string{"people.name", "people.email"}, nil,
			func(b *Bench) connectors.Selection {
				sel := b.People(1, 3)
				sel.Fields = []string{"name", "email", "name", b.Lookup("people")}
				return sel
			}),
		find("no-fields", "fields", "without fields, every row is given with no values", "Counting locates without fields.", people, nil,
			func(b *Bench) connectors.Selection {
				sel := b.People(1, 3)
				sel.Fields = nil
				return sel
			}),
		find("awkward-key", "quoting", "a value looked up is a value, whatever characters it has", "It puts values into a query or an address as text, instead of binding or escaping them.", people, nil,
			func(b *Bench) connectors.Selection {
				return b.ask("people", b.Lookup("people"), awkward, "o'brien+100%_\\@lipy.example", `" OR 1=1 --`, "../C-1", "C-1/", "*", "?", "C_1", "C%", "\x7f")
			}),
		anywhere(find("awkward-text", "quoting", "a text with quotes, line ends and emoji is found by itself", "It puts values into a query as text, instead of binding them.", []string{"people.note"}, nil,
			func(b *Bench) connectors.Selection { return b.ask("people", "note", awkward, "100%", "O'Brien%", "_") })),
		anywhere(find("null", "null", "NULL and the empty text match nothing", "It compares NULL with NULL, or '' with ''.", []string{"people.note", "people.status"}, nil,
			func(b *Bench) connectors.Selection {
				sel := b.ask("people", "no", nil, "", b.person(1)["no"])
				for _, f := range []string{"note", "status", "boss"} {
					sel.Any = append(sel.Any, b.ask("people", f, nil, "").Any...)
				}
				return sel
			})),
		anywhere(find("any", "selection", "a row is in when one match fits, and all conditions hold", "Matches are joined by OR, conditions by AND.", []string{"people.email", "people.status", "people.boss"}, nil,
			func(b *Bench) connectors.Selection {
				sel := b.ask("people", "email", "anna@lipy.example")
				sel.Any = append(sel.Any, b.ask("people", "boss", int64(2), int64(7)).Any...)
				sel.Any[1].Values[0].Person = 3
				sel.Where = []connectors.Cond{connectors.InValues("status", "A")}
				return sel
			})),
		anywhere(find("composite", "keys", "a tuple of several values fits as a whole", "It compares the parts of a key one by one.", []string{"entries"}, nil,
			func(b *Bench) connectors.Selection {
				m := connectors.Match{Fields: []string{"book", "entry"}}
				for i, k := range [][]any{{"K", int64(1)}, {"M", int64(2)}, {"K", int64(99)}, {"M", nil}, {"", int64(1)}} {
					m.Values = append(m.Values, connectors.Tuple{Person: i, Values: k})
				}
				c := b.Collection("entries")
				return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: []string{"book", "entry", "title"}}
			})),
		anywhere(find("names", "quoting", "names of collections and fields are quoted", "Names with spaces, quotes, or words of the query language are put into a query bare.", []string{"order by"}, nil,
			func(b *Bench) connectors.Selection {
				sel := b.ask("order by", "select", "x'", "x")
				sel.Any = append(sel.Any, b.ask("order by", `quo"te`, "z").Any...)
				sel.Fields = []string{"group", "two words", `quo"te`}
				sel.Where = []connectors.Cond{connectors.NotThat(connectors.NullField("two words"))}
				return sel
			})),
		anywhere(find("case", "equality", "texts are equal as the store's collation says", "It compares in Go what the store compares otherwise, or the Shape says Folds wrongly.", []string{"people.login_ci"}, nil,
			func(b *Bench) connectors.Selection {
				sel := b.ask("people", "login_ci", "ANNA", "anna", "LOGIN3", "Login8")
				sel.Any = append(sel.Any, b.ask("people", "no", "c-1", "c-8").Any...)
				return sel
			})),
		folded(anywhere(find("folded", "equality", "a folded Match finds texts in whatever case they are written, and no others", "Compare what Fold makes of both, or an index that ignores case.", []string{"people.login_ci"}, []string{"folds"},
			func(b *Bench) connectors.Selection {
				sel := b.ask("people", "email", "ANNA@Lipy.Example", "p3@LIPY.example", "P33@lipy.example")
				sel.Any = append(sel.Any, b.ask("people", "login_ci", "żANETA", "LOGIN3", "login").Any...)
				for i := range sel.Any {
					sel.Any[i].Folded = true
				}
				sel.Any = append(sel.Any, b.ask("people", "no", "c-1", "C-8").Any...)
				return sel
			}))),
		{Group: "find", Name: "many", Anchor: "values", Rule: "as many tuples as MaxValues allows fit into one selection", Needs: people, Covers: []string{"max values"}, Run: many},
		{Group: "find", Name: "document", Anchor: "documents", Rule: "the object itself is offered as a Blob, and opens", Needs: []string{"docs"},
			Has: has[connectors.BlobOpener], Covers: []string{"blobs"}, Run: document},
	}
}

// folded restricts a case to stores that find texts in whatever case.
func folded(c Case) Case {
	c.Can = func(d connectors.Description) bool { return d.Folds }
	return c
}

// anywhere restricts a case to shapes whose rows can be looked up by any field.
func anywhere(c Case) Case {
	c.Needs = append(slices.Clip(c.Needs), anyField)
	return c
}

// reordered gives the tuples person indices that are no running numbers.
func (b *Bench) reordered(sel connectors.Selection) connectors.Selection {
	for i := range sel.Any[0].Values {
		sel.Any[0].Values[i].Person = 40 - 7*i
	}
	return sel
}

func nothing(ctx context.Context, b *Bench) error {
	c := b.Collection("people")
	for label, sel := range map[string]connectors.Selection{
		"the zero selection": {},
		"no match":           {Collection: c, Fields: c.Key},
		"no values":          {Collection: c, Fields: c.Key, Any: []connectors.Match{{Fields: []string{b.Lookup("people")}}}},
	} {
		got, err := b.locate(ctx, sel)
		if err != nil {
			return fmt.Errorf("locate %s: %w", label, err)
		}
		if len(got) > 0 {
			return Fail("A selection without a match must not become a query without a condition.").Came(label, "%d rows", len(got)).Want("0")
		}
		if counter, ok := connectors.As[connectors.Counter](b.Store); ok {
			tallies, err := counter.Count(ctx, []connectors.Selection{sel})
			if err != nil {
				return fmt.Errorf("count %s: %w", label, err)
			}
			if len(tallies) != 1 || tallies[0].Total != 0 {
				return Fail("A selection without a match must not become a query without a condition.").Came(label+", counted", "%v", tallies).Want("0")
			}
		}
	}
	return nil
}

func all(ctx context.Context, b *Bench) error {
	c := b.Collection("people")
	sel := connectors.Selection{Collection: c, All: true, Fields: c.Key}
	got, err := b.locate(ctx, sel)
	if errors.Is(err, connectors.ErrNotSupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("locate: %w", err)
	}
	want, err := b.expect(sel)
	if err != nil {
		return err
	}
	if err := b.differs("all rows", "All asks for every row of the collection, for person 0. Where a service cannot list, it is ErrNotSupported.", got, want); err != nil {
		return err
	}
	if sel.Enough = len(want) / 2; sel.Enough == 0 {
		return nil
	}
	if got, err = b.locate(ctx, sel); err != nil {
		return fmt.Errorf("locate enough: %w", err)
	}
	if extra := b.missing(got, want); len(extra) > 0 || len(got) < sel.Enough {
		return Fail("Selection.Enough lets a store stop after so many rows, and no earlier.").Came("enough rows", "%d, %d of them no rows of the collection", len(got), len(extra)).Want("%d at least", sel.Enough)
	}
	return nil
}

func missingCollection(ctx context.Context, b *Bench) error {
	sel := b.People(1)
	sel.Collection.Name, sel.Collection.At = "nowhere", "nowhere"
	if p, _ := b.Shape.place("people"); p.At != "people" {
		sel.Collection.At = "nowhere/" + p.At
	}
	_, err := b.locate(ctx, sel)
	return refuses(err, connectors.ErrNoCollection, "locate", "A collection that is missing is a fault of the map; finding nothing there would hide it.")
}

func many(ctx context.Context, b *Bench) error {
	n := 3000
	if b.Card.MaxValues > 0 {
		n = min(n, b.Card.MaxValues)
	}
	sel := b.People(1)
	by := b.Lookup("people")
	for i := 1; i < n; i++ {
		value := any(fmt.Sprintf("none-%d", i))
		if i == n-1 { // what is cut off is missed
			value = b.person(3)[by]
		}
		sel.Any[0].Values = append(sel.Any[0].Values, connectors.Tuple{Person: i, Values: []any{value}})
	}
	if err := b.agrees(ctx, sel, fmt.Sprintf("A store that takes fewer than %d tuples at a time says so by MaxValues.", n)); err != nil {
		return err
	}
	if !b.decomposable(sel) {
		return nil
	}
	for i := range 10 { // and more of them, as the host cuts them
		value := any(fmt.Sprintf("more-%d", i))
		if i == 9 {
			value = b.person(8)[by]
		}
		sel.Any[0].Values = append(sel.Any[0].Values, connectors.Tuple{Person: i, Values: []any{value}})
	}
	return b.agrees(ctx, sel, "What the host cuts into pieces of MaxValues must find the same rows.")
}
