package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// soon is how long a call may go on after its context has ended.
const soon = 10 * time.Second

func contextCases() []Case {
	people := []string{"people.name"}
	likely := "Hand the context on to the store, and stop at the first error of Rows.Add."
	return []Case{
		{Group: "limits", Name: "cancelled-locate", Anchor: "context", Rule: "Locate ends at once where its context has ended", Needs: people,
			Run: func(ctx context.Context, b *Bench) error { return cancelledLocate(ctx, b, likely) }},
		{Group: "limits", Name: "cancelled-reading", Anchor: "context", Rule: "Locate ends soon after its context does, in the middle of the rows", Needs: people,
			Run: func(ctx context.Context, b *Bench) error { return midway(ctx, b, likely, true) }},
		{Group: "limits", Name: "reader-gone", Anchor: "context", Rule: "Locate ends where its reader returns an error, and returns that error", Needs: people,
			Run: func(ctx context.Context, b *Bench) error { return midway(ctx, b, likely, false) }},
		limit("cancelled-apply", "context", "Apply changes nothing where its context has ended", always, cancelledApply),
		limit("cancelled-confirm", "context", "Apply rolls back where its context ends while the host is asked", always, cancelledConfirm),
	}
}

// ends waits for f, which is to return soon.
func ends(likely string, f func() error) (err error, failure error) { //nolint:revive,staticcheck // two different errors
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err, nil
	case <-time.After(soon):
		return nil, Fail(likely).Came("after the context ended", "still running after %s", soon).Want("an error at once")
	}
}

func cancelledLocate(ctx context.Context, b *Bench, likely string) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	err, failure := ends(likely, func() error { _, err := b.locate(ctx, b.People(1)); return err })
	if failure == nil && err == nil {
		return Fail(likely).Came("Locate", "no error").Want("the error of the context")
	}
	return failure
}

var errGone = errors.New("the reader has gone")

func midway(ctx context.Context, b *Bench, likely string, cancelled bool) error {
	if _, err := b.crowd(ctx, 200, strings.Repeat("x", connectors.BatchBytes/40)); err != nil { // five batches
		return err
	}
	sel := connectors.Selection{Collection: b.Collection("people"), All: true, Fields: []string{"name"}}
	var batches int
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rows := connectors.NewRows(ctx, len(sel.Fields), func(connectors.Batch) error {
		batches++
		if cancelled {
			cancel()
			return nil
		}
		return errGone
	})
	err, failure := ends(likely, func() error { return b.Store.Locate(ctx, sel, rows) })
	switch {
	case failure != nil:
		return failure
	case batches == 0 && errors.Is(err, connectors.ErrNotSupported):
		return nil // it cannot list all, and gives nobody enough rows to be stopped among them
	case err == nil:
		return Fail(likely).Came("Locate", "no error").Want("an error")
	case !cancelled && !errors.Is(err, errGone):
		return Fail(likely).Came("Locate", "%v", err).Want("the reader's own error, wrapped")
	case batches > 1:
		return Fail(likely).Came("batches after the first error", "%d", batches-1).Want("0")
	}
	return nil
}

func cancelledApply(ctx context.Context, b *Bench) error {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	likely := "Hand the context on to the store; what it did until then is rolled back."
	err, failure := ends(likely, func() error { _, err := b.apply(ended, b.touch(1, 3)); return err })
	if failure != nil {
		return failure
	}
	if err == nil {
		return Fail(likely).Came("Apply", "no error").Want("the error of the context")
	}
	return b.Unchanged(ctx, likely)
}

func cancelledConfirm(ctx context.Context, b *Bench) error {
	ended, cancel := context.WithCancel(ctx)
	defer cancel()
	likely := "No word from the host is a no: roll back."
	opt := connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error {
		cancel()
		<-ctx.Done() // the host is gone: it will never answer
		return fmt.Errorf("asking the host: %w", ctx.Err())
	}}
	err, failure := ends(likely, func() error { _, err := b.applyWith(ended, opt, b.touch(1, 3)); return err })
	if failure != nil {
		return failure
	}
	if err == nil {
		return Fail(likely).Came("Apply", "no error").Want("the error of the context")
	}
	return b.Unchanged(ctx, likely)
}
