package conformance

import (
	"context"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

func confirmCases() []Case {
	return []Case{
		limit("confirm-no", "confirm", "where the host says no, nothing is changed and its error comes back", always, confirmNo),
		limit("confirm-once", "confirm", "the host is asked once, with all outcomes, before the commit", transactional, confirmOnce, "transactional"),
		limit("confirm-units", "confirm", "the host is asked for each unit of at most 1,000 rows before it is touched", byUnits, confirmUnits),
		limit("confirm-unit-no", "confirm", "a unit the host refused stays as it is, and so does what would come after", byUnits, confirmUnitNo),
		limit("rehearsal", "rehearsal", "a rehearsal reports what would be done, asks nobody and changes nothing", rehearses, rehearsal, "rehearsal"),
	}
}

const confirmLikely = "Call Confirm when the work is done and nothing is committed (without transactions: before each unit is touched); commit only if it returns nil, else roll back and return its error."

func confirmNo(ctx context.Context, b *Bench) error {
	no := fmt.Errorf("%w: the suite said no", connectors.ErrRefused)
	asked := false
	opt := connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { asked = true; return no }}
	out, err := b.applyWith(ctx, opt, b.touch(1, 3), b.touch(8))
	if !asked {
		return Fail(confirmLikely).Came("Confirm", "not called").Want("called")
	}
	if err := refuses(err, connectors.ErrRefused, "Apply", confirmLikely); err != nil {
		return err
	}
	if err := b.Unchanged(ctx, confirmLikely); err != nil {
		return err
	}
	return claimsNothing(out)
}

// refused carries out one treatment to which the host says no.
func (b *Bench) refused(ctx context.Context, t connectors.Treatment) error {
	opt := connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return connectors.ErrRefused }}
	out, err := b.applyWith(ctx, opt, t)
	if err := refuses(err, connectors.ErrRefused, string(t.Verb), confirmLikely); err != nil {
		return err
	}
	if err := b.Unchanged(ctx, confirmLikely); err != nil {
		return err
	}
	return claimsNothing(out)
}

func confirmOnce(ctx context.Context, b *Bench) error {
	var told [][]connectors.Outcome
	opt := connectors.ApplyOptions{Confirm: func(_ context.Context, o []connectors.Outcome) error { told = append(told, o); return nil }}
	out, err := b.applyWith(ctx, opt, b.touch(1, 3, 3), b.touch(8))
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if len(told) != 1 || len(told[0]) != len(out) {
		return Fail(confirmLikely).Came("Confirm", "called %d times", len(told)).Want("once, with %d outcomes", len(out))
	}
	for i, o := range told[0] {
		if err := counted("told to Confirm of "+o.ID, "What the host records as prepared must be what is then done.", o, tallied(out[i])); err != nil {
			return err
		}
	}
	return nil
}

// crowd lays out n people of one name and gives a treatment of them all.
func (b *Bench) crowd(ctx context.Context, n int, name string) (connectors.Treatment, error) {
	by, template := b.Lookup("people"), b.person(1)
	sel := b.People(1)
	var tuples []connectors.Tuple
	var rows []connectors.Row
	for i := range n {
		row := connectors.Row{"name": name}
		for _, f := range b.Collection("people").Key {
			row[f] = number(template[f], i)
		}
		row[by] = number(template[by], i)
		rows = append(rows, row)
		tuples = append(tuples, connectors.Tuple{Person: i % 3, Values: []any{row[by]}})
	}
	most := n
	if b.Card.MaxValues > 0 {
		most = b.Card.MaxValues
	}
	sel.Any = nil
	for part := range slices.Chunk(tuples, most) {
		sel.Any = append(sel.Any, connectors.Match{Fields: []string{by}, Values: part})
	}
	b.laid["people"] = rows
	t := b.touch(1)
	t.On = sel
	return t, b.fixture.Load(ctx, map[string][]connectors.Row{sel.Collection.At: rows})
}

// number is a value like v that counts.
func number(v any, i int) any {
	if _, ok := v.(int64); ok {
		return int64(1000 + i)
	}
	return fmt.Sprintf("T-%d", 1000+i)
}

func confirmUnits(ctx context.Context, b *Bench) error {
	const n = 2100
	t, err := b.crowd(ctx, n, "Tłum")
	if err != nil {
		return err
	}
	t.AtMost = n
	told := tally{by: map[int]int64{}}
	var largest int64
	opt := connectors.ApplyOptions{Confirm: func(_ context.Context, os []connectors.Outcome) error {
		var unit int64
		for _, o := range os {
			unit += o.Changed
			for p, c := range o.ByPerson {
				told.by[p] += c
			}
		}
		told.changed += unit
		largest = max(largest, unit)
		return nil
	}}
	out, err := b.applyWith(ctx, opt, t)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if largest > 1000 {
		return Fail(confirmLikely).Came("largest unit", "%d rows", largest).Want("at most 1,000")
	}
	want := tally{changed: n, by: map[int]int64{0: n / 3, 1: n / 3, 2: n / 3}}
	if err := counted("Apply", confirmLikely, out[0], want); err != nil {
		return err
	}
	return counted("told to Confirm in all", confirmLikely, connectors.Outcome{Changed: told.changed, ByPerson: told.by}, want)
}

func confirmUnitNo(ctx context.Context, b *Bench) error {
	const n = 1500
	t, err := b.crowd(ctx, n, "Tłum")
	if err != nil {
		return err
	}
	t.AtMost = n
	var first int64
	calls := 0
	opt := connectors.ApplyOptions{Confirm: func(_ context.Context, os []connectors.Outcome) error {
		if calls++; calls > 1 {
			return connectors.ErrRefused
		}
		first = os[0].Changed
		return nil
	}}
	out, err := b.applyWith(ctx, opt, t)
	if err := refuses(err, connectors.ErrRefused, "Apply", confirmLikely); err != nil {
		return err
	}
	left, err := b.locate(ctx, t.On)
	if err != nil {
		return fmt.Errorf("locate: %w", err)
	}
	if t.Verb == connectors.Delete && int64(len(left)) != n-first {
		return Fail(confirmLikely).Came("rows left", "%d", len(left)).Want("%d", n-first)
	}
	if len(out) != 1 || out[0].Changed != first {
		return Fail("With an error, Changed is what stays changed: the units done.").Came("outcomes", "%d", len(out)).Want("one, changed %d", first)
	}
	return nil
}

func rehearsal(ctx context.Context, b *Bench) error {
	asked := false
	opt := connectors.ApplyOptions{Rehearse: true, Confirm: func(context.Context, []connectors.Outcome) error { asked = true; return nil }}
	t := b.touch(1, 3, 3)
	_, want, err := b.found(t.On)
	if err != nil {
		return err
	}
	out, err := b.applyWith(ctx, opt, t)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	likely := "Rehearse: do everything, report, roll back."
	if asked {
		return Fail(likely).Came("Confirm", "called").Want("not called")
	}
	if err := counted("rehearsal", likely, out[0], want); err != nil {
		return err
	}
	if err := b.Unchanged(ctx, likely); err != nil {
		return err
	}
	t.AtMost = 1
	out, err = b.applyWith(ctx, opt, t)
	return b.tooMany(ctx, out, err, "rehearsal of 2 rows, ceiling 1")
}
