package faults

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// rowLiar is a connector until it has orders: how to lie, and about what, on a line each.
type rowLiar struct{ connectors.Connector }

func (l rowLiar) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	inner, err := l.Connector.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	w, _ := connectors.As[connectors.Writer](inner)
	i, _ := connectors.As[connectors.Inspector](inner)
	return &lying{Store: inner, Inspector: i, writer: w}, nil
}

// lying is a store that says of what it was told to do that it was done. It counts nothing for the host, which therefore looks.
type lying struct {
	connectors.Store
	connectors.Inspector
	writer connectors.Writer
	said   []connectors.Treatment // to have been done
}

func (l *lying) orders() (how, with string) {
	how, with, _ = strings.Cut(order(), "\n")
	return how, with
}

func yes(context.Context, []connectors.Outcome) error { return nil }

// Close does, told to be late, what should have been done long before.
func (l *lying) Close() error {
	if how, _ := l.orders(); how == "late" && l.said != nil {
		if _, err := l.writer.Apply(context.Background(), l.said, connectors.ApplyOptions{Confirm: yes}); err != nil {
			return errors.Join(err, l.Store.Close())
		}
	}
	return l.Store.Close()
}

// Locate does not see, told to be late, what was said to be done.
func (l *lying) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if how, _ := l.orders(); how != "late" || l.said == nil {
		return l.Store.Locate(ctx, sel, out)
	}
	hidden := map[string]bool{}
	for _, t := range l.said {
		if t.On.Collection.At != sel.Collection.At {
			continue
		}
		t.On.Fields = sel.Collection.Key
		err := connectors.Each(ctx, l.Store, t.On, func(_ int, key []any) error {
			hidden[connectors.Tuple{Values: key}.ID()] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	sel.Fields = append(slices.Clip(sel.Fields), sel.Collection.Key...)
	return connectors.Each(ctx, l.Store, sel, func(person int, row []any) error {
		n := len(row) - len(sel.Collection.Key)
		if hidden[connectors.Tuple{Values: row[n:]}.ID()] {
			return nil
		}
		return out.Add(person, row[:n]...)
	})
}

// Apply follows orders.
func (l *lying) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	switch how, with := l.orders(); how {
	case "nothing", "late": // is done; the counts are right
		l.said = do
		return l.claim(ctx, do, opt)
	case "skip": // a collection, and say that it was done
		skipped := func(t connectors.Treatment) bool { return t.On.Collection.Name == with }
		out, err := l.writer.Apply(ctx, slices.DeleteFunc(slices.Clone(do), skipped), opt)
		if err != nil {
			return out, err
		}
		more, err := l.claim(ctx, slices.DeleteFunc(slices.Clone(do), func(t connectors.Treatment) bool { return !skipped(t) }), opt)
		return append(out, more...), err
	case "beside": // delete rows of somebody else, and say nothing of it: COLLECTION FIELD VALUE …
		out, err := l.writer.Apply(ctx, do, opt)
		if err != nil {
			return out, err
		}
		words := strings.Fields(with)
		for _, t := range do {
			if t.On.Collection.Name != words[0] {
				continue
			}
			t.Verb, t.Assign, t.Capture, t.AtMost = connectors.Delete, nil, nil, 1000
			theirs := connectors.Match{Fields: words[1:2]}
			for _, value := range words[2:] {
				theirs.Values = append(theirs.Values, connectors.Tuple{Values: []any{value}})
			}
			t.On = connectors.Selection{Collection: t.On.Collection, Any: []connectors.Match{theirs}}
			_, err := l.writer.Apply(ctx, []connectors.Treatment{t}, connectors.ApplyOptions{Confirm: yes})
			return out, err
		}
		return out, errors.New("nothing is done to " + words[0])
	}
	return l.writer.Apply(ctx, do, opt)
}

// claim says that treatments were done, of all rows that are there.
func (l *lying) claim(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	var out []connectors.Outcome
	for _, t := range do {
		o := connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{}}
		if len(t.Capture) > 0 {
			o.LinkKeys = &connectors.Keys{Fields: t.Capture}
		}
		on := t.On
		on.Fields = t.Capture
		err := connectors.Each(ctx, l.Store, on, func(person int, values []any) error {
			o.Changed++
			o.ByPerson[person]++
			if o.LinkKeys != nil {
				o.LinkKeys.Tuples = append(o.LinkKeys.Tuples, connectors.Tuple{Person: person, Values: values})
			}
			return nil
		})
		if err == nil {
			err = opt.Confirm(ctx, []connectors.Outcome{o})
		}
		if out = append(out, o); err != nil {
			return out, err
		}
	}
	return out, nil
}
