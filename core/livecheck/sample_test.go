package livecheck_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/livecheck"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

const cooperative = "../../manifests/cooperative"

// TestTheSampleAgreesWithItsStores lays the sample out and checks its map against what the stores say.
func TestTheSampleAgreesWithItsStores(t *testing.T) {
	m, problems := datamap.Load(cooperative)
	if m == nil {
		t.Fatal(problems)
	}
	laid, err := sample.Lay(t.Context(), t.TempDir(), sample.Options{Members: 60})
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]connectors.Connector{"sqlite": sqlite.Connector{}, "files": files.Connector{}}
	for _, s := range m.Systems {
		if s.Connector == datamap.Manual { // paper: nothing to inspect
			continue
		}
		c := by[s.Connector]
		config, err := s.Settings(func(name string) string { return laid.Env()[name] })
		if err != nil {
			t.Fatal(err)
		}
		store, err := c.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		inspector, ok := connectors.As[connectors.Inspector](store)
		if !ok {
			t.Fatalf("%s cannot be inspected", s.Connector)
		}
		schema, err := inspector.Inspect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d := c.Describe()
		if d.Blocking == nil {
			d.Blocking = []string{"move"} // it does not block at all; here its store is compared
		}
		found := append(livecheck.Card(s, d), livecheck.Against(s, schema)...)
		if len(found) > 0 {
			t.Errorf("%s:\n%s", s.Name, datamap.Show(cooperative, found))
		}
	}
}
