package processes

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/plugins/host"
)

const watchLikely = "Watch descriptor 3, or let serve.Connector do it: when it can be read to its end, the host is gone; exit at once."

func hostKilled(ctx context.Context, opts host.Options, b *conformance.Bench) error {
	s, err := start(ctx, opts, b)
	if err != nil {
		return err
	}
	defer s.close()
	s.plugin.Abandon()
	return s.ended(ctx, watchLikely)
}

func hostKilledAsked(ctx context.Context, opts host.Options, b *conformance.Bench) error {
	s, err := start(ctx, opts, b)
	if err != nil {
		return err
	}
	defer s.close()
	asked := false
	_, err = s.apply(ctx, b, func(ctx context.Context, _ []connectors.Outcome) error {
		asked = true
		s.plugin.Abandon()
		<-ctx.Done() // as a dead host answers
		return ctx.Err()
	})
	if !asked {
		return conformance.Fail("Call Confirm before anything is committed.").Came("Confirm", "not called; %v", err).Want("called")
	}
	if err == nil {
		return conformance.Fail(watchLikely).Came("Apply", "no error").Want("an error: nobody confirmed")
	}
	if err := s.ended(ctx, watchLikely); err != nil {
		return err
	}
	return b.Unchanged(ctx, "Nothing may be committed before Confirm returned nil.")
}

func killedAsked(ctx context.Context, opts host.Options, b *conformance.Bench) error {
	s, err := start(ctx, opts, b)
	if err != nil {
		return err
	}
	defer s.close()
	_, err = s.apply(ctx, b, func(ctx context.Context, _ []connectors.Outcome) error {
		if err := s.kill(); err != nil {
			return err
		}
		<-ctx.Done()
		return nil // too late: nobody is there to hear it
	})
	likely := "Nothing may be committed before Confirm returned nil."
	if !errors.Is(err, host.ErrDied) {
		return conformance.Fail(likely).Came("Apply", "%v", err).Want("%v", host.ErrDied)
	}
	return b.Unchanged(ctx, likely)
}

func killedReading(ctx context.Context, opts host.Options, b *conformance.Bench) error {
	s, err := start(ctx, opts, b)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.kill(); err != nil {
		return err
	}
	if err := s.ended(ctx, "A killed process ends."); err != nil {
		return err
	}
	if err := s.lay(ctx, b); err != nil {
		return conformance.Fail("What a dead process leaves behind (locks, journals, temporary files) must not keep the next one from opening the store.").Came("the next call", "%v", err).Want("no error")
	}
	return s.whole(ctx, "The next process must find what the one before it left.")
}

// kill does to the second process what an administrator or the kernel may do at any time.
func (s *second) kill() error {
	p, err := os.FindProcess(s.plugin.PID())
	if err != nil {
		return err
	}
	if err := p.Kill(); err != nil {
		return fmt.Errorf("kill: %w", err)
	}
	return nil
}
