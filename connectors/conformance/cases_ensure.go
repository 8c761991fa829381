package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

func ensureCases() []Case {
	ens := connectors.Ensure
	return []Case{
		changing("row", "ensure", "a row that is not there is inserted, once", []string{"addresses"}, ensureRow, ens),
		changing("existing", "ensure", "a row that is there stays as it is", []string{"addresses"}, ensureExisting, ens),
		changing("unique", "ensure", "the row is recognised by the fields of Collection.Key, whatever the table's own key", []string{"people.no", "people.id"}, ensureUnique, ens),
		changing("composite", "ensure", "a row is recognised by its whole key", []string{"parties"}, ensureComposite, ens),
		changing("ceiling", "ceilings", "a row more than the ceiling is not inserted", []string{"addresses"}, ensureCeiling, ens),
		changing("confirm-no", "confirm", "where the host says no, no row is inserted", []string{"addresses"}, ensureRefused, ens),
		{Group: "ensure", Name: "placeholder", Anchor: "order", Rule: "a row ensured first can be pointed at by a later treatment of the same call",
			Needs: []string{"addresses", "people.address"}, Can: does(ens, connectors.Set), Run: ensurePlaceholder},
	}
}

func ensureIn(b *Bench, name string, row connectors.Row, fields ...string) connectors.Treatment {
	t := connectors.Treatment{Verb: connectors.Ensure, On: connectors.Selection{Collection: b.Collection(name)}, AtMost: plenty}
	for _, f := range fields {
		t.Assign = append(t.Assign, connectors.Assign{Field: f, To: row[f]})
	}
	return t
}

// ensures carries out an ensure twice: inserted first, found the second time.
func (b *Bench) ensures(ctx context.Context, t connectors.Treatment, first tally, more ...connectors.Row) error {
	likely := "Insert unless a row with these values of Collection.Key is there; one that is there is Already, and is not updated."
	for i, want := range []tally{first, {already: 1}} {
		out, err := b.apply(ctx, t)
		if err != nil {
			return fmt.Errorf("apply: %w", err)
		}
		if err := counted([]string{"first call", "second call"}[i], likely, out[0], want); err != nil {
			return err
		}
		if err := b.became(ctx, t.On.Collection.Name, likely, same, more...); err != nil {
			return err
		}
	}
	return nil
}

func ensureRow(ctx context.Context, b *Bench) error {
	row := connectors.Row{"id": int64(0), "street": awkward}
	return b.ensures(ctx, ensureIn(b, "addresses", row, "id", "street"), tally{changed: 1}, row)
}

func ensureExisting(ctx context.Context, b *Bench) error {
	return b.ensures(ctx, ensureIn(b, "addresses", connectors.Row{"id": "2", "street": "elsewhere"}, "id", "street"), tally{already: 1})
}

func ensureUnique(ctx context.Context, b *Bench) error {
	t := ensureIn(b, "people", connectors.Row{"id": int64(77), "no": "C-2", "name": "placeholder"}, "id", "no", "name")
	t.On.Collection.Key = []string{"no"}
	return b.ensures(ctx, t, tally{already: 1})
}

func ensureComposite(ctx context.Context, b *Bench) error {
	row := connectors.Row{"lease": "L-1", "person": int64(3), "share": "0"}
	return b.ensures(ctx, ensureIn(b, "parties", row, "lease", "person", "share"), tally{changed: 1}, row)
}

func ensureCeiling(ctx context.Context, b *Bench) error {
	t := ensureIn(b, "addresses", connectors.Row{"id": int64(0), "street": "x"}, "id", "street")
	t.AtMost = 0
	_, err := b.apply(ctx, t)
	likely := "AtMost holds for every verb."
	if err := refuses(err, connectors.ErrMoreRows, "ensure, ceiling 0", likely); err != nil {
		return err
	}
	return b.Unchanged(ctx, likely)
}

func ensureRefused(ctx context.Context, b *Bench) error {
	return b.refused(ctx, ensureIn(b, "addresses", connectors.Row{"id": int64(0), "street": "x"}, "id", "street"))
}

func ensurePlaceholder(ctx context.Context, b *Bench) error {
	row := connectors.Row{"id": int64(0), "street": "-"}
	out, err := b.apply(ctx, ensureIn(b, "addresses", row, "id", "street"), setOn(b.People(1), connectors.Assign{Field: "address", To: "0"}))
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	likely := "Treatments are carried out in order."
	for _, o := range out {
		if err := counted(o.ID, likely, o, tally{changed: 1}); err != nil {
			return err
		}
	}
	if err := b.became(ctx, "addresses", likely, same, row); err != nil {
		return err
	}
	by := b.Lookup("people")
	return b.became(ctx, "people", likely, but(is(by, b.person(1)[by]), with(connectors.Row{"address": int64(0)})))
}
