package datamap_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/core/datamap"
)

const cooperative = "../../manifests/cooperative"

func sample(t *testing.T) *datamap.Map {
	t.Helper()
	m, problems := datamap.Load(cooperative)
	if len(problems) > 0 {
		t.Fatalf("the sample has problems:\n%s", problems)
	}
	return m
}

func TestTheSampleLoads(t *testing.T) {
	m := sample(t)
	if got := len(m.Systems); got < 3 {
		t.Fatalf("%d systems", got)
	}
	for _, address := range []string{"register/members.pesel", "ledger/entries", "documents"} {
		if _, err := m.Lookup(address); err != nil {
			t.Error(err)
		}
	}
}
