package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/request"
)

type requestWaitCmd struct {
	ID string `arg:"" help:"A request, or a batch."`
}

// Run works what is due of a request, or of all of a batch.
func (c requestWaitCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openEngine(ctx)
	if err != nil {
		return err
	}
	return either(ctx, e, c.ID, func() error { return a.drainBatch(ctx, e, c.ID) }, func() error { return a.drain(ctx, e, c.ID) })
}

type requestResumeCmd struct {
	ID   string `arg:"" help:"A request, or a batch."`
	Pool bool   `help:"Where it waits for others in a system that pools: work all that wait there now."`
}

// Run wakes what waits and works it.
func (c requestResumeCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openEngine(ctx)
	if err != nil {
		return err
	}
	if c.Pool {
		systems, err := e.WorkPools(ctx, c.ID)
		if err != nil {
			return err
		}
		if len(systems) == 0 {
			a.note(c.ID + " waits in no pool.")
		}
	}
	return either(ctx, e, c.ID, func() error {
		if err := e.ResumeBatch(ctx, c.ID); err != nil {
			return err
		}
		return a.drainBatch(ctx, e, c.ID)
	}, func() error {
		if err := e.Resume(ctx, c.ID); err != nil {
			return err
		}
		return a.drain(ctx, e, c.ID)
	})
}

type requestCancelCmd struct {
	ID string `arg:"" help:"A request, or a batch: every request of it."`
}

// Run cancels.
func (c requestCancelCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	return either(ctx, e, c.ID, func() error {
		return a.cancelBatch(ctx, e, c.ID)
	}, func() error {
		if err := e.Cancel(ctx, c.ID); err != nil {
			return err
		}
		return a.showRequest(ctx, e, c.ID)
	})
}

type requestRejectCmd struct {
	ID     string `arg:""`
	Reason string `required:"" help:"A reason code, as the letter has words for it: manifestly_unfounded, excessive, repeated, identity, unclear, fee_unpaid, secret, deceased, no_ground, legal_obligation, claims, overriding_grounds, left_unexamined, other." placeholder:"CODE"`
}

// Run refuses.
func (c requestRejectCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if err := e.Reject(ctx, c.ID, c.Reason); err != nil {
		return err
	}
	return a.showRequest(ctx, e, c.ID)
}

type requestSettleCmd struct {
	ID      string   `arg:"" help:"A request, or a batch: every request of it."`
	System  string   `required:"" help:"The system that cannot answer."`
	Because string   `required:"" help:"Why, and what is known of it. No personal data."`
	Attach  []string `help:"What proves it: a protocol, a letter. Kept sealed." placeholder:"FILE" sep:"none"`
}

// Run answers for a system.
func (c requestSettleCmd) Run(ctx context.Context, a *app) error {
	proof, err := a.attached(ctx, c.Attach)
	if err != nil {
		return err
	}
	e, err := a.openEngine(ctx)
	if err != nil {
		return err
	}
	return either(ctx, e, c.ID, func() error {
		if err := e.SettleBatch(ctx, c.ID, c.System, c.Because, proof...); err != nil {
			return err
		}
		return a.drainBatch(ctx, e, c.ID)
	}, func() error {
		if err := e.Settle(ctx, c.ID, c.System, c.Because, proof...); err != nil {
			return err
		}
		return a.drain(ctx, e, c.ID)
	})
}

type requestNoteCmd struct {
	ID    string `arg:""`
	Event string `arg:"" help:"identity_asked, identity_given, clarification_asked, extended, complained …"`
	At    string `help:"When it happened, RFC 3339; now unless said." placeholder:"TIME"`

	Reason string `help:"Of an extension, why: complex, or number (of requests)." placeholder:"CODE"`
}

// Run appends an event.
func (c requestNoteCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(request.EventTypes, request.EventType(c.Event)) {
		return usagef(eventHint(c.Event), "there is no event %s", c.Event)
	}
	at := a.now()
	if c.At != "" {
		if at, err = time.Parse(time.RFC3339, c.At); err != nil {
			return usagef("--at 2026-11-09T10:00:00+01:00", "the time cannot be read")
		}
	}
	switch extends := request.EventType(c.Event) == request.Extended; {
	case extends:
		err = e.Extend(ctx, c.ID, c.Reason, at)
	case c.Reason != "":
		return usagef("", "%s takes no --reason; an extension does", c.Event)
	default:
		err = e.Note(ctx, c.ID, request.EventType(c.Event), at)
	}
	if err != nil {
		return err
	}
	return a.showRequest(ctx, e, c.ID)
}

func eventHint(event string) string {
	var names []string
	for _, t := range request.EventTypes {
		names = append(names, string(t))
	}
	if near := datamap.Near(event, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "there are " + strings.Join(names, ", ")
}
