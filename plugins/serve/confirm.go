package serve

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

// DefaultConfirmWithin is how long a prepared transaction waits for the host's word.
const DefaultConfirmWithin = 10 * time.Second

var (
	errHostGone  = errors.New("the host is gone")
	errHostStops = fmt.Errorf("the host cancelled: %w", context.Canceled)
	errCallOver  = errors.New("the call is over")
)

// talk is the handshake of one Apply. Once refused, whatever is asked afterwards is refused too.
//
// The connector's context ends when the host cancels or is gone, except between a confirmation and the
// next question: what was confirmed is carried to its end.
type talk struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	stream   grpc.BidiStreamingServer[pb.ApplyRequest, pb.ApplyResponse]
	within   time.Duration
	rehearse bool
	verdicts chan *pb.ApplyRequest_Verdict

	asking sync.Mutex // one question at a time
	number uint64

	mu        sync.Mutex
	confirmed bool  // and not asked again since
	refused   error // why, once and for all
	over      bool  // nothing is told any more
}

func newTalk(stream grpc.BidiStreamingServer[pb.ApplyRequest, pb.ApplyResponse], start *pb.ApplyRequest_Start) *talk {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(stream.Context()))
	t := &talk{
		ctx: ctx, cancel: cancel, stream: stream, rehearse: start.GetRehearse(),
		within: time.Duration(start.GetConfirmWithin()), verdicts: make(chan *pb.ApplyRequest_Verdict, 1),
	}
	if t.within <= 0 {
		t.within = DefaultConfirmWithin
	}
	go t.listen()
	return t
}

// end is the end of the call: who asks afterwards, from a goroutine left behind, is refused.
func (t *talk) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	_ = t.refuse(errCallOver)
	t.cancel(errCallOver)
}

// tell says how far the work is. A host that is slow, or is being asked, has something to look at.
func (t *talk) tell(done, total int64) {
	if !t.mu.TryLock() {
		return
	}
	defer t.mu.Unlock()
	if !t.over {
		_ = t.stream.Send(&pb.ApplyResponse{Answer: &pb.ApplyResponse_Progress{Progress: &pb.Progress{Done: done, Total: total}}})
	}
}

// listen takes what the host says until the stream ends, which it does when Apply returns or the host
// is gone.
func (t *talk) listen() {
	for {
		m, err := t.stream.Recv()
		if err != nil {
			t.stop(errHostGone)
			return
		}
		switch {
		case m.GetVerdict() != nil:
			select {
			case t.verdicts <- m.GetVerdict():
			default: // nobody asked for a second one
			}
		case m.GetCancel() != nil:
			t.stop(errHostStops)
		}
	}
}

func (t *talk) stop(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.refuse(why)
	if !t.confirmed {
		t.cancel(why)
	}
}

// refuse wants t.mu held. The first reason stays.
func (t *talk) refuse(why error) error {
	if t.refused == nil {
		t.refused = why
	}
	return fmt.Errorf("%w: %w", connectors.ErrRefused, t.refused)
}

// confirm is what the connector calls with everything done and nothing committed.
func (t *talk) confirm(ctx context.Context, outcomes []connectors.Outcome) error {
	t.asking.Lock()
	defer t.asking.Unlock()
	if err := t.ask(outcomes); err != nil {
		return err
	}
	why := t.await(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if why == nil && t.refused != nil {
		why = t.refused
	}
	if why != nil {
		return t.refuse(why)
	}
	t.confirmed = true
	return nil
}

// ask sends the outcomes under the next number.
func (t *talk) ask(outcomes []connectors.Outcome) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.confirmed = false
	if t.rehearse {
		return t.refuse(errors.New("a rehearsal commits nothing"))
	}
	if t.refused != nil {
		return t.refuse(t.refused)
	}
	select {
	case <-t.verdicts: // said before it was asked
	default:
	}
	out, err := wire.OutcomesToProto(outcomes)
	if err != nil {
		return t.refuse(err)
	}
	t.number++
	prepared := &pb.ApplyResponse_Prepared{Number: t.number, Outcomes: out}
	if t.stream.Send(&pb.ApplyResponse{Answer: &pb.ApplyResponse_Prepared_{Prepared: prepared}}) != nil {
		return t.refuse(errHostGone)
	}
	return nil
}

// await waits for the verdict on the question asked last; nil is a yes.
func (t *talk) await(ctx context.Context) error {
	patience := time.NewTimer(t.within)
	defer patience.Stop()
	for {
		select {
		case v := <-t.verdicts:
			switch {
			case v.GetNumber() != t.number:
				continue
			case v.GetConfirmed():
				return nil
			}
			return errors.New("the host said no")
		case <-patience.C:
			return fmt.Errorf("no word from the host within %s", t.within)
		case <-t.ctx.Done():
			return context.Cause(t.ctx)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
