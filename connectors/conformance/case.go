package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// Case is one check. Its full name is Group/Name, as `--run` takes it.
type Case struct {
	Group  string // one of Groups, or one of the caller's own
	Name   string
	Anchor string // in connectors/GUIDE.md
	Rule   string // what must hold, in one line
	// Needs are the fixtures and fields it works on: "people", "people.left_on". Where the shape lacks one, the
	// case is left out.
	Needs []string
	// Can says whether the card allows the case; nil: always.
	Can func(connectors.Description) bool
	// Has says whether the store has an optional capability the case is about; nil: no matter.
	Has func(connectors.Store) bool
	// Covers are the declared capabilities it shows, as [Declared] names them.
	Covers []string
	// Run does it. A *Failure says that the contract is broken; any other error that the case could not be
	// carried out, which fails too.
	Run func(ctx context.Context, b *Bench) error
}

// FullName is Group/Name.
func (c Case) FullName() string { return c.Group + "/" + c.Name }

// Groups of the suite, in the order they run and are printed.
var Groups = []string{"card", "find", "delete", "set", "ensure", "block", "release", "recount", "limits", "secrets", "processes"}

// Failure is a broken promise: what came, what was wanted, and what is likely behind it.
type Failure struct {
	Lines  []Line
	Likely string // a sentence
}

// Line is one observation. Want is empty where the observation is as it should be.
type Line struct{ Label, Got, Want string }

// Fail begins a failure with its likely cause.
func Fail(likely string) *Failure { return &Failure{Likely: likely} }

// Came adds an observation.
func (f *Failure) Came(label, format string, args ...any) *Failure {
	f.Lines = append(f.Lines, Line{Label: label, Got: fmt.Sprintf(format, args...)})
	return f
}

// Want says what the last observation should have been.
func (f *Failure) Want(format string, args ...any) *Failure {
	f.Lines[len(f.Lines)-1].Want = fmt.Sprintf(format, args...)
	return f
}

func (f *Failure) Error() string {
	s := ""
	for _, l := range f.Lines {
		s += l.Label + ": " + l.Got
		if l.Want != "" {
			s += ", want " + l.Want
		}
		s += "; "
	}
	return s + f.Likely
}
