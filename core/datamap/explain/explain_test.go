package explain_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/datamap/explain"
)

var update = flag.Bool("update", false, "write what is explained now into testdata")

func estate(t *testing.T) *datamap.Map {
	t.Helper()
	m, problems := datamap.Load("../testdata/estate")
	if m == nil {
		t.Fatal(problems)
	}
	return m
}

// TestExplained holds what is said of some addresses of the estate.
func TestExplained(t *testing.T) {
	m := estate(t)
	var got strings.Builder
	for _, a := range []string{"register", "shelf", "register/vehicles", "register/members", "register/lease_parties", "register/disclosures",
		"ledger/accounts", "ledger/entries", "ledger/readings", "ledger/arrears_letters", "documents/letters", "helpdesk/ticket_comments",
		"lake/hourly", "shelf/member_files", "register/members.pesel", "register/members.representative_id", "register/members.registered_by",
		"register/members.risk_score", "register/members.emergency_phone", "register/members.status", "register/disclosures.member_id",
		"register/leases.party_count", "ledger/accounts.holder", "ledger/entries.title", "ledger/entries.payer"} {
		e, err := explain.Address(m, a)
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString(e.String() + "\n")
		for line := range strings.Lines(e.String()) {
			if len([]rune(line)) > 101 {
				t.Errorf("wider than 100 columns: %s", line)
			}
		}
	}
	if *update {
		if err := os.WriteFile("testdata/estate.txt", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("testdata/estate.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestEveryAddress explains every place of the maps there are: each says something, and none fails.
func TestEveryAddress(t *testing.T) {
	for _, dir := range []string{"../testdata/estate", "../testdata/full", "../../../manifests/cooperative"} {
		m, problems := datamap.Load(dir)
		if m == nil {
			t.Fatal(problems)
		}
		for _, s := range m.Systems {
			addresses := []string{s.Name}
			for _, c := range s.Collections {
				addresses = append(addresses, c.Address())
				for _, f := range c.Fields {
					addresses = append(addresses, c.Address()+"."+f.Name)
				}
			}
			for _, a := range addresses {
				e, err := explain.Address(m, a)
				if err != nil || len(e.Lines) < 3 || e.Address != a || strings.Contains(e.String(), "%!") {
					t.Errorf("%s: %v\n%v", a, err, e)
				}
			}
		}
	}
}

func TestJSON(t *testing.T) {
	e, err := explain.Address(estate(t), "register/vehicles")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back explain.Explanation
	if err := json.Unmarshal(raw, &back); err != nil || back.Format != explain.Format || !cmp.Equal(*e, back) {
		t.Errorf("%v %s", err, raw)
	}
	if c, err := explain.Address(estate(t), "categories"); err != nil || len(c.Lines) < 120 {
		t.Error(c, err)
	}
}

func TestNearAddresses(t *testing.T) {
	m := estate(t)
	for address, want := range map[string]string{
		"registr":                  "no system registr: did you mean register?",
		"register/vehicle":         "system register has no collection vehicle: did you mean vehicles?",
		"register/vehicles.platte": "register/vehicles maps no field platte: did you mean plate?",
		"register/vehicles.x":      "register/vehicles maps no field x: it maps member_id, plate",
	} {
		if _, err := explain.Address(m, address); err == nil || err.Error() != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}
