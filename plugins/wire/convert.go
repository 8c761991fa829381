package wire

import (
	"errors"
	"slices"
	"strings"
)

// ErrMessage is a message that is not of the protocol.
var ErrMessage = errors.New("not a message of the connector protocol")

// to turns the contract's values into messages, from turns messages back. Each keeps the first error, so
// that the functions read as the messages do; a caller looks at err once, at the end.
type (
	to   struct{ err error }
	from struct{ err error }
)

func (c *to) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *from) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// each converts a list; an empty one becomes none.
func each[A, B any](list []A, f func(A) B) []B {
	if len(list) == 0 {
		return nil
	}
	out := make([]B, len(list))
	for i, x := range list {
		out[i] = f(x)
	}
	return out
}

// texts copies a list of names as UTF-8; an empty one becomes none.
func texts[A, B ~string](list []A) []B {
	return each(list, func(s A) B { return B(text(string(s))) })
}

// text makes s fit for a string field, which must be UTF-8.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// empty gives none for an empty list.
func empty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clip(list)
}
