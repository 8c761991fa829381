package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

func recountCases() []Case {
	rec := connectors.Recount
	needs := []string{"leases", "parties"}
	return []Case{
		anywhere(changing("rows", "recount", "a counter becomes the number of rows that refer to its row", needs, recountRows, rec)),
		anywhere(changing("after-delete", "order", "rows deleted earlier in the call are not counted", needs, recountAfter, rec, connectors.Delete)),
		anywhere(changing("persons", "persons", "a counter of two persons counts for each, and once in Changed", needs, recountPersons, rec)),
		anywhere(changing("confirm-no", "confirm", "where the host says no, no counter is set", needs, recountRefused, rec)),
		anywhere(changing("ceiling", "ceilings", "more counters than the ceiling stay as they are", needs, recountCeiling, rec)),
	}
}

func recountLeases(b *Bench) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Recount, On: b.ask("leases", "no", "L-1", "L-2", "L-3"), AtMost: plenty,
		Assign: []connectors.Assign{{Field: "party_count", How: connectors.Count, Over: &connectors.Step{Collection: b.Collection("parties"), From: on("no"), To: on("lease")}}}}
}

const recountLikely = "Count the rows over the edge as they are now; a counter that is right already is not changed."

func recountRows(ctx context.Context, b *Bench) error {
	for i, want := range []tally{{changed: 2, already: 1, by: map[int]int64{0: 2}}, {already: 3, by: map[int]int64{}}} {
		out, err := b.apply(ctx, recountLeases(b))
		if err != nil {
			return fmt.Errorf("apply: %w", err)
		}
		if err := counted([]string{"first call", "second call"}[i], recountLikely, out[0], want); err != nil {
			return err
		}
		if err := b.became(ctx, "leases", recountLikely, but(is("no", "L-2", "L-3"), with(connectors.Row{"party_count": int64(1)}))); err != nil {
			return err
		}
	}
	return nil
}

func recountAfter(ctx context.Context, b *Bench) error {
	del := connectors.Treatment{Verb: connectors.Delete, On: b.ask("parties", "person", int64(2)), AtMost: plenty}
	out, err := b.apply(ctx, del, recountLeases(b))
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if err := counted("recount", recountLikely, out[1], tally{changed: 3, by: map[int]int64{0: 3}}); err != nil {
		return err
	}
	counts := map[any]int64{"L-1": 1, "L-2": 0, "L-3": 1}
	return b.became(ctx, "leases", recountLikely, but(is("no", "L-1", "L-2", "L-3"), func(r connectors.Row) connectors.Row {
		r["party_count"] = counts[r["no"]]
		return r
	}))
}

func recountCeiling(ctx context.Context, b *Bench) error {
	t := recountLeases(b)
	t.AtMost = 1
	_, err := b.apply(ctx, t)
	if err := refuses(err, connectors.ErrMoreRows, "recount of 2, ceiling 1", "AtMost holds for every verb."); err != nil {
		return err
	}
	return b.Unchanged(ctx, "AtMost holds for every verb.")
}

func recountPersons(ctx context.Context, b *Bench) error {
	t := recountLeases(b)
	t.On.Any[0].Values = nil
	for person, no := range []string{"L-2", "L-2", "L-3"} {
		t.On.Any[0].Values = append(t.On.Any[0].Values, connectors.Tuple{Person: person, Values: []any{no}})
	}
	out, err := b.apply(ctx, t)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	return counted("recount", "Changed is rows, ByPerson is rows for each person.", out[0], tally{changed: 2, by: map[int]int64{0: 1, 1: 1, 2: 1}})
}

func recountRefused(ctx context.Context, b *Bench) error { return b.refused(ctx, recountLeases(b)) }
