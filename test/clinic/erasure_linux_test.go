package clinic_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
)

// erased erases, from the clinic, a patient whose record has lapsed, and of whom something has to stay in most stores. What is to stay is worked out by hand from
// the periods: see sample.Cast and the purposes of the map.
func erased(t *testing.T, h *house) {
	who := h.Cast.Demo
	want := h.Snapshot(t).With()
	p, st := h.does(t, "2026-100020", "erasure", who, map[string]any{"controller": theClinic})
	if st.Outcome != "partly" {
		t.Errorf("the outcome is %s", st.Outcome)
	}

	// The record: last entry 2004, over since 2025. Referral of 2015, guarantee of 2014, disclosures of 2014 and 2015: over. What the other practice ordered is its own.
	want.Gone(t, "records/patients/1", "records/visits/1", "records/record_entries/1/1", "records/record_entries/1/2", "records/disclosures/1", "records/disclosures/2",
		"records/referrals/"+who.Referrals[0].No, "records/guarantees/"+who.Guarantees[0].No)
	// An invoice of 2014 is over, and stays as a number in the books; that of 2023 is kept until the end of 2028, and so is who paid it.
	want.Set(t, "billing/invoices/FV/1", "payer_no", sample.NobodyPayer)
	want.Set(t, "billing/invoices/FV/1", "tax_on", "2014-01-01")
	want.Set(t, "billing/invoices/FV/1", "due_on", "")
	want.Set(t, "billing/items/FV/1/1", "service", "")
	want.Set(t, "billing/items/FV/1/2", "service", "")
	want.Set(t, "billing/payers/"+who.PayerNo, "invoice_count", "1")
	want.Set(t, "billing/payers/"+sample.NobodyPayer, "invoice_count", "1")
	// An appointment, a conversation and a photograph of 2019: over. Another patient and the clinic wrote in the conversation; that of last week goes on.
	want.Gone(t, want.Names("desk/appointments/"+clinic.ID(who, 0), "desk/photos.files/"+clinic.ID(who, 700), "desk/photos.chunks/"+clinic.ID(who, 800))...)
	thread := "desk/threads/" + clinic.Thread(who, 0)
	want.Lose(t, thread, `"author_no": "`+who.No+`"`)
	want.Replace(t, thread, `{"patient_no": "`+who.No+`"}`, `{"patient_no": null}`)
	want.Set(t, thread, "closed_at", `{"$date":{"$numberLong":"1546297200000"}}`) // 2019 began
	// Images of 2012 and 2013, with every version, and their lines in the exports: over. Those of 2022 are kept until the end of 2032.
	for _, x := range who.XRays[:2] {
		want.Gone(t, want.Names("images/"+clinic.ImageKey(who, x))...)
	}
	for _, month := range []string{"2012-06", "2013-06"} {
		want.Lose(t, h.Doses(month), who.No)
	}
	after := h.Snapshot(t)
	want.Rewritten(after, h.Doses("2012-06"), h.Doses("2013-06"))
	same(t, want, after)

	for name, found := range after {
		if strings.Contains(found, who.PESEL) && !strings.HasPrefix(name, "records/imaging_orders/") || strings.Contains(found, who.Phone) && !strings.HasPrefix(name, "records/patients/2") && !strings.HasPrefix(name, "desk/appointments/"+clinic.ID(h.Cast.Spouse, 0)) {
			t.Errorf("%s still names her:\n%s", name, found)
		}
	}
	h.attested(t, p.Request, []string{"billing/invoices anonymise 1", "billing/items anonymise 2", "desk/appointments delete 1", "desk/photos delete 1", "desk/thread_messages delete 2",
		"desk/threads anonymise 1", "images/dose_export delete 2", "images/xrays delete 2", "records/disclosures delete 2", "records/entries delete 2", "records/guarantees delete 1",
		"records/patients delete 1", "records/referrals delete 1", "records/visits delete 1"})
	if ends := kept(h, t, p.Request); !slices.Equal(ends, []string{"billing/invoices 1 2028-12-31", "billing/items 1 2028-12-31", "billing/payers 1 2028-12-31",
		"desk/thread_messages 2 2030-11-05", "images/dose_export 1 2032-12-31", "images/xrays 1 2032-12-31"}) {
		t.Errorf("kept, and until when: %q", ends)
	}
	if s := h.Tombstone(t, p.Request); s != "verified" {
		t.Errorf("the tombstone is %s", s)
	}
	h.told(t, p.Request, "accountant", "health_fund", "it", "laboratory") // of who pays nothing went: the operator of payments has nothing to do
}

// kept are what a receipt says stays, with an end.
func kept(h *house, t *testing.T, id string) (out []string) {
	t.Helper()
	for _, k := range h.Receipt(t, id).Kept {
		if k.Until != "" {
			out = append(out, fmt.Sprintf("%s/%s %d %s", k.System, k.Collection, k.Count, k.Until))
		}
	}
	slices.Sort(out)
	return out
}

// attested wants a receipt that counts so many rows as treated so, all of them acknowledged by their store.
func (h *house) attested(t *testing.T, id string, want []string) {
	t.Helper()
	facts := h.Receipt(t, id)
	if facts == nil {
		t.Fatalf("%s has no receipt", id)
	}
	var got []string
	for _, s := range facts.Systems {
		for _, c := range s.Counts {
			if c.Inferred != 0 {
				t.Errorf("%s/%s: %d rows are inferred", s.Name, c.Treatment, c.Inferred)
			}
			if _, what, _ := strings.Cut(c.Treatment, "/"); c.Committed != 0 && !strings.Contains(what, "/") {
				got = append(got, fmt.Sprintf("%s/%s %s %d", s.Name, c.Collection, what, c.Committed))
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the receipt of %s counts\n  %s\nwant\n  %s", id, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// told wants that these recipients were told, and have done the same.
func (h *house) told(t *testing.T, id string, want ...string) {
	t.Helper()
	var got []string
	for _, n := range h.Receipt(t, id).Recipients {
		if got = append(got, n.Recipient); n.State != "done" {
			t.Errorf("%s: %s is %s", id, n.Recipient, n.State)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: told were %v, want %v", id, got, want)
	}
}

// same wants the stores as they are said to be, down to the last byte.
func same(t *testing.T, want, got clinic.Snapshot) {
	t.Helper()
	for _, line := range want.Diff(got) {
		t.Error(line)
	}
}
