package conformance_test

import (
	"context"
	"maps"

	"github.com/dossier-dsr/dossier/connectors"
)

// liars lie about persons, about optional interfaces, and about verbs that few cases are about.
func liars() map[string]lie {
	after := func(f func(do []connectors.Treatment, out []connectors.Outcome)) saboteur {
		return saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			confirm := opt.Confirm
			if confirm != nil {
				opt.Confirm = func(ctx context.Context, told []connectors.Outcome) error { f(do, told); return confirm(ctx, told) }
			}
			out, err := w.Apply(ctx, do, opt)
			f(do, out)
			return out, err
		}}
	}
	persons := func(edit func(map[int]int64) map[int]int64) saboteur {
		return after(func(_ []connectors.Treatment, out []connectors.Outcome) {
			for i := range out {
				out[i].ByPerson = edit(maps.Clone(out[i].ByPerson))
			}
		})
	}
	first := func(by map[int]int64) map[int]int64 {
		var sum int64
		for _, n := range by {
			sum += n
		}
		return map[int]int64{0: sum}
	}
	captured := func(verb connectors.Verb) saboteur {
		return after(func(do []connectors.Treatment, out []connectors.Outcome) {
			for i, o := range out {
				if o.LinkKeys == nil || do[i].Verb != verb {
					continue
				}
				keys := *o.LinkKeys
				keys.Tuples = nil
				for _, t := range o.LinkKeys.Tuples {
					t.Person = 0
					keys.Tuples = append(keys.Tuples, t)
				}
				out[i].LinkKeys = &keys
			}
		})
	}
	commits := func(verb connectors.Verb) saboteur {
		return saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			if opt.Confirm == nil || do[0].Verb != verb {
				return w.Apply(ctx, do, opt)
			}
			said := error(nil)
			confirm := opt.Confirm
			opt.Confirm = func(ctx context.Context, o []connectors.Outcome) error { said = confirm(ctx, o); return nil }
			out, err := w.Apply(ctx, do, opt)
			if err == nil {
				err = said
			}
			return out, err
		}}
	}
	unbounded := func(verb connectors.Verb) saboteur {
		return saboteur{apply: edited(func(t *connectors.Treatment) {
			if t.Verb == verb {
				t.AtMost = 1e9
			}
		})}
	}
	return map[string]lie{
		"counts every row for the first person":         {persons(first), "delete/persons"},
		"counts no persons":                             {persons(func(map[int]int64) map[int]int64 { return nil }), "delete/rows"},
		"captures what it deletes for the first person": {captured(connectors.Delete), "delete/capture"},
		"captures what it sets for the first person":    {captured(connectors.Set), "set/capture"},
		"recounts for the first person":                 {persons(first), "recount/persons"},
		"releases for the first person":                 {persons(first), "release/persons"},
		"ensures whatever is said":                      {commits(connectors.Ensure), "ensure/confirm-no"},
		"recounts whatever is said":                     {commits(connectors.Recount), "recount/confirm-no"},
		"releases whatever is said":                     {commits(connectors.Release), "release/confirm-no"},
		"blocks whatever is said":                       {commits(connectors.Block), "block/confirm-no"},
		"ensures more than the ceiling":                 {unbounded(connectors.Ensure), "ensure/ceiling"},
		"recounts more than the ceiling":                {unbounded(connectors.Recount), "recount/ceiling"},
		"blocks more than the ceiling":                  {unbounded(connectors.Block), "block/ceiling"},
		"releases more than the ceiling":                {unbounded(connectors.Release), "release/ceiling"},
	}
}
