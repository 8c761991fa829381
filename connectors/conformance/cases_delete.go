package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// changing is a case that needs verbs.
func changing(name, anchor, rule string, needs []string, run func(context.Context, *Bench) error, vs ...connectors.Verb) Case {
	return Case{Group: string(vs[0]), Name: name, Anchor: anchor, Rule: rule, Needs: needs, Can: does(vs...), Covers: covers(vs[0]), Run: run}
}

const countsLikely = "It seems to count what it asked for, not what was there."

func deleteCases() []Case {
	del, people := connectors.Delete, []string{"people"}
	hops := func(c Case) Case {
		c = anywhere(c)
		c.Can = both(c.Can, func(d connectors.Description) bool { return d.MaxPath >= 1 })
		return c
	}
	exists := func(c Case) Case {
		c.Can = both(c.Can, func(d connectors.Description) bool { return d.Exists })
		return c
	}
	return []Case{
		changing("rows", "counts", "the rows selected go, and no others", people, deleteRows, del),
		changing("twice", "counts", "doing it twice must change nothing the second time", people, deleteTwice, del),
		changing("unknown", "nothing", "deleting for someone nobody knows deletes nothing", people, deleteUnknown, del),
		changing("nothing", "nothing", "a treatment of the zero selection changes nothing", people, deleteNothing, del),
		changing("missing-collection", "nothing", "a collection that is not there is ErrNoCollection", people, deleteMissing, del),
		changing("persons", "persons", "a row of two persons counts for each, and once in Changed", people, deletePersons, del),
		changing("capture", "capture", "link keys are captured as they were when the rows were locked", []string{"people.name"}, deleteCapture, del),
		anywhere(changing("where", "conditions", "only rows of which the conditions hold go", []string{"people.status"}, deleteWhere, del)),
		anywhere(changing("null", "null", "NULL and the empty text delete nothing", []string{"people.note"}, deleteNull, del)),
		anywhere(changing("awkward", "quoting", "a value with quotes deletes the row that holds it, and no other", []string{"people.note"}, deleteAwkward, del)),
		anywhere(changing("composite", "keys", "rows with a key of several fields go one by one", []string{"parties"}, deleteComposite, del)),
		hops(changing("path", "paths", "rows reached over a path go, and those that led to them stay", []string{"people", "parties", "leases"}, deletePath, del)),
		hops(changing("order", "order", "selections speak of the state before the call: a parent deleted first still leads to its child", []string{"people", "parties", "leases"}, deleteOrder, del)),
		exists(anywhere(changing("co-owned", "order", "a row that others own too stays, and goes with its last owner", []string{"people.address", "addresses"}, deleteCoOwned, del))),
		exists(anywhere(changing("order-exists", "order", "an exists condition speaks of the state before the call", []string{"people", "parties"}, deleteOrderExists, del))),
		changing("overlap", "order", "a row that two treatments name goes once", people, deleteOverlap, del),
		changing("neighbours", "counts", "several treatments in one call each have an outcome of their own", people, deleteSeveral, del),
	}
}

func deletePeople(b *Bench, ids ...int64) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Delete, On: b.People(ids...), AtMost: plenty}
}

// deletes carries out one delete and checks outcome and rows.
func (b *Bench) deletes(ctx context.Context, t connectors.Treatment, label, likely string) error {
	found, want, err := b.found(t.On)
	if err != nil {
		return err
	}
	out, err := b.apply(ctx, t)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if err := counted(label, countsLikely, out[0], want); err != nil {
		return err
	}
	name := t.On.Collection.Name
	if err := b.became(ctx, name, likely, but(among(found, t.On.Collection.Key), gone)); err != nil {
		return err
	}
	for other := range b.laid {
		if other != name {
			if err := b.became(ctx, other, likely, same); err != nil {
				return err
			}
		}
	}
	return nil
}

func deleteRows(ctx context.Context, b *Bench) error {
	return b.deletes(ctx, deletePeople(b, 1, 3), "delete", "The rows that went are not those selected.")
}

func deleteTwice(ctx context.Context, b *Bench) error {
	t := deletePeople(b, 1, 3, 8)
	_, want, err := b.found(t.On)
	if err != nil {
		return err
	}
	out, err := b.apply(ctx, t)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if err := counted("first call", countsLikely, out[0], want); err != nil {
		return err
	}
	again, err := b.apply(ctx, t)
	if err != nil {
		return fmt.Errorf("apply again: %w", err)
	}
	if got := tallied(again[0]); got.changed != 0 || got.already != 0 || len(got.by) != 0 && !sameCounts(got.by, nil) {
		return Fail(countsLikely).Came("first call", "3 persons: %s", tallied(out[0])).Came("second call", "3 persons: %s", got).Want("changed 0, already 0")
	}
	return nil
}

func deleteUnknown(ctx context.Context, b *Bench) error {
	t := deletePeople(b, 1)
	t.On.Any[0].Values[0].Values = []any{"nobody"}
	out, err := b.apply(ctx, t)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if err := counted("delete", countsLikely, out[0], tally{by: map[int]int64{}}); err != nil {
		return err
	}
	return b.Unchanged(ctx, "Not finding someone is an answer, and changes nothing.")
}

func deleteNothing(ctx context.Context, b *Bench) error {
	c := b.Collection("people")
	for _, sel := range []connectors.Selection{
		{Collection: c}, {Collection: c, Any: []connectors.Match{{Fields: on(b.Lookup("people"))}}},
		{Collection: c, Where: []connectors.Cond{connectors.AllOf()}},
	} {
		out, err := b.apply(ctx, connectors.Treatment{Verb: connectors.Delete, On: sel, AtMost: plenty})
		if err != nil {
			return fmt.Errorf("apply: %w", err)
		}
		likely := "A selection without a match must not become a statement without a condition."
		if err := counted("delete", likely, out[0], tally{by: map[int]int64{}}); err != nil {
			return err
		}
		if err := b.Unchanged(ctx, likely); err != nil {
			return err
		}
	}
	return nil
}

func deleteMissing(ctx context.Context, b *Bench) error {
	t := deletePeople(b, 1)
	t.On.Collection.Name, t.On.Collection.At = "nowhere", "nowhere/"+t.On.Collection.At
	_, err := b.apply(ctx, t)
	return refuses(err, connectors.ErrNoCollection, "delete", "A collection that is missing is a fault of the map; deleting nothing there would hide it.")
}

func deletePersons(ctx context.Context, b *Bench) error {
	t := deletePeople(b, 3, 3, 1)
	t.On.Any[0].Values = append(t.On.Any[0].Values, t.On.Any[0].Values[0]) // and one of them twice
	return b.deletes(ctx, t, "delete", "Changed is rows, ByPerson is rows for each person.")
}

func deleteCapture(ctx context.Context, b *Bench) error {
	t := deletePeople(b, 3, 1, 3)
	t.Capture = []string{b.Lookup("people"), "name"}
	sel := t.On
	sel.Fields = t.Capture
	want, err := b.expect(sel)
	if err != nil {
		return err
	}
	out, err := b.apply(ctx, t)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	return b.captured(out[0], t.Capture, want)
}

func (b *Bench) captured(o connectors.Outcome, fields []string, want []hit) error {
	likely := "Treatment.Capture names the fields; one tuple for each row and person, read under the lock, before the change."
	if o.LinkKeys == nil {
		return Fail(likely).Came("LinkKeys", "nil").Want("%d tuples", len(want))
	}
	var got []hit
	for _, t := range o.LinkKeys.Tuples {
		got = append(got, hit{t.Person, t.Values})
	}
	if fmt.Sprint(o.LinkKeys.Fields) != fmt.Sprint(fields) {
		return Fail(likely).Came("fields captured", "%v", o.LinkKeys.Fields).Want("%v", fields)
	}
	return b.differs("captured", likely, got, want)
}

func deleteWhere(ctx context.Context, b *Bench) error {
	t := connectors.Treatment{Verb: connectors.Delete, On: b.everyone(), AtMost: plenty}
	t.On.Where = []connectors.Cond{connectors.NotThat(connectors.InValues("status", "A"))}
	return b.deletes(ctx, t, "delete", "Conditions are two-valued: not-in holds of NULL. A condition that is ignored deletes too much.")
}

func deleteNull(ctx context.Context, b *Bench) error {
	sel := b.ask("people", "note", nil, "")
	sel.Any = append(sel.Any, b.ask("people", "status", nil, "").Any...)
	out, err := b.apply(ctx, connectors.Treatment{Verb: connectors.Delete, On: sel, AtMost: plenty})
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	likely := "It compares NULL with NULL, or '' with ''."
	if err := counted("delete", likely, out[0], tally{by: map[int]int64{}}); err != nil {
		return err
	}
	return b.Unchanged(ctx, likely)
}

func deleteAwkward(ctx context.Context, b *Bench) error {
	return b.deletes(ctx, connectors.Treatment{Verb: connectors.Delete, On: b.ask("people", "note", awkward, "' OR '1'='1", "%"), AtMost: plenty},
		"delete", "It puts values into a statement as text, instead of binding them.")
}

func deleteComposite(ctx context.Context, b *Bench) error {
	m := connectors.Match{Fields: on("lease", "person"), Values: []connectors.Tuple{
		{Person: 0, Values: []any{"L-1", int64(2)}}, {Person: 1, Values: []any{"L-3", int64(3)}}, {Person: 2, Values: []any{"L-3", int64(1)}}}}
	sel := connectors.Selection{Collection: b.Collection("parties"), Any: []connectors.Match{m}}
	return b.deletes(ctx, connectors.Treatment{Verb: connectors.Delete, On: sel, AtMost: plenty}, "delete", "It deletes by a part of the key.")
}

func deletePath(ctx context.Context, b *Bench) error {
	sel := b.over("parties", []connectors.Hop{b.toParties()}, "C-1", "C-10")
	return b.deletes(ctx, connectors.Treatment{Verb: connectors.Delete, On: sel, AtMost: plenty}, "delete", "The last hop joins to the selection's collection, and only its rows go.")
}

func deleteOrder(ctx context.Context, b *Bench) error {
	likely := "Resolve and lock the rows of every treatment before the first one changes anything."
	parent, child := deletePeople(b, 1, 2), connectors.Treatment{Verb: connectors.Delete, AtMost: plenty,
		On: b.over("parties", []connectors.Hop{b.toParties()}, "C-1", "C-2")}
	child.Capture = []string{"lease"}
	_, wantParent, err := b.found(parent.On)
	if err != nil {
		return err
	}
	found, wantChild, err := b.found(child.On)
	if err != nil {
		return err
	}
	sel := child.On
	sel.Fields = child.Capture
	keys, err := b.expect(sel)
	if err != nil {
		return err
	}
	out, err := b.apply(ctx, parent, child)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if err := counted("parents", likely, out[0], wantParent); err != nil {
		return err
	}
	if err := counted("children", likely, out[1], wantChild); err != nil {
		return err
	}
	if err := b.captured(out[1], child.Capture, keys); err != nil {
		return err
	}
	return b.became(ctx, "parties", likely, but(among(found, b.Collection("parties").Key), gone))
}

// ownedOnlyBy selects the homes of people by their ids, where nobody else lives in them.
func ownedOnlyBy(b *Bench, people ...any) connectors.Treatment {
	owners := connectors.Step{Collection: b.Collection("people"), From: on("id"), To: on("address")}
	t := connectors.Treatment{Verb: connectors.Delete, On: b.ask("addresses", "id", int64(1), int64(3)), AtMost: plenty}
	t.On.Where = []connectors.Cond{connectors.NoneOver(owners, connectors.NotThat(connectors.InValues("id", people...)))}
	return t
}

func deleteCoOwned(ctx context.Context, b *Bench) error {
	likely := "A condition over an edge is judged for each row, under its lock."
	if err := b.deletes(ctx, ownedOnlyBy(b, int64(1)), "one of two owners", likely); err != nil {
		return err
	}
	if err := b.Lay(ctx, "addresses", "people"); err != nil {
		return err
	}
	return b.deletes(ctx, ownedOnlyBy(b, int64(1), int64(2)), "both owners", likely)
}

func deleteOrderExists(ctx context.Context, b *Bench) error {
	likely := "Resolve and lock the rows of every treatment, conditions included, before the first one changes anything."
	parties := connectors.Step{Collection: b.Collection("parties"), From: on("id"), To: on("person")}
	free := connectors.Treatment{Verb: connectors.Delete, On: b.everyone(), AtMost: plenty}
	free.On.Where = []connectors.Cond{connectors.NoneOver(parties)}
	found, want, err := b.found(free.On)
	if err != nil {
		return err
	}
	out, err := b.apply(ctx, connectors.Treatment{Verb: connectors.Delete, On: b.ask("parties", "person", int64(1), int64(2)), AtMost: plenty}, free)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if err := counted("rows without parties", likely, out[1], want); err != nil {
		return err
	}
	return b.became(ctx, "people", likely, but(among(found, b.Collection("people").Key), gone))
}

func deleteOverlap(ctx context.Context, b *Bench) error {
	out, err := b.apply(ctx, deletePeople(b, 1, 3), deletePeople(b, 3, 8))
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	likely := "A row that an earlier treatment deleted is not there for a later one."
	if err := counted("first", likely, out[0], tally{changed: 2, by: map[int]int64{0: 1, 1: 1}}); err != nil {
		return err
	}
	return counted("second, naming one row again", likely, out[1], tally{changed: 1, by: map[int]int64{1: 1}})
}

func deleteSeveral(ctx context.Context, b *Bench) error {
	out, err := b.apply(ctx, deletePeople(b, 1), deletePeople(b, 3, 8))
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	likely := "Outcomes come in the order of the treatments, each with its own counts."
	if err := counted("first", likely, out[0], tally{changed: 1, by: map[int]int64{0: 1}}); err != nil {
		return err
	}
	if err := counted("second", likely, out[1], tally{changed: 2, by: map[int]int64{0: 1, 1: 1}}); err != nil {
		return err
	}
	key := b.Lookup("people")
	return b.became(ctx, "people", likely, but(is(key, b.person(1)[key], b.person(3)[key], b.person(8)[key]), gone))
}
