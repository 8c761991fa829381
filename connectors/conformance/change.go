package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// plenty is a ceiling no fixture reaches.
const plenty = 1000

// apply carries out treatments with a host that confirms, each with a ceiling of plenty unless it has one.
func (b *Bench) apply(ctx context.Context, do ...connectors.Treatment) ([]connectors.Outcome, error) {
	return b.applyWith(ctx, connectors.ApplyOptions{Confirm: yes}, do...)
}

func yes(context.Context, []connectors.Outcome) error { return nil }

func (b *Bench) applyWith(ctx context.Context, opt connectors.ApplyOptions, do ...connectors.Treatment) ([]connectors.Outcome, error) {
	w, ok := connectors.As[connectors.Writer](b.Store)
	if !ok {
		return nil, errors.New("the store is no Writer")
	}
	do = slices.Clone(do)
	for i := range do {
		if do[i].ID == "" {
			do[i].ID = fmt.Sprintf("t%d", i+1)
		}
	}
	if err := connectors.ValidateAll(do); err != nil {
		return nil, err
	}
	got, err := w.Apply(ctx, do, opt)
	if err != nil {
		return got, err
	}
	if len(got) != len(do) {
		return got, Fail("Apply gives one outcome for each treatment, in their order.").Came("outcomes", "%d", len(got)).Want("%d", len(do))
	}
	for i, o := range got {
		if o.ID != do[i].ID {
			return got, Fail("Apply gives one outcome for each treatment, in their order, under its ID.").Came("outcome", "%s", o.ID).Want("%s", do[i].ID)
		}
	}
	return got, nil
}

// tally is what a case expects of an outcome.
type tally struct {
	changed, already int64
	conflicts        int
	by               map[int]int64
}

func (t tally) String() string {
	s := fmt.Sprintf("changed %d, already %d", t.changed, t.already)
	if t.conflicts > 0 {
		s += fmt.Sprintf(", conflicts %d", t.conflicts)
	}
	if len(t.by) > 0 {
		s += fmt.Sprintf(", by person %v", t.by)
	}
	return s
}

func tallied(o connectors.Outcome) tally {
	return tally{o.Changed, o.Already, len(o.Conflicts), o.ByPerson}
}

// counted compares an outcome with what it must say. A nil want.by is not compared.
func counted(label, likely string, o connectors.Outcome, want tally) error {
	got := tallied(o)
	if want.by == nil {
		got.by = nil
	}
	if got.changed != want.changed || got.already != want.already || got.conflicts != want.conflicts || !sameCounts(got.by, want.by) {
		return Fail(likely).Came(label, "%s", got).Want("%s", want)
	}
	return nil
}

// became compares a fixture as it is now with what it was made of it: each row through f, which gives nil
// for a row that must be gone. More are rows that must be there besides.
func (b *Bench) became(ctx context.Context, name, likely string, f func(connectors.Row) connectors.Row, more ...connectors.Row) error {
	dump, err := b.fixture.Dump(ctx)
	if err != nil {
		return fmt.Errorf("reading back: %w", err)
	}
	var want []connectors.Row
	for _, r := range b.laid[name] {
		if r = f(maps.Clone(r)); r != nil {
			want = append(want, r)
		}
	}
	want = append(want, more...)
	fields := fieldsOf(append(slices.Clone(want), b.laid[name]...))
	hits := func(rows []connectors.Row) []hit {
		var out []hit
		for _, r := range rows {
			out = append(out, hit{0, r.Pick(fields)})
		}
		return out
	}
	got := hits(dump[b.Collection(name).At])
	lost, extra := b.missing(hits(want), got), b.missing(got, hits(want))
	if len(lost) == 0 && len(extra) == 0 {
		return nil
	}
	fail := Fail(likely).Came(name, "%d rows, %d of them as they should be", len(got), len(got)-len(extra)).Want("%d", len(want))
	if len(lost) > 0 {
		fail = fail.Came("missing", "%s", values(lost[0].values))
	}
	if len(extra) > 0 {
		fail = fail.Came("too much", "%s", values(extra[0].values))
	}
	return fail
}

func fieldsOf(rows []connectors.Row) []string {
	set := map[string]bool{}
	for _, r := range rows {
		for f := range r {
			set[f] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func same(r connectors.Row) connectors.Row { return r }

// Unchanged says that every fixture laid out is as it was.
func (b *Bench) Unchanged(ctx context.Context, likely string) error {
	for _, name := range slices.Sorted(maps.Keys(b.laid)) {
		if err := b.became(ctx, name, likely, same); err != nil {
			return err
		}
	}
	return nil
}

// but gives f for the rows that fit, and the row as it is for the others.
func but(fits func(connectors.Row) bool, f func(connectors.Row) connectors.Row) func(connectors.Row) connectors.Row {
	return func(r connectors.Row) connectors.Row {
		if fits(r) {
			return f(r)
		}
		return r
	}
}

func gone(connectors.Row) connectors.Row { return nil }

// with gives the row with these values.
func with(values connectors.Row) func(connectors.Row) connectors.Row {
	return func(r connectors.Row) connectors.Row {
		maps.Copy(r, values)
		return r
	}
}

// is fits rows of which field equals one of values.
func is(field string, values ...any) func(connectors.Row) bool {
	return func(r connectors.Row) bool {
		return slices.ContainsFunc(values, func(v any) bool { return connectors.Equal(r[field], v) })
	}
}

// refuses checks that err is target.
func refuses(err, target error, label, likely string) error {
	if errors.Is(err, target) {
		return nil
	}
	if err == nil {
		return Fail(likely).Came(label, "no error").Want("%v", target)
	}
	return Fail(likely).Came(label, "%v", err).Want("an error that wraps %q", target)
}

// found gives the rows a selection must find, among those laid out.
func (b *Bench) found(sel connectors.Selection) ([]connectors.Found, tally, error) {
	found, err := b.eval().Select(sel)
	want := tally{changed: int64(len(found)), by: map[int]int64{}}
	for _, f := range found {
		for _, p := range f.Persons {
			want.by[p]++
		}
	}
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("the shape holds no row of %s for this case", sel.Collection.Name)
	}
	return found, want, err
}

// among fits the rows found.
func among(found []connectors.Found, key []string) func(connectors.Row) bool {
	return func(r connectors.Row) bool {
		return slices.ContainsFunc(found, func(f connectors.Found) bool {
			return slices.EqualFunc(f.Row.Pick(key), r.Pick(key), connectors.Equal)
		})
	}
}
