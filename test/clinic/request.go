package clinic

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
)

// Controller is whose most of the purposes are; the site's are another's.
const Controller = "Centrum Stomatologii „Pod Dębem” sp. z o.o."

// Ask writes a request of a patient into a file: all of it, identity seen, by the numbers the patient has. change may say more of it.
func Ask(t testing.TB, id, right string, p *sample.Patient, change func(map[string]any)) string {
	t.Helper()
	var ids []map[string]any
	for _, x := range [][2]string{{"pesel", p.PESEL}, {"patient_no", p.No}, {"email", p.Email}} {
		if x[1] != "" {
			ids = append(ids, map[string]any{"kind": x[0], "value": x[1], "verified": true})
		}
	}
	r := map[string]any{
		"id": id, "right": right, "subject": map[string]any{"identifiers": ids}, "received_at": "2026-11-04T09:30:00+01:00",
		"asked": map[string]any{"channel": "office"}, "identity": map[string]any{"verified_at": "2026-11-05T12:00:00+01:00", "method": "document_seen"},
		"reply": map[string]any{"channel": "post", "language": "pl"},
	}
	if right == "erasure" {
		r["ground"], r["scope"] = "art17_1_a", map[string]any{"all": true}
	}
	if change != nil {
		change(r)
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "request.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
