package clinic_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
)

// does plans a request of a patient and carries it out to its end: another person approves, departments do what they are asked, recipients are told, and days pass.
func (h *house) does(t *testing.T, id, right string, p *sample.Patient, more map[string]any) (*plan.Plan, *engine.Standing) {
	t.Helper()
	made := h.planned(t, id, right, p, more)
	return made, h.carry(t, made)
}

// planned is a plan that can be carried out.
func (h *house) planned(t *testing.T, id, right string, p *sample.Patient, more map[string]any) *plan.Plan {
	t.Helper()
	made := h.Plan(t, clinic.Ask(t, id, right, p, func(r map[string]any) {
		r["received_at"] = h.Now.Add(-time.Hour).Format(time.RFC3339)
		r["identity"] = map[string]any{"verified_at": h.Now.Format(time.RFC3339), "method": "document_seen"}
		for k, v := range more {
			r[k] = v
		}
	}))
	if !made.Applicable || !made.Complete {
		t.Fatalf("%s: the plan cannot be carried out: %v, %d to be confirmed, %v", id, made.Blockers, len(made.Candidates), fates(made))
	}
	return made
}

// carry carries a plan out until the request is done.
func (h *house) carry(t *testing.T, p *plan.Plan) *engine.Standing {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copies.pdf")
	if err := os.WriteFile(copied, []byte(copies), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := h.Apply(t, p); r.Code != 0 && r.Code != 4 {
		t.Fatalf("%s: %+v", p.Request, r)
	}
	for range 12 { // a system that pools its erasures waits for days
		h.Answer(t, p.Request, copied)
		h.Told(t, p.Request)
		st := h.Standing(t, p.Request)
		if st.State == "done" {
			return st
		}
		h.Later(25 * time.Hour)
		h.Must(t, "--json", "request", "resume", p.Request)
	}
	text, _ := json.MarshalIndent(h.Standing(t, p.Request), "", " ")
	t.Fatalf("%s does not come to its end:\n%s", p.Request, text)
	return nil
}

// copies are what a department hands in of what it finds on paper.
const copies = "%PDF-1.4 copied from paper"

// The two controllers of the map, and the practice one of them works for.
const (
	theClinic   = clinic.Controller
	theSite     = "Pod Dębem Media sp. z o.o."
	thePractice = "Poradnia Ortodontyczna „Łuk”"
)
