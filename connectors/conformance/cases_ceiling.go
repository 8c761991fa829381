package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// limit is a case about what bounds every change, shown by whatever verb there is.
func limit(name, anchor, rule string, can func(connectors.Description) bool, run func(context.Context, *Bench) error, cover ...string) Case {
	return Case{Group: "limits", Name: name, Anchor: anchor, Rule: rule, Needs: []string{"people.name"}, Covers: cover, Run: run,
		Can: both(changes, can)}
}

func always(connectors.Description) bool          { return true }
func transactional(d connectors.Description) bool { return d.Transactional }
func byUnits(d connectors.Description) bool       { return !d.Transactional }
func rehearses(d connectors.Description) bool     { return d.Rehearsal }
func changes(d connectors.Description) bool {
	return d.Does(connectors.Delete) || d.Does(connectors.Set)
}

func ceilingCases() []Case {
	return []Case{
		limit("ceiling", "ceilings", "as many rows as the ceiling pass", always, ceilingReached),
		limit("over-ceiling", "ceilings", "one row more than the ceiling changes nothing at all", always, ceilingPassed),
		limit("ceiling-zero", "ceilings", "a ceiling of 0 lets nothing pass, and is no mistake where nothing would change", always, ceilingZero),
		limit("ceiling-already", "ceilings", "rows that are as they should be do not count against the ceiling", does(connectors.Set), ceilingAlready),
		limit("ceiling-persons", "ceilings", "a row of two persons counts once against the ceiling", always, ceilingPersons),
		limit("atomic", "ceilings", "where one treatment fails, none is carried out", transactional, atomic, "transactional"),
	}
}

// touch is a treatment of people's rows by a verb the store has.
func (b *Bench) touch(ids ...int64) connectors.Treatment {
	if b.Card.Does(connectors.Delete) {
		return deletePeople(b, ids...)
	}
	return setOn(b.People(ids...), connectors.Assign{Field: "name", To: "touched"})
}

const ceilingLikely = "Count under the lock what would change, compare with AtMost before anything is committed, and return ErrMoreRows."

func ceilingReached(ctx context.Context, b *Bench) error {
	t := b.touch(1, 3, 8)
	_, want, err := b.found(t.On)
	if err != nil {
		return err
	}
	t.AtMost = want.changed
	out, err := b.apply(ctx, t)
	if err != nil {
		return Fail(ceilingLikely).Came(fmt.Sprintf("%d rows, ceiling %d", want.changed, t.AtMost), "%v", err).Want("no error")
	}
	return counted("at the ceiling", ceilingLikely, out[0], want)
}

func ceilingPassed(ctx context.Context, b *Bench) error {
	t := b.touch(1, 3, 8)
	_, want, err := b.found(t.On)
	if err != nil {
		return err
	}
	t.AtMost = want.changed - 1
	out, err := b.apply(ctx, t)
	return b.tooMany(ctx, out, err, fmt.Sprintf("%d rows, ceiling %d", want.changed, t.AtMost))
}

// tooMany checks what must come of more rows than the ceiling: the error, outcomes that claim nothing, and nothing
// changed.
func (b *Bench) tooMany(ctx context.Context, out []connectors.Outcome, err error, label string) error {
	if err := refuses(err, connectors.ErrMoreRows, label, ceilingLikely); err != nil {
		return err
	}
	if err := claimsNothing(out); err != nil {
		return err
	}
	return b.Unchanged(ctx, ceilingLikely)
}

// claimsNothing checks the outcomes of a call that changed nothing.
func claimsNothing(out []connectors.Outcome) error {
	likely := "Outcomes come with an error too; their Changed and ByPerson are what stays changed."
	if len(out) == 0 {
		return Fail(likely).Came("outcomes with the error", "none").Want("one for each treatment it began")
	}
	for _, o := range out {
		if o.Changed != 0 || !sameCounts(o.ByPerson, nil) {
			return Fail(likely).Came("outcome of "+o.ID, "%s", tallied(o)).Want("changed 0")
		}
	}
	return nil
}

func ceilingZero(ctx context.Context, b *Bench) error {
	t := b.touch(1)
	t.AtMost = 0
	out, err := b.apply(ctx, t)
	if err := b.tooMany(ctx, out, err, "1 row, ceiling 0"); err != nil {
		return err
	}
	t.On.Any[0].Values[0].Values = []any{"nobody"}
	if _, err := b.apply(ctx, t); err != nil {
		return Fail(ceilingLikely).Came("no row, ceiling 0", "%v", err).Want("no error")
	}
	return nil
}

func ceilingAlready(ctx context.Context, b *Bench) error {
	name := connectors.Assign{Field: "name", To: "Kowalska"}
	if _, err := b.apply(ctx, setOn(b.People(1, 3), name)); err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	t := setOn(b.People(1, 3, 8), name)
	t.AtMost = 1
	out, err := b.apply(ctx, t)
	if err != nil {
		return Fail(ceilingLikely).Came("1 row to do, 2 done, ceiling 1", "%v", err).Want("no error")
	}
	return counted("at the ceiling", ceilingLikely, out[0], tally{changed: 1, already: 2, by: map[int]int64{2: 1}})
}

func ceilingPersons(ctx context.Context, b *Bench) error {
	t := b.touch(3, 3)
	t.AtMost = 1
	out, err := b.apply(ctx, t)
	if err != nil {
		return Fail(ceilingLikely).Came("1 row of 2 persons, ceiling 1", "%v", err).Want("no error")
	}
	return counted("at the ceiling", ceilingLikely, out[0], tally{changed: 1, by: map[int]int64{0: 1, 1: 1}})
}

func atomic(ctx context.Context, b *Bench) error {
	second := b.touch(3, 8)
	second.AtMost = 1
	out, err := b.apply(ctx, b.touch(1), second)
	return b.tooMany(ctx, out, err, "second of two treatments over its ceiling")
}
