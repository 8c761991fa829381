package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// errMovedOn ends the context of a Confirm whose answer nobody waits for any more.
var errMovedOn = errors.New("the connector no longer waits for a word")

// apply is the host's side of the handshake. The end of ctx does not cut the connection: the connector
// is asked to stop and has Options.Grace to say how far it got, since outcomes come with an error too.
func (r *remote) apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	messages, err := wire.TreatmentsToProto(do)
	if err != nil {
		return nil, err
	}
	c, number, err := r.session(ctx)
	if err != nil {
		return nil, err
	}
	whole, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stream, err := c.rpc.Apply(whole)
	if err != nil {
		return nil, c.broke(ctx, err, nil)
	}
	a := &application{ctx: ctx, child: c, stream: stream, opt: opt, clean: r.cleaner(sentTreatments(do))}
	a.send(&pb.ApplyRequest{Say: &pb.ApplyRequest_Start_{Start: &pb.ApplyRequest_Start{
		Store: number, Treatments: messages, Rehearse: opt.Rehearse, Lock: opt.Lock,
		ConfirmWithin: int64(r.plugin.opts.ConfirmWithin), Progress: connectors.ProgressOf(ctx) != nil,
	}}})
	stop := context.AfterFunc(ctx, func() {
		a.send(&pb.ApplyRequest{Say: &pb.ApplyRequest_Cancel_{Cancel: &pb.ApplyRequest_Cancel{}}})
		late := time.AfterFunc(r.plugin.opts.Grace, cancel)
		context.AfterFunc(whole, func() { late.Stop() })
	})
	defer stop()
	return a.run(whole)
}

// application is one Apply under way.
type application struct {
	ctx    context.Context
	child  *child
	stream grpc.BidiStreamingClient[pb.ApplyRequest, pb.ApplyResponse]
	opt    connectors.ApplyOptions
	clean  func(string) string

	sending   sync.Mutex
	confirmed bool  // at least once
	refused   error // what Confirm said when it was not nil
}

// send drops its error: a stream that cannot be written to ends, and Recv says why.
func (a *application) send(m *pb.ApplyRequest) {
	a.sending.Lock()
	defer a.sending.Unlock()
	_ = a.stream.Send(m)
}

func (a *application) run(whole context.Context) ([]connectors.Outcome, error) {
	answers := a.listen(whole)
	for {
		var h heard
		select {
		case h = <-answers:
		case <-whole.Done(): // cancelled, and the connector had its time
			return nil, a.with(context.Cause(a.ctx))
		}
		if h.err != nil {
			return nil, a.with(a.child.broke(a.ctx, h.err, a.clean))
		}
		if p := h.answer.GetPrepared(); p != nil {
			yes := a.confirm(h.ctx, p)
			a.send(&pb.ApplyRequest{Say: &pb.ApplyRequest_Verdict_{Verdict: &pb.ApplyRequest_Verdict{Number: p.GetNumber(), Confirmed: yes}}})
			continue
		}
		done := h.answer.GetDone()
		if done == nil {
			return nil, a.with(fmt.Errorf("%w: an answer to apply of an unknown kind", wire.ErrMessage))
		}
		outcomes, err := a.outcomes(done.GetOutcomes())
		if fault := wire.FaultError(done.GetFault(), a.clean); fault != nil {
			err = fault
		}
		if err == nil {
			err = a.check(outcomes)
		}
		return outcomes, a.with(err)
	}
}

// heard is one answer of the connector, or the end of the stream. The context is for what the answer
// asks: it ends when the connector says something else instead of waiting, or is gone.
type heard struct {
	ctx    context.Context
	answer *pb.ApplyResponse
	err    error
}

func (a *application) listen(whole context.Context) <-chan heard {
	out := make(chan heard)
	tell := connectors.ProgressOf(a.ctx)
	go func() {
		over := func(error) {}
		defer func() { over(context.Canceled) }()
		for {
			m, err := a.stream.Recv()
			if p := m.GetProgress(); err == nil && p != nil { // it says it beside what it asks
				if tell != nil {
					tell(p.GetDone(), p.GetTotal())
				}
				continue
			}
			over(errMovedOn)
			ctx, cancel := context.WithCancelCause(a.ctx)
			over = cancel
			select {
			case out <- heard{ctx, m, err}:
			case <-whole.Done():
				return
			}
			if err != nil || m.GetDone() != nil {
				return
			}
		}
	}()
	return out
}

// confirm asks the caller. Once refused, no later question is passed on.
func (a *application) confirm(ctx context.Context, p *pb.ApplyResponse_Prepared) bool {
	if a.refused != nil {
		return false
	}
	outcomes, err := a.outcomes(p.GetOutcomes())
	switch {
	case err != nil:
		a.refused = err
	case a.opt.Rehearse:
		a.refused = errors.New("a rehearsal commits nothing")
	case a.opt.Confirm == nil:
		a.refused = errors.New("nobody was there to confirm")
	default:
		a.refused = a.opt.Confirm(ctx, outcomes)
	}
	a.confirmed = a.confirmed || a.refused == nil
	return a.refused == nil
}

// check finds a connector that says it is done though it was not told so.
func (a *application) check(outcomes []connectors.Outcome) error {
	if a.refused != nil && !a.opt.Rehearse {
		return connectors.ErrRefused
	}
	if a.confirmed || a.opt.Rehearse {
		return nil
	}
	for _, o := range outcomes {
		if o.Changed > 0 {
			return fmt.Errorf("%s: %w", o.ID, ErrUnasked)
		}
	}
	return nil
}

// with joins what Confirm said to what the connector made of it, so that a caller finds both.
func (a *application) with(err error) error {
	if err == nil || a.refused == nil || errors.Is(err, a.refused) {
		return err
	}
	return fmt.Errorf("%w: %w", err, a.refused)
}

func (a *application) outcomes(list []*pb.Outcome) ([]connectors.Outcome, error) {
	outcomes, err := wire.OutcomesFromProto(list)
	for i := range outcomes {
		outcomes[i].Notes = wire.Clean(outcomes[i].Notes, a.clean)
	}
	return outcomes, err
}
