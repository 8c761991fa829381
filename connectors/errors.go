package connectors

import (
	"errors"
	"fmt"
	"time"
)

// Errors a caller acts on. Wrap them; anything else is reported and not retried.
var (
	ErrNotSupported = errors.New("not supported by this store")                 // and not in Describe
	ErrMoreRows     = errors.New("more rows than the ceiling, nothing changed") // plan again
	ErrConflict     = errors.New("a constraint of the store forbids this")      // Notes say which
	ErrTryLater     = errors.New("the store cannot answer now")                 // After(d) says when
	ErrNoCollection = errors.New("no such collection")
	ErrRefused      = errors.New("the host did not confirm, nothing committed")
)

type after struct{ wait time.Duration }

// After is an ErrTryLater that says how long to wait first.
func After(d time.Duration) error { return after{d} }

func (a after) Error() string        { return fmt.Sprintf("the store asks to wait %s", a.wait) }
func (a after) Is(target error) bool { return target == ErrTryLater }

// RetryAfter reads the wait out of an error made by [After]; 0 where it names none.
func RetryAfter(err error) time.Duration {
	var a after
	if errors.As(err, &a) {
		return a.wait
	}
	return 0
}
