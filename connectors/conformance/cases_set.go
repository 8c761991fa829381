package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

func setCases() []Case {
	set := connectors.Set
	name := []string{"people.name"}
	return []Case{
		changing("rows", "set", "the fields named change in the rows selected, and nothing else does", name, setRows, set),
		changing("twice", "counts", "setting twice finds the rows done the second time", name, setTwice, set),
		changing("persons", "persons", "a row of two persons counts for each, and once in Changed", name, setPersons, set),
		changing("conflict", "conflicts", "a row that holds neither From nor the new value is a conflict, and stays", name, setConflict, set),
		changing("awkward", "quoting", "a new value with quotes, line ends and emoji is stored as it is", name, setAwkward, set),
		changing("null", "set", "a value of nil clears the field", []string{"people.status"}, setNull, set),
		changing("derive", "derive", "a derived text comes of the row's key, and is the same on a retry", name, setDerive, set),
		changing("year", "dates", "a date is cut to its year or month, and an unreadable one becomes NULL", []string{"people.left_on"}, setYear, set),
		changing("capture", "capture", "link keys are captured before the change", name, setCapture, set),
		anywhere(changing("from-null", "conflicts", "From may name NULL, which is not the empty text", []string{"people.status"}, setFromNull, set)),
		anywhere(changing("type", "values", "a text is converted to the column's type", []string{"people.boss"}, setType, set)),
		anywhere(changing("decimal", "values", "a decimal is set exactly", []string{"values.exact"}, setDecimal, set)),
		anywhere(changing("order", "order", "a later selection does not follow an earlier change", []string{"people.status"}, setOrder, set)),
		changing("several", "order", "treatments of one row are carried out in order", name, setSeveral, set),
	}
}

func setOn(sel connectors.Selection, as ...connectors.Assign) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Set, On: sel, Assign: as, AtMost: plenty}
}

// sets carries out a treatment, twice, and checks outcomes and rows: each row that fits through f.
func (b *Bench) sets(ctx context.Context, t connectors.Treatment, likely string, f func(connectors.Row) connectors.Row) error {
	found, _, err := b.found(t.On)
	if err != nil {
		return err
	}
	want, second := tally{by: map[int]int64{}}, tally{by: map[int]int64{}}
	for _, x := range found {
		switch t.Standing(x.Row) {
		case connectors.Done:
			want.already++
			second.already++
		case connectors.Conflict:
			want.conflicts++
			second.conflicts++
		default:
			want.changed++
			second.already++
			for _, p := range x.Persons {
				want.by[p]++
			}
		}
	}
	out, err := b.apply(ctx, t)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if err := counted("first call", likely, out[0], want); err != nil {
		return err
	}
	name := t.On.Collection.Name
	changed := but(among(found, t.On.Collection.Key), func(r connectors.Row) connectors.Row {
		if t.Standing(r) == connectors.Conflict {
			return r
		}
		return f(r)
	})
	if err := b.became(ctx, name, likely, changed); err != nil {
		return err
	}
	if out, err = b.apply(ctx, t); err != nil {
		return fmt.Errorf("apply again: %w", err)
	}
	if err := counted("second call", likely, out[0], second); err != nil {
		return err
	}
	return b.became(ctx, name, likely, changed)
}

func setRows(ctx context.Context, b *Bench) error {
	return b.sets(ctx, setOn(b.People(1, 3), connectors.Assign{Field: "name", To: "Kowalska"}),
		"It changed other rows or other fields than those named.", with(connectors.Row{"name": "Kowalska"}))
}

func setTwice(ctx context.Context, b *Bench) error {
	return b.sets(ctx, setOn(b.People(1, 3, 8), connectors.Assign{Field: "name", To: "Kowalska"}),
		"A row that holds the new value already is not changed; UPDATE counts it all the same unless the condition leaves it out.", with(connectors.Row{"name": "Kowalska"}))
}

func setPersons(ctx context.Context, b *Bench) error {
	return b.sets(ctx, setOn(b.People(3, 3, 1), connectors.Assign{Field: "name", To: "Kowalska"}),
		"Changed is rows, ByPerson is rows for each person.", with(connectors.Row{"name": "Kowalska"}))
}

func setConflict(ctx context.Context, b *Bench) error {
	by := b.Lookup("people")
	likely := "Only rows that hold one of From are corrected; the others are named by key in Conflicts, and stay."
	if _, err := b.apply(ctx, setOn(b.People(1), connectors.Assign{Field: "name", To: "Trzecia"}), setOn(b.People(8), connectors.Assign{Field: "name", To: "Kowalska"})); err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	out, err := b.apply(ctx, setOn(b.People(1, 3, 8), connectors.Assign{Field: "name", From: []any{"Inna", "Nowak"}, To: "Kowalska"}))
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if err := counted("correction", likely, out[0], tally{changed: 1, already: 1, conflicts: 1, by: map[int]int64{1: 1}}); err != nil {
		return err
	}
	key := b.Collection("people").Key
	if len(out[0].Conflicts[0]) != len(key) {
		return Fail("Conflicts hold the keys of rows, and nothing else of them.").Came("fields of a conflict", "%v", fieldsOf(out[0].Conflicts)).Want("%v", key)
	}
	for _, f := range key {
		if !b.equal(out[0].Conflicts[0][f], b.person(1)[f]) {
			return Fail(likely).Came("conflict", "%s", values(out[0].Conflicts[0].Pick(key))).Want("%s", values(b.person(1).Pick(key)))
		}
	}
	return b.became(ctx, "people", likely, func(r connectors.Row) connectors.Row {
		switch {
		case connectors.Equal(r[by], b.person(1)[by]):
			r["name"] = "Trzecia"
		case connectors.Equal(r[by], b.person(3)[by]), connectors.Equal(r[by], b.person(8)[by]):
			r["name"] = "Kowalska"
		}
		return r
	})
}

func setAwkward(ctx context.Context, b *Bench) error {
	return b.sets(ctx, setOn(b.People(3), connectors.Assign{Field: "name", To: awkward}),
		"It puts values into a statement as text, instead of binding them.", with(connectors.Row{"name": awkward}))
}

func setNull(ctx context.Context, b *Bench) error {
	return b.sets(ctx, setOn(b.People(1, 3), connectors.Assign{Field: "status"}),
		"To is nil: the field becomes NULL, not an empty text.", with(connectors.Row{"status": nil}))
}

func setDerive(ctx context.Context, b *Bench) error {
	secret := []byte("a secret of the request, 32 bytes")
	key := b.Collection("people").Key
	return b.sets(ctx, setOn(b.People(1, 3), connectors.Assign{Field: "name", How: connectors.Derive, Derive: secret}),
		"connectors.DeriveText over the values of the collection's key, in its order.", func(r connectors.Row) connectors.Row {
			r["name"] = connectors.DeriveText(secret, r.Pick(key)...)
			return r
		})
}

func setYear(ctx context.Context, b *Bench) error {
	for _, how := range []connectors.How{connectors.Month, connectors.Year} {
		err := b.sets(ctx, setOn(b.People(1, 3, 6, 7, 8, 9, 10), connectors.Assign{Field: "left_on", How: how}),
			"connectors.CutDate: a text keeps its form, with 00:00 where it has a time.", func(r connectors.Row) connectors.Row {
				r["left_on"] = connectors.CutDate(r["left_on"], how, nil)
				return r
			})
		if err != nil {
			return err
		}
		if err := b.Lay(ctx, "people"); err != nil {
			return err
		}
	}
	return nil
}

func setCapture(ctx context.Context, b *Bench) error {
	t := setOn(b.People(1, 3), connectors.Assign{Field: "name", To: "Kowalska"})
	t.Capture = []string{"name"}
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

func setFromNull(ctx context.Context, b *Bench) error {
	t := setOn(b.everyone(), connectors.Assign{Field: "status", From: []any{nil, "W"}, To: "X"})
	return b.sets(ctx, t, "NULL in From is a value like others here; = NULL is never true in SQL.", with(connectors.Row{"status": "X"}))
}

func setType(ctx context.Context, b *Bench) error {
	if err := b.sets(ctx, setOn(b.People(2, 3), connectors.Assign{Field: "boss", To: "8"}),
		"The map writes all values as text; the store converts them, and finds them done the second time.", with(connectors.Row{"boss": int64(8)})); err != nil {
		return err
	}
	got, err := b.locate(ctx, b.ask("people", "boss", int64(8)))
	if err != nil {
		return fmt.Errorf("locate: %w", err)
	}
	if len(got) != 2 {
		return Fail("A text stored in a column of numbers is not found as a number.").Came("rows found by the number", "%d", len(got)).Want("2")
	}
	return nil
}

func setDecimal(ctx context.Context, b *Bench) error {
	exact := connectors.Decimal("98765432109876543210.99")
	return b.sets(ctx, setOn(b.all("values"), connectors.Assign{Field: "exact", To: exact}), "A decimal went through a float.", with(connectors.Row{"exact": exact}))
}

func setSeveral(ctx context.Context, b *Bench) error {
	likely := "Treatments are carried out in order; a later one finds what an earlier one left."
	first, second := setOn(b.People(1), connectors.Assign{Field: "name", To: "Pierwsza"}), setOn(b.People(1), connectors.Assign{Field: "name", From: []any{"Pierwsza"}, To: "Druga"})
	out, err := b.apply(ctx, first, second)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	for _, o := range out {
		if err := counted(o.ID, likely, o, tally{changed: 1, by: map[int]int64{0: 1}}); err != nil {
			return err
		}
	}
	by := b.Lookup("people")
	return b.became(ctx, "people", likely, but(is(by, b.person(1)[by]), with(connectors.Row{"name": "Druga"})))
}

func setOrder(ctx context.Context, b *Bench) error {
	likely := "Selections speak of the state before the call; what is found there is then treated in order."
	first := setOn(b.everyone(), connectors.Assign{Field: "status", To: "Z"})
	first.On.Where = []connectors.Cond{connectors.InValues("status", "W")}
	found, want, err := b.found(first.On)
	if err != nil {
		return err
	}
	second := setOn(first.On, connectors.Assign{Field: "name", To: "Druga"})
	out, err := b.apply(ctx, first, second)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	for _, o := range out {
		if err := counted(o.ID, likely, o, want); err != nil {
			return err
		}
	}
	return b.became(ctx, "people", likely, but(among(found, b.Collection("people").Key), with(connectors.Row{"status": "Z", "name": "Druga"})))
}
