package processes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/plugins/host"
)

func noWord(ctx context.Context, opts host.Options, b *conformance.Bench) error {
	opts.ConfirmWithin = 200 * time.Millisecond
	s, err := start(ctx, opts, b)
	if err != nil {
		return err
	}
	defer s.close()
	likely := "Wait for the verdict as long as start.confirm_within says and no longer; then roll back."
	_, err = s.apply(ctx, b, func(asked context.Context, _ []connectors.Outcome) error {
		<-asked.Done() // the connector gave up, or the case did
		return nil
	})
	if ctx.Err() != nil {
		return conformance.Fail(likely).Came("after 200 ms", "still waiting after %s", patient).Want("a rollback")
	}
	if !errors.Is(err, connectors.ErrRefused) {
		return conformance.Fail(likely).Came("Apply", "%v", err).Want("%v", connectors.ErrRefused)
	}
	if err := s.whole(ctx, likely); err != nil {
		return err
	}
	return b.Unchanged(ctx, likely)
}

func largeValue(ctx context.Context, opts host.Options, b *conformance.Bench) error {
	s, err := start(ctx, opts, b)
	if err != nil {
		return err
	}
	defer s.close()
	pid := s.plugin.PID()
	sel := b.People(1)
	sel.Any[0].Values[0].Values = []any{strings.Repeat("x", 10<<20)}
	likely := "A value that is too long for the store matches nothing; it is not an error of the transport."
	n := 0
	err = connectors.Each(ctx, s.store, sel, func(int, []any) error { n++; return nil })
	if errors.Is(err, connectors.ErrTryLater) || s.plugin.PID() != pid {
		return conformance.Fail(likely).Came("Locate", "%v", err).Want("no row, or an error that is not retried")
	}
	if n != 0 {
		return conformance.Fail(likely).Came("rows", "%d", n).Want("0")
	}
	if err := s.whole(ctx, likely); err != nil {
		return fmt.Errorf("afterwards: %w", err)
	}
	return nil
}
