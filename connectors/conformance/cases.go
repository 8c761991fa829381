package conformance

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Cases are all cases of the suite; those about blocking once for each method the card offers.
func Cases(d connectors.Description) []Case {
	out := slices.Concat(cardCases(), findCases(), valueCases(), pathCases(), condCases(), deleteCases(), setCases(),
		ensureCases(), recountCases(), ceilingCases(), confirmCases(), contextCases(), parallelCases(), snapshotCases(), secretCases())
	for _, method := range d.Blocking {
		out = append(out, blockCases(method, len(d.Blocking) > 1)...)
	}
	return out
}

// does allows a case where the card has all of these verbs.
func does(verbs ...connectors.Verb) func(connectors.Description) bool {
	return func(d connectors.Description) bool {
		return !slices.ContainsFunc(verbs, func(v connectors.Verb) bool { return !d.Does(v) })
	}
}

// both allows a case where a and b do.
func both(a, b func(connectors.Description) bool) func(connectors.Description) bool {
	return func(d connectors.Description) bool { return a(d) && b(d) }
}

func covers(verbs ...connectors.Verb) []string {
	var out []string
	for _, v := range verbs {
		out = append(out, "verb "+string(v))
	}
	return out
}
