package shells

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// Settle is what is to be done where a row cannot come back.
const Settle = "the held row is unharmed; compare it with what is there now, and settle it by hand"

// Lift is a call in which held rows, of type R, go back to their tables, of type T.
type Lift[T, R any] interface {
	Title(t T) string
	// Away are the foreign keys by which a table's rows, or only their shells, refer to others.
	Away(t T, shells bool) ([]Reference, error)
	// Other finds the table a reference leads to; false where none of its rows can be held.
	Other(r Reference) (T, bool, error)
	// Whole finds the held rows of another table that held rows refer to and nothing of which stands there, and writes down that something is
	// to: the same row is not found twice.
	Whole(t T, rows []R, r Reference, other T) ([]R, error)
	// Leave puts shells where rows were that [Lift.Whole] found.
	Leave(t T, rows []R) error
	// Lost says whether a held row refers to one of which nothing stands in its table.
	Lost(t T, rows []R, r Reference) (bool, error)
}

// Uphold sees to it, before held rows come back, that what they refer to stands in its table. A row they refer to that is restricted itself,
// and was moved whole while nothing referred to it, leaves a shell now, and so does what that shell refers to. Where one is gone it is a conflict.
func Uphold[T, R any](l Lift[T, R], t T, rows []R) error { return uphold(l, t, rows, false) }

func uphold[T, R any](l Lift[T, R], t T, rows []R, shells bool) error {
	if len(rows) == 0 {
		return nil
	}
	refs, err := l.Away(t, shells)
	if err != nil {
		return err
	}
	for _, r := range refs {
		other, held, err := l.Other(r)
		if err != nil {
			return err
		}
		if held {
			whole, err := l.Whole(t, rows, r, other)
			if err == nil {
				err = uphold(l, other, whole, true)
			}
			if err == nil && len(whole) > 0 {
				err = l.Leave(other, whole)
			}
			if err != nil {
				return err
			}
		}
		lost, err := l.Lost(t, rows, r)
		if err != nil {
			return err
		}
		if lost {
			return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: l.Title(t), Detail: Settle,
				Summary: "a restricted row of table " + l.Title(t) + " refers by " + strings.Join(r.From, ", ") + " to a row that is not there any more"})
		}
	}
	return nil
}
