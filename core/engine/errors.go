package engine

import (
	"errors"
	"fmt"
	"strings"
)

// Errors a caller acts on.
var (
	ErrNotApproved   = errors.New("the plan is not approved")
	ErrNotApplicable = errors.New("the plan cannot be applied as it is")
	ErrExpired       = errors.New("the plan has expired")
	ErrConflict      = errors.New("this id stands for another request")
	ErrState         = errors.New("the request is not in a state that allows this")
)

// WrongAnswer says that a task does not take the answer that was given; nothing was recorded.
type WrongAnswer struct{ Why string }

func (w WrongAnswer) Error() string { return w.Why }

func wrongAnswer(format string, args ...any) error { return WrongAnswer{fmt.Sprintf(format, args...)} }

// Stale says that the world moved between plan and apply; nothing was done.
type Stale struct{ Differences []string }

func (s Stale) Error() string {
	return "the plan is stale, nothing was done: " + strings.Join(s.Differences, "; ")
}

// Waiting says that a request is registered and waits for something before it can go on; nothing is lost.
type Waiting struct{ Request, For, Why string }

func (w Waiting) Error() string {
	return fmt.Sprintf("request %s is registered and waits for %s: %s", w.Request, w.For, w.Why)
}

// Hinted carries what to do next beside what is wrong.
type Hinted struct {
	Err  error
	Hint string
}

func (h Hinted) Error() string { return h.Err.Error() }
func (h Hinted) Unwrap() error { return h.Err }

func hint(err error, format string, args ...any) error {
	return Hinted{err, fmt.Sprintf(format, args...)}
}

// Unfit says that what was asked of a restriction does not fit it: another request is meant, or art. 18(2) does not allow it. Nothing was done.
type Unfit struct{ Text string }

func (u Unfit) Error() string { return u.Text }

func unfit(format string, args ...any) error { return Unfit{fmt.Sprintf(format, args...)} }
