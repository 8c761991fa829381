package processes

import (
	"context"
	"errors"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/plugins/host"
)

// second is another process of the connector under test, with the scratch system open and the people in it.
type second struct {
	plugin *host.Plugin
	store  connectors.Store
	people connectors.Collection
	rows   int
}

// start lays the people out through the second process too: what it holds in memory is its own.
func start(ctx context.Context, opts host.Options, b *conformance.Bench) (*second, error) {
	opts.Fixture = true
	p, err := host.Start(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("a second process: %w", err)
	}
	s := &second{plugin: p, people: b.Collection("people"), rows: len(b.Rows("people"))}
	if err := s.lay(ctx, b); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return s, nil
}

func (s *second) lay(ctx context.Context, b *conformance.Bench) error {
	store, err := s.plugin.Open(ctx, b.Subject.Config)
	if err != nil {
		return fmt.Errorf("open in a second process: %w", err)
	}
	s.store = store
	f, ok := connectors.As[connectors.Fixture](store)
	if !ok {
		return errors.New("the second process offers no Fixture")
	}
	if err := f.Load(ctx, map[string][]connectors.Row{s.people.At: b.Rows("people")}); err != nil {
		return fmt.Errorf("laying out in a second process: %w", err)
	}
	return nil
}

// close ends the process; it has ended before in most cases.
func (s *second) close() { _ = s.plugin.Close() }

// ended waits for the process to end, as it must soon.
func (s *second) ended(ctx context.Context, likely string) error {
	select {
	case <-s.plugin.Gone():
		return nil
	case <-ctx.Done():
		return conformance.Fail(likely).Came("process", "still there").Want("ended")
	}
}

// whole says that the second process finds everybody, as they were laid out.
func (s *second) whole(ctx context.Context, likely string) error {
	f, ok := connectors.As[connectors.Fixture](s.store)
	if !ok {
		return errors.New("the second process offers no Fixture")
	}
	dump, err := f.Dump(ctx)
	if err != nil {
		return fmt.Errorf("reading back: %w", err)
	}
	if n := len(dump[s.people.At]); n != s.rows {
		return conformance.Fail(likely).Came("people", "%d rows", n).Want("%d", s.rows)
	}
	return nil
}

// touch is a treatment of two persons by whatever verb the card offers.
func touch(b *conformance.Bench) connectors.Treatment {
	t := connectors.Treatment{ID: "t1", Verb: connectors.Delete, On: b.People(1, 3), AtMost: 10}
	if !b.Card.Does(connectors.Delete) {
		t.Verb = connectors.Set
		t.Assign = []connectors.Assign{{Field: "name", To: "Inna"}}
	}
	return t
}

func changes(d connectors.Description) bool {
	return d.Does(connectors.Delete) || d.Does(connectors.Set)
}

// apply carries out touch in the second process, under confirm.
func (s *second) apply(ctx context.Context, b *conformance.Bench, confirm func(context.Context, []connectors.Outcome) error) ([]connectors.Outcome, error) {
	w, ok := connectors.As[connectors.Writer](s.store)
	if !ok {
		return nil, errors.New("the second process is no Writer")
	}
	return w.Apply(ctx, []connectors.Treatment{touch(b)}, connectors.ApplyOptions{Confirm: confirm})
}
