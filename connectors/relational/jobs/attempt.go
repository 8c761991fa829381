package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// The most attempts at what others stand in the way of, and at what others may stand in the way of: somebody's row may have come between, but
// mostly it is the plan that is wrong.
const (
	Attempts = 5
	Doubts   = 2
)

// Attempt is one attempt at a call.
type Attempt[T Table] struct {
	Call  Call[T]
	asked bool          // the host
	held  time.Duration // how long locks were held, of a rehearsal
}

// Carry makes attempts at a call, each with try, until one is whole or nothing speaks for another. After an error nothing has changed, and the
// outcomes say so. What others stand in the way of is tried again, all of it, as long as the host has not been asked: most is how many attempts
// are made at what ends in an error; anew is called in between.
func Carry[T Table](ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions, try func(*Attempt[T]) error, most func(error) int, anew func()) (*Attempt[T], []connectors.Outcome, error) {
	if err := connectors.ValidateAll(do); err != nil {
		return nil, nil, err
	}
	if !opt.Rehearse && opt.Confirm == nil {
		return nil, nil, errors.New("applying treatments: nobody to confirm them")
	}
	for n := 1; ; n++ {
		a := &Attempt[T]{}
		err := try(a)
		if err == nil {
			return a, a.Call.Outcomes(a.held), nil
		}
		if a.asked || n >= most(err) || !Pause(ctx, n) {
			return a, a.Call.Undone(), err
		}
		anew()
	}
}

// End ends the transaction in which all was done; rows have been locked since a time. Of a rehearsal it is rolled back, otherwise committed
// if the host agrees. end runs a statement, whatever becomes of the context: once the host has confirmed, cancelling it stops nothing.
func (a *Attempt[T]) End(ctx context.Context, opt connectors.ApplyOptions, since time.Time, end func(how string) error) error {
	if opt.Rehearse {
		a.held = time.Since(since)
		return end("ROLLBACK")
	}
	a.asked = true
	if err := opt.Confirm(ctx, a.Call.Outcomes(0)); err != nil {
		return err
	}
	return end("COMMIT")
}
