package view

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// everything is a plan with something of each kind: systems that were and were not reached, paper, shells, candidates, tasks.
func everything() *plan.Plan {
	day := func(d string) *plan.Until { return &plan.Until{Date: d} }
	one := func(name string, a ...plan.Action) plan.Collection { return plan.Collection{Name: name, Actions: a} }
	return &plan.Plan{Request: "2026-000123", Right: "erasure", Ground: "art17_1_b", Digest: "sha256:" + strings.Repeat("4e", 32), ExpiresAt: time.Date(2026, 11, 13, 10, 20, 0, 0, time.UTC),
		FoundBy: []plan.FoundBy{{System: "register", Kinds: []string{"pesel", "email"}}, {System: "ledger", Kinds: []string{"member_no"}}, {System: "documents", Kinds: []string{"member_no"}}},
		Systems: []plan.System{
			{Name: "register", Label: "Rejestr członków", Reached: true, Backups: "2026-12-11", Collections: []plan.Collection{
				one("members", plan.Action{Action: plan.Anonymise, Rows: 1, Fields: make([]string, 21), Reason: plan.Reason{Code: plan.LeadsToKept}, Until: day("2028-12-31"), Shell: true}),
				one("subscriptions", plan.Action{Action: plan.Delete, Rows: 1, Reason: plan.Reason{Code: plan.Withdrawn, Purpose: "newsletter"}}),
				one("leases", plan.Action{Action: plan.Delete, Rows: 1, Reason: plan.Reason{Code: plan.PeriodOver, Purpose: "lease", Since: "2019-12-31"}},
					plan.Action{Action: plan.Keep, Rows: 1, Reason: plan.Reason{Code: plan.Shared, Explain: "another member holds it too"}}),
				one("petitions", plan.Action{Action: plan.NothingFound}),
			}},
			{Name: "ledger", Label: "Księgowość", Reached: true, Backups: "2027-11-06", Collections: []plan.Collection{
				one("entries", plan.Action{Action: plan.Keep, Rows: 9, Until: day("2027-12-31"), Reason: plan.Reason{Code: plan.Retention, Purpose: "accounting", Law: "ustawa o rachunkowości, art. 74 ust. 2"}}),
				one("letters", plan.Action{Action: plan.Keep, Rows: 2, Until: day("2028-12-31"), Reason: plan.Reason{Code: plan.Exception, Explain: "art17_3_e"}}),
			}},
			{Name: "documents", Label: "Teczki elektroniczne", Reached: true, Collections: []plan.Collection{
				one("scans", plan.Action{Action: plan.Review, Rows: 9, Fields: []string{"$document"}, Reason: plan.Reason{Code: plan.NeedsReview, Explain: "may name others"}}),
				one("meter_import_of_all_the_flats_there_ever_were", plan.Action{Action: plan.Delete, Rows: 9840, Reason: plan.Reason{Code: plan.CopyOf, Explain: "copy of ledger/readings"}, Detail: "36 files are rewritten"}),
			}},
			{Name: "shelf", Label: "Akta papierowe", Reached: true, Manual: true, Collections: []plan.Collection{one("member_files", plan.Action{Action: plan.Manual, Reason: plan.Reason{Explain: "task for Archiwum, by Fri 20 Nov"}})}},
			{Name: "helpdesk", Label: "Zgłoszenia usterek", Unreached: "connection refused"},
			{Name: "lake", Label: "Hurtownia odczytów", LeftOut: true},
			{Name: "images", Label: "Zdjęcia", Reached: true, PooledUntil: "2026-11-13", Collections: []plan.Collection{one("scans", plan.Action{Action: plan.Delete, Rows: 3, Reason: plan.Reason{Code: plan.PeriodOver}})}},
		},
		Candidates: []plan.Candidate{{System: "documents", Collection: "petitions", Rows: 2, Matched: []string{"email"}, Why: "the same value stands on another person's row"}},
		Tasks:      []plan.Task{{System: "shelf", Collection: "member_files", Kind: "manual", Department: "Archiwum", By: "2026-11-20", Text: "look for the folder and destroy what the plan names"}},
		Attention:  []plan.Attention{{System: "register", Collection: "members", Text: "a date cannot be read"}, {System: "ledger", Collection: "entries", Text: "a date cannot be read"}},
		Recipients: []plan.Recipient{{Name: "bank", How: "email"}, {Name: "accountant", How: "webhook", Processor: true}, {Name: "waterworks", How: "exempt", Detail: "exemption (a): sees totals per building only"}},
		Totals:     []plan.Total{{Action: plan.Delete, Rows: 9842}, {Action: plan.Anonymise, Rows: 1}, {Action: plan.Keep, Rows: 12}},
		Rehearsal:  []plan.Rehearsal{{System: "register", Locks: 541, Held: "200ms"}, {System: "ledger", Held: "0s"}},
	}
}

func TestPlan(t *testing.T) {
	var b bytes.Buffer
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	Plan(&b, everything(), PlanContext{Now: time.Date(2026, 11, 6, 10, 20, 0, 0, time.UTC), Zone: zone, DueStrict: "2026-12-02", DueCode: "2026-12-03", Scope: "everything held", Open: true,
		Kinds: map[string]string{"pesel": "PESEL", "email": "a verified e-mail", "member_no": "member number"}})
	if *update {
		if err := os.WriteFile("testdata/plan.golden", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/plan.golden")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Error(d)
	}
	for _, l := range strings.Split(b.String(), "\n") {
		if utf8.RuneCountInString(l) > Width {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(l), l)
		}
	}
	if strings.Contains(b.String(), "$document") || strings.Contains(b.String(), "\x1b") {
		t.Error("it holds $document, or an escape sequence, which is for terminals alone")
	}
}
