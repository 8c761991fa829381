package conformance_test

import (
	"context"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/memory"
)

// A store that finds nothing and one that finds everything must between them fail every case about finding.
func TestNoFindCaseIsVacuous(t *testing.T) {
	failed := map[string]bool{}
	var all []string
	for _, found := range []locate{
		func(context.Context, connectors.Store, connectors.Selection, *connectors.Rows) error { return nil },
		narrowed(func(sel *connectors.Selection) { sel.Any, sel.Where, sel.All = nil, nil, sel.Collection.At != "" }),
	} {
		sub := subject()
		sub.Connector = saboteur{memory: &memory.Connector{}, locate: found}
		report, err := conformance.Suite(t.Context(), sub, conformance.Options{Pattern: "find"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range report.Results {
			all = append(all, r.FullName())
			failed[r.FullName()] = failed[r.FullName()] || r.Failure != nil
		}
	}
	if len(all) < 100 {
		t.Errorf("only %d results", len(all))
	}
	slices.Sort(all)
	for _, name := range slices.Compact(all) {
		if !failed[name] {
			t.Errorf("%s passes with a store that finds nothing, and with one that finds everything", name)
		}
	}
}
