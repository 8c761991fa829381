package view

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/plan"
)

// couple are the plans of two who share a lease and an address, and of one who is left aside.
func couple() *plan.Batch {
	one := func(name string, a ...plan.Action) plan.Collection {
		return plan.Collection{Name: name, Label: name, Actions: a}
	}
	made := func(id, until string) *plan.Plan {
		p := &plan.Plan{Request: id, Right: "erasure", Ground: "art17_1_a", AsOf: time.Date(2026, 11, 6, 11, 20, 0, 0, time.UTC), ExpiresAt: time.Date(2026, 11, 13, 10, 20, 0, 0, time.UTC),
			Complete: true, Applicable: true, Map: "sha256:m", Digest: "sha256:" + id,
			Systems: []plan.System{
				{Name: "register", Label: "Rejestr członków", Reached: true, Roots: 1, Backups: "2026-12-11", Collections: []plan.Collection{
					one("members", plan.Action{Action: plan.Anonymise, Rows: 1, Ceiling: 1, Shell: true, Fields: make([]string, 21), Reason: plan.Reason{Code: plan.LeadsToKept}, Until: &plan.Until{Date: until}}),
					one("leases", plan.Action{Action: plan.Delete, Rows: 2, Ceiling: 12, Reason: plan.Reason{Code: plan.PeriodOver, Purpose: "lease", Since: "2019-12-31"}}),
					one("petitions", plan.Action{Action: plan.NothingFound}),
				}},
				{Name: "ledger", Label: "Księgowość", Reached: true, Backups: "2027-11-06", Collections: []plan.Collection{
					one("readings", plan.Action{Action: plan.Delete, Rows: 1206, Ceiling: math.MaxInt64, Reason: plan.Reason{Code: plan.PeriodOver, Purpose: "lease"}}),
					one("entries", plan.Action{Action: plan.Keep, Rows: 9, Until: &plan.Until{Date: until}, Reason: plan.Reason{Code: plan.Retention, Purpose: "accounting", Law: "ustawa o rachunkowości, art. 74 ust. 2"}},
						plan.Action{Action: plan.Keep, Rows: 1, Reason: plan.Reason{Code: plan.OtherPurpose, Purpose: "newsletter"}, Until: &plan.Until{Criterion: "until the consent is withdrawn"}}),
				}},
				{Name: "shelf", Label: "Akta papierowe", Reached: true, Manual: true, Collections: []plan.Collection{
					one("member_files", plan.Action{Action: plan.Manual, Reason: plan.Reason{Code: plan.ByHand, Explain: "task for Archiwum, by Fri 20 Nov"}})}},
				{Name: "lake", Label: "Hurtownia odczytów", LeftOut: true},
			},
			Tasks:      []plan.Task{{System: "shelf", Kind: "manual"}},
			Attention:  []plan.Attention{{Code: "unknown_date", System: "ledger", Collection: "entries", Text: "a date cannot be read"}},
			Recipients: []plan.Recipient{{Name: "bank", How: "email"}, {Name: "accountant", How: "webhook", Processor: true}, {Name: "waterworks", How: "exempt", Detail: "exemption (a): sees totals per building only"}},
			Warnings:   []string{"register/vehicles has a column no one mapped, colour. Its rows go whole, so nothing of it stays."},
		}
		return p
	}
	a, b := made("2026-000123", "2027-12-31"), made("2026-000124", "2029-12-31")
	b.Recipients = b.Recipients[1:]
	left := []plan.Aside{{Request: "2026-000125", Attention: plan.Attention{Code: "candidate", Text: "rows of documents/petitions may be this person's: the same e-mail stands on another person's row; a person decides"}}}
	return plan.Together("leaving-2026", []*plan.Plan{a, b}, left, []plan.Twice{{System: "register", Collection: "leases", Action: plan.Delete, Reason: plan.PeriodOver, More: 1},
		{System: "ledger", Collection: "readings", Action: plan.Delete, Reason: plan.PeriodOver, More: 206}})
}

func shownBatch(b *plan.Batch) string {
	var out bytes.Buffer
	Batch(&out, b, BatchContext{Now: time.Date(2026, 11, 6, 10, 20, 0, 0, time.UTC), Zone: time.UTC, DueFirst: "2026-12-02", Scope: "everything held", Approval: "another_person", Open: true})
	return out.String()
}

func TestBatch(t *testing.T) {
	b := couple()
	b.Digest = "sha256:" + strings.Repeat("4e", 32)
	got := shownBatch(b)
	if *update {
		if err := os.WriteFile("testdata/batch.golden", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/batch.golden")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Error(d)
	}
	for _, l := range strings.Split(got, "\n") {
		if utf8.RuneCountInString(l) > Width {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(l), l)
		}
	}
}

// TestBatchOfMany: however many are left aside for one reason, they are a few lines; a system that is down is said once, with one command.
func TestBatchOfMany(t *testing.T) {
	b := couple()
	b.Left = nil
	for i := range 1000 {
		b.Left = append(b.Left, plan.Aside{Request: fmt.Sprintf("2026-%06d", i), Attention: plan.Attention{Code: "minor", Text: "this person is a minor; a person decides"}})
	}
	b.Complete, b.Applicable = false, false
	b.Systems[3] = plan.BatchSystem{Name: "helpdesk", Label: "Zgłoszenia", Unreached: "connection refused"}
	got := shownBatch(b)
	if n := strings.Count(got, "\n"); n > 60 {
		t.Errorf("%d lines:\n%s", n, got)
	}
	for _, want := range []string{"2026-000007 and 992 more", "1,000 are left for plans of their own", "dossier plan leaving-2026 --without helpdesk", "Not applicable yet: 1 system not reached.", "not reached: connection refused"} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "dossier --as") {
		t.Error("it names a command that would be refused")
	}
	nobody := plan.Together("b", nil, b.Left[:2], nil)
	if got := shownBatch(nobody); !strings.HasPrefix(got, "Nobody of 2 requests can be planned together with others.") || strings.Contains(got, "apply") {
		t.Error(got)
	}
}
