package conformance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// hit is a row located, and for whom.
type hit struct {
	person int
	values []any
}

// locate reads a selection to its end.
func (b *Bench) locate(ctx context.Context, sels ...connectors.Selection) ([]hit, error) {
	var out []hit
	for _, sel := range sels {
		err := connectors.Each(ctx, b.Store, sel, func(person int, values []any) error {
			out = append(out, hit{person, values})
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// expect is what a selection must find.
func (b *Bench) expect(sel connectors.Selection) ([]hit, error) {
	found, err := b.eval().Select(sel)
	var out []hit
	for _, f := range found {
		for _, p := range f.Persons {
			out = append(out, hit{p, sel.Pick(f.Row)})
		}
	}
	return out, err
}

// missing gives what is in want and not in got, each as often as it is missing.
func (b *Bench) missing(want, got []hit) []hit {
	rest := slices.Clone(got)
	var out []hit
	for _, w := range want {
		i := slices.IndexFunc(rest, func(g hit) bool {
			return g.person == w.person && slices.EqualFunc(g.values, w.values, b.equal)
		})
		if i < 0 {
			out = append(out, w)
			continue
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return out
}

// equal compares a value that came back with the one laid out: the type may differ, NULL may not, unless the
// shape says that the store cannot tell it from the empty text.
func (b *Bench) equal(x, y any) bool {
	if slices.Contains(b.Shape.Lacks, Null) && connectors.Empty(x) && connectors.Empty(y) {
		return true
	}
	return connectors.Equal(x, y)
}

func show(hits []hit) string {
	if len(hits) == 0 {
		return "none"
	}
	var parts []string
	for i, h := range hits {
		if i == 4 {
			parts = append(parts, fmt.Sprintf("and %d more", len(hits)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("%s for person %d", values(h.values), h.person))
	}
	return strings.Join(parts, "; ")
}

// values shows values of fixtures, which belong to nobody, with their types where they matter.
func values(vs []any) string {
	var parts []string
	for _, v := range vs {
		switch x := v.(type) {
		case nil:
			parts = append(parts, "NULL")
		case string, connectors.JSON:
			parts = append(parts, fmt.Sprintf("%.40q", x))
		case []byte:
			parts = append(parts, fmt.Sprintf("% .40x", x))
		default:
			parts = append(parts, fmt.Sprint(x))
		}
	}
	return strings.Join(parts, " ")
}

// differs compares what was located with what was to be found.
func (b *Bench) differs(label, likely string, got, want []hit) error {
	lost, extra := b.missing(want, got), b.missing(got, want)
	if len(lost) == 0 && len(extra) == 0 {
		return nil
	}
	f := Fail(likely).Came(label, "%d rows", len(got)).Want("%d", len(want))
	if len(lost) > 0 {
		f = f.Came("missing", "%s", show(lost))
	}
	if len(extra) > 0 {
		f = f.Came("too much", "%s", show(extra))
	}
	return f
}

// agrees finds a selection pushed down, where the store can, decomposed into key hops, and counted, and
// compares each with what it must find. Fields are added where the selection names none.
func (b *Bench) agrees(ctx context.Context, sel connectors.Selection, likely string) error {
	want, err := b.expect(sel)
	if err != nil {
		return err
	}
	if b.pushes(sel) {
		got, err := b.locate(ctx, sel)
		if err != nil {
			return fmt.Errorf("locate: %w", err)
		}
		if err := b.differs("located", likely, got, want); err != nil {
			return err
		}
		if err := b.counts(ctx, sel); err != nil {
			return err
		}
	}
	if !b.decomposable(sel) {
		return nil
	}
	modest := connectors.Description{MaxValues: max(2, mostValues(sel)/10)}
	if b.Card.MaxValues == 1 {
		modest.MaxValues = 1
	}
	for _, can := range []connectors.Description{{MaxValues: b.Card.MaxValues, Exists: b.Card.Exists}, modest} {
		sels, err := connectors.Decompose(ctx, b.Store, can, sel)
		if err != nil {
			return fmt.Errorf("in key hops: %w", err)
		}
		got, err := b.locate(ctx, sels...)
		if err != nil {
			return fmt.Errorf("in key hops: %w", err)
		}
		if err := b.differs("in key hops", likely, got, want); err != nil {
			return err
		}
	}
	return nil
}

// mostValues is how many tuples the largest Match of a selection has: thousands are not asked for two by two.
func mostValues(sel connectors.Selection) int {
	most := 0
	for _, m := range sel.Any {
		most = max(most, len(m.Values))
	}
	return most
}

// decomposable says whether rows can be looked up by whatever key hops ask for.
func (b *Bench) decomposable(sel connectors.Selection) bool {
	names := []string{sel.Collection.Name}
	for _, m := range sel.Any {
		for _, h := range m.Via {
			names = append(names, h.Collection.Name)
		}
	}
	return !slices.ContainsFunc(names, b.Shape.narrow)
}

// counts compares the store's own count with what is there.
func (b *Bench) counts(ctx context.Context, sel connectors.Selection) error {
	counter, ok := connectors.As[connectors.Counter](b.Store)
	if !ok {
		return nil
	}
	found, err := b.eval().Select(sel)
	if err != nil {
		return err
	}
	by := map[int]int64{}
	for _, f := range found {
		for _, p := range f.Persons {
			by[p]++
		}
	}
	tallies, err := counter.Count(ctx, []connectors.Selection{sel, {}})
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	if len(tallies) != 2 || tallies[0].Total != int64(len(found)) || !sameCounts(tallies[0].ByPerson, by) || tallies[1].Total != 0 {
		return Fail("A row of two persons counts once in Total and for each in ByPerson; the zero selection counts nothing.").
			Came("counted", "%v", tallies).Want("%d in all, by person %v, and none", len(found), by)
	}
	return nil
}

// sameCounts compares counts by person; a person with none may be left out.
func sameCounts(a, b map[int]int64) bool {
	for p, n := range a {
		if n != b[p] {
			return false
		}
	}
	for p, n := range b {
		if n != a[p] {
			return false
		}
	}
	return true
}
