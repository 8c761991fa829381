package conformance_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/memory"
)

func TestReadShapes(t *testing.T) {
	shapes, err := conformance.ReadShapes(strings.NewReader(`[{"name": "csv", "lacks": ["null"], "places": {
		"people": {"at": "p.csv", "key": ["id"], "rows": {"format": "csv", "delimiter": ";"}}}}]`))
	if err != nil || len(shapes) != 1 || shapes[0].Places["people"].Rows.Delimiter != ";" {
		t.Errorf("%+v, %v", shapes, err)
	}
	if _, err := conformance.ReadShapes(strings.NewReader(`[{"nane": "csv"}]`)); err == nil {
		t.Error("an unknown member passed")
	}
}

// Without shapes the suite finds out what the fixture makes of fields that end in _ci.
func TestFoldingIsFoundOut(t *testing.T) {
	for _, fold := range []string{"", "login_ci"} {
		sub := conformance.Subject{Connector: &memory.Connector{}, Config: connectors.Config{"name": "x", "fold": fold}}
		report, err := conformance.Suite(t.Context(), sub, conformance.Options{Pattern: "find/case"})
		if err != nil || len(report.Results) == 0 || len(report.Failed()) > 0 {
			t.Errorf("fold %q: %v", fold, err)
		}
	}
}

func TestReportAsJSON(t *testing.T) {
	s := sabotage()["ignores the ceiling"].saboteur
	s.memory = &memory.Connector{}
	sub := subject()
	sub.Connector = s
	report, err := conformance.Suite(t.Context(), sub, conformance.Options{Pattern: "limits/over-ceiling"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"format":"dossier.conformance/v1"`, `"conforms":false`, `"failed":1`, `"case":"limits/over-ceiling"`, `"guide":"connectors/GUIDE.md#ceilings"`, `"want":`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the report lacks %s: %s", want, b)
		}
	}
}
