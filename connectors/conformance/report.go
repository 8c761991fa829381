package conformance

import (
	"maps"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Result is how one case went.
type Result struct {
	Case    Case
	Shape   string   // where there are several
	Failure *Failure // nil: passed
	Elapsed time.Duration
}

// FullName is the case's, with its shape before it.
func (r Result) FullName() string {
	if r.Shape == "" {
		return r.Case.FullName()
	}
	return r.Shape + ":" + r.Case.FullName()
}

// Report is how a run went.
type Report struct {
	Card    connectors.Description
	Results []Result
	Elapsed time.Duration
	Partial bool // only the cases a pattern chose were run
}

// Conforms says that the whole suite ran and no case failed: some cases that pass prove nothing of the others.
func (r *Report) Conforms() bool { return !r.Partial && len(r.Results) > 0 && len(r.Failed()) == 0 }

// Failed are the results of the cases that failed, in order.
func (r *Report) Failed() []Result {
	var out []Result
	for _, x := range r.Results {
		if x.Failure != nil {
			out = append(out, x)
		}
	}
	return out
}

func (r *Report) add(x Result, progress func(Result)) {
	r.Results = append(r.Results, x)
	if progress != nil {
		progress(x)
	}
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
