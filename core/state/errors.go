package state

import "errors"

// The errors callers tell apart.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	ErrFenced   = errors.New("another worker has taken the step over")
	ErrMissing  = errors.New("no state")
	ErrNewer    = errors.New("the state was made by a newer dossier")
)
