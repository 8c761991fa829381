package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// blocking is one method of blocking, and the cases about it.
type blocking struct{ method string }

const (
	mark  = "suite-1"
	other = "suite-2"
)

// blockCases are the cases for one method; named says that there are several.
func blockCases(method string, named bool) []Case {
	m := blocking{method}
	people, del, set := []string{"people.name"}, connectors.Delete, connectors.Set
	var out []Case
	add := func(group, name, rule string, needs []string, run func(context.Context, *Bench) error, more ...connectors.Verb) {
		if named {
			name += "-" + method
		}
		out = append(out, Case{Group: group, Name: name, Anchor: "blocking", Rule: rule, Needs: needs, Run: run,
			Can: does(append(more, connectors.Block, connectors.Release)...), Has: has[connectors.Prober],
			Covers: append(covers(connectors.Verb(group)), "block "+method, "prober")})
	}
	add("block", "unreadable", "an ordinary account can neither read nor change a blocked row, and all others as before", people, m.unreadable)
	add("block", "located", "blocked rows are still located and counted, with their values", people, m.located)
	add("block", "twice", "blocking twice for one request finds the rows done the second time", people, m.twice)
	add("block", "persons", "a row of two persons counts for each, and once in Changed", people, m.persons)
	add("block", "ceiling", "more rows than the ceiling: none is blocked", people, m.ceiling)
	add("block", "confirm-no", "where the host says no, nothing is blocked", people, m.confirmNo)
	add("block", "overlapping", "a row held by two requests is free when the last one lets go", people, m.overlapping)
	add("block", "delete", "a blocked row can be erased", people, m.delete, del)
	add("block", "set", "a blocked row can be corrected, and stays blocked", people, m.set, set)
	add("block", "path", "a blocked row still leads to its children", []string{"people", "parties", "leases", anyField}, m.path)
	add("block", "method", "a method that is not declared is refused", people, m.unknownMethod)
	add("release", "bytes", "what is released is as it was, byte for byte", []string{"values"}, m.bytes("values"))
	add("release", "texts", "awkward texts, NULLs and odd dates come back as they were", []string{"people"}, m.bytes("people"))
	add("release", "twice", "releasing twice finds the rows done the second time", people, m.releaseTwice)
	add("release", "never-blocked", "releasing what was never blocked changes nothing", people, m.neverBlocked)
	add("release", "persons", "a row of two persons counts for each, and once in Changed", people, m.releasePersons)
	add("release", "ceiling", "more rows than the ceiling: none is released", people, m.releaseCeiling)
	add("release", "confirm-no", "where the host says no, nothing is released", people, m.releaseRefused)
	add("release", "other-mark", "one request does not lift what another has blocked", people, m.otherMark)
	return out
}

const blockLikely = "Blocked rows lie out of reach of ordinary accounts until the last mark is lifted; the connector itself sees them wherever they are."

func (m blocking) treat(v connectors.Verb, sel connectors.Selection, mark string) connectors.Treatment {
	return connectors.Treatment{Verb: v, On: sel, Method: m.method, Mark: mark, AtMost: plenty}
}

// does carries out one treatment and checks its outcome.
func (m blocking) does(ctx context.Context, b *Bench, label string, v connectors.Verb, sel connectors.Selection, mark string, want tally) error {
	out, err := b.apply(ctx, m.treat(v, sel, mark))
	if err != nil {
		return fmt.Errorf("%s: %w", label, err)
	}
	return counted(label, blockLikely, out[0], want)
}

// probes checks what an ordinary account can do with rows.
func (b *Bench) probes(ctx context.Context, label string, sel connectors.Selection, want int64) error {
	p, _ := connectors.As[connectors.Prober](b.Store)
	readable, writable, err := p.Probe(ctx, sel)
	if err != nil {
		return fmt.Errorf("probe %s: %w", label, err)
	}
	if readable != want || writable != want {
		return Fail(blockLikely).Came(label+", for an ordinary account", "%d readable, %d writable", readable, writable).Want("%d and %d", want, want)
	}
	return nil
}

func (m blocking) unreadable(ctx context.Context, b *Bench) error {
	held, free, others := b.People(1, 3), b.People(2, 8), int64(2)
	if b.Shape.narrow("people") { // its fixture may have merged persons, or lack some
		free, others = b.People(8), 1
	}
	if err := b.probes(ctx, "before", held, 2); err != nil {
		return err
	}
	if err := m.does(ctx, b, "block", connectors.Block, held, mark, tally{changed: 2, by: map[int]int64{0: 1, 1: 1}}); err != nil {
		return err
	}
	if err := b.probes(ctx, "blocked rows", held, 0); err != nil {
		return err
	}
	if err := b.probes(ctx, "other rows", free, others); err != nil {
		return err
	}
	if err := m.does(ctx, b, "release", connectors.Release, held, mark, tally{changed: 2, by: map[int]int64{0: 1, 1: 1}}); err != nil {
		return err
	}
	if err := b.probes(ctx, "released rows", held, 2); err != nil {
		return err
	}
	return b.Unchanged(ctx, "The probe leaves rows as they were, and so do block and release together.")
}

func (m blocking) located(ctx context.Context, b *Bench) error {
	sel := b.People(1, 3, 8)
	if err := m.does(ctx, b, "block", connectors.Block, b.People(1, 3), mark, tally{changed: 2, by: map[int]int64{0: 1, 1: 1}}); err != nil {
		return err
	}
	sel.Fields = append(sel.Fields, "name")
	if err := b.agrees(ctx, sel, "A held row is still the person's row: Locate and Count look where Block put it too."); err != nil || b.Shape.narrow("people") {
		return err
	}
	all := b.everyone()
	all.Where = []connectors.Cond{connectors.InValues("name", "Nowak")}
	return b.agrees(ctx, all, "Conditions are asked of held rows too.")
}

func (m blocking) twice(ctx context.Context, b *Bench) error {
	sel := b.People(1, 3)
	if err := m.does(ctx, b, "first call", connectors.Block, sel, mark, tally{changed: 2, by: map[int]int64{0: 1, 1: 1}}); err != nil {
		return err
	}
	if err := m.does(ctx, b, "second call", connectors.Block, sel, mark, tally{already: 2, by: map[int]int64{}}); err != nil {
		return err
	}
	if err := m.does(ctx, b, "release", connectors.Release, sel, mark, tally{changed: 2}); err != nil {
		return err
	}
	return b.probes(ctx, "blocked twice, released once", sel, 2)
}

func (m blocking) persons(ctx context.Context, b *Bench) error {
	return m.does(ctx, b, "block", connectors.Block, b.People(3, 3), mark, tally{changed: 1, by: map[int]int64{0: 1, 1: 1}})
}

func (m blocking) ceiling(ctx context.Context, b *Bench) error {
	t := m.treat(connectors.Block, b.People(1, 3), mark)
	t.AtMost = 1
	out, err := b.apply(ctx, t)
	if err := b.tooMany(ctx, out, err, "block of 2, ceiling 1"); err != nil {
		return err
	}
	return b.probes(ctx, "rows over the ceiling", b.People(1, 3), 2)
}

func (m blocking) confirmNo(ctx context.Context, b *Bench) error {
	opt := connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return connectors.ErrRefused }}
	_, err := b.applyWith(ctx, opt, m.treat(connectors.Block, b.People(1, 3), mark))
	if err := refuses(err, connectors.ErrRefused, "block", confirmLikely); err != nil {
		return err
	}
	return b.probes(ctx, "rows the host refused to block", b.People(1, 3), 2)
}

func (m blocking) overlapping(ctx context.Context, b *Bench) error {
	sel, both := b.People(1, 3), b.People(3)
	one := tally{changed: 1, by: map[int]int64{0: 1}}
	steps := []struct {
		label string
		verb  connectors.Verb
		sel   connectors.Selection
		mark  string
		want  tally
		free  int64
	}{
		{"first request blocks", connectors.Block, sel, mark, tally{changed: 2}, 0},
		{"second request blocks one of them", connectors.Block, both, other, one, 0},
		{"first request lifts", connectors.Release, sel, mark, tally{changed: 2}, 1},
		{"second request lifts", connectors.Release, both, other, one, 2},
	}
	for _, s := range steps {
		if err := m.does(ctx, b, s.label, s.verb, s.sel, s.mark, s.want); err != nil {
			return err
		}
		if err := b.probes(ctx, s.label, sel, s.free); err != nil {
			return err
		}
	}
	return b.Unchanged(ctx, blockLikely)
}

func (m blocking) delete(ctx context.Context, b *Bench) error {
	sel := b.People(1, 3)
	if err := m.does(ctx, b, "block", connectors.Block, sel, mark, tally{changed: 2}); err != nil {
		return err
	}
	out, err := b.apply(ctx, deletePeople(b, 1, 3))
	if err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	likely := "A held row is still the person's row: Delete removes the held copy, and any shell, and the marks."
	if err := counted("delete of blocked rows", likely, out[0], tally{changed: 2, by: map[int]int64{0: 1, 1: 1}}); err != nil {
		return err
	}
	left, err := b.locate(ctx, sel)
	if err != nil {
		return fmt.Errorf("locate: %w", err)
	}
	if err := b.differs("located after the delete", likely, left, nil); err != nil {
		return err
	}
	key := b.Collection("people").Key
	found, _, err := b.found(sel)
	if err != nil {
		return err
	}
	return b.became(ctx, "people", likely, but(among(found, key), gone))
}

func (m blocking) set(ctx context.Context, b *Bench) error {
	sel := b.People(1)
	if err := m.does(ctx, b, "block", connectors.Block, sel, mark, tally{changed: 1}); err != nil {
		return err
	}
	out, err := b.apply(ctx, setOn(sel, connectors.Assign{Field: "name", From: []any{"Nowak"}, To: "Kowalska"}))
	if err != nil {
		return fmt.Errorf("set: %w", err)
	}
	likely := "A held row is still the person's row: Set changes the held copy, which comes back changed."
	if err := counted("correction of a blocked row", likely, out[0], tally{changed: 1, by: map[int]int64{0: 1}}); err != nil {
		return err
	}
	if err := b.probes(ctx, "corrected row", sel, 0); err != nil {
		return err
	}
	if err := m.does(ctx, b, "release", connectors.Release, sel, mark, tally{changed: 1}); err != nil {
		return err
	}
	by := b.Lookup("people")
	return b.became(ctx, "people", likely, but(is(by, b.person(1)[by]), with(connectors.Row{"name": "Kowalska"})))
}

func (m blocking) path(ctx context.Context, b *Bench) error {
	if err := m.does(ctx, b, "block", connectors.Block, b.People(1, 2), mark, tally{changed: 2}); err != nil {
		return err
	}
	return b.agrees(ctx, b.over("leases", []connectors.Hop{b.toParties(), b.toLeases()}, "C-1", "C-2", "C-10"),
		"Each hop looks where Block put rows, too.")
}

func (m blocking) unknownMethod(ctx context.Context, b *Bench) error {
	_, err := b.apply(ctx, blocking{"by_magic"}.treat(connectors.Block, b.People(1), mark))
	likely := "There is no silent default: only methods of Description.Blocking are carried out."
	if err := refuses(err, connectors.ErrNotSupported, "block by_magic", likely); err != nil {
		return err
	}
	return b.probes(ctx, "row", b.People(1), 1)
}
