package clinic_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
)

// TestMany erases, in a clinic of some hundreds, the patient who has a good part of all rows in every store, and then a hundred others together. Nobody else's row, document, element, object or
// line of an export changes; what of theirs was over is gone, in every store; each has a receipt.
func TestMany(t *testing.T) {
	h := newHouse(t, sample.Options{Patients: 160, Heavy: 240})
	before := h.Snapshot(t)
	heavy := h.Cast.Heavy
	p, _ := h.does(t, "2026-300001", "erasure", heavy, map[string]any{"controller": theClinic})
	after := h.Snapshot(t)
	h.untouched(t, before, after, heavy)
	for name := range after {
		if strings.HasPrefix(name, "desk/threads/") || !h.names(heavy)(name) {
			continue
		}
		if !strings.HasPrefix(name, "billing/invoices/") && !strings.HasPrefix(name, "billing/items/") { // which stay in the books, and name nobody
			t.Errorf("%s is still there", name)
		}
	}
	for name, text := range after {
		if strings.Contains(text, heavy.No) || strings.Contains(text, heavy.PESEL) || strings.Contains(text, heavy.PayerNo) {
			t.Errorf("%s still names the patient", name)
		}
	}
	h.attested(t, p.Request, []string{"billing/invoices anonymise 240", "billing/items anonymise 480", "billing/payers delete 1", "desk/appointments delete 240", "desk/thread_messages delete 48",
		"desk/threads anonymise 24", "images/dose_export delete 80", "images/xrays delete 80", "records/entries delete 480", "records/patients delete 1", "records/visits delete 240"})

	var who []*sample.Patient
	for _, x := range h.Patients[len(h.Patients)-160:] {
		if x.Born < "2008" && len(who) < 100 { // who is younger does not act alone
			who = append(who, x)
		}
	}
	h.together(t, who)
}

// together erases patients as a batch, from the file of requests to their receipts.
func (h *house) together(t *testing.T, who []*sample.Patient) {
	t.Helper()
	before := h.Snapshot(t)
	var lines bytes.Buffer
	for i, p := range who {
		at := h.Now.Add(-time.Hour)
		b, err := json.Marshal(map[string]any{"id": fmt.Sprintf("B-%d", i+1), "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true}, "received_at": at, "controller": theClinic,
			"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "pesel", "value": p.PESEL, "verified": true}, map[string]any{"kind": "patient_no", "value": p.No, "verified": true}}},
			"asked":   map[string]any{"channel": "office"}, "identity": map[string]any{"verified_at": at.Add(time.Minute), "method": "document_seen"}})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	file := filepath.Join(h.Root, "requests.ndjson")
	if err := os.WriteFile(file, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var b plan.Batch
	if err := json.Unmarshal([]byte(h.Must(t, "--json", "plan", file, "--batch", "leavers")), &b); err != nil {
		t.Fatal(err)
	}
	if !b.Applicable || len(b.Requests) != len(who) {
		t.Fatalf("%d of %d planned, left %+v, %v", len(b.Requests), len(who), b.Left, b.Blockers)
	}
	if r := h.RunAs(t, "jan", "", "--json", "apply", b.Batch, "--approve", b.Digest); r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	open := len(who)
	for round := 0; open > 0 && round < 12; round++ {
		open = 0
		for _, r := range b.Requests {
			h.Told(t, r.Request)
		}
		h.Later(25 * time.Hour)
		h.Must(t, "--json", "request", "resume", b.Requests[0].Request)
		for _, r := range b.Requests {
			if h.Standing(t, r.Request).State != "done" {
				open++
				h.Answer(t, r.Request, "")
			}
		}
	}
	if open > 0 {
		t.Fatalf("%d of %d do not come to their end", open, len(who))
	}
	after := h.Snapshot(t)
	h.untouched(t, before, after, who...)
	for i, p := range who {
		h.lapsed(t, before, after, p)
		if h.Receipt(t, fmt.Sprintf("B-%d", i+1)) == nil {
			t.Errorf("%s has no receipt", p.No)
		}
	}
}

// lapsed wants gone what of a patient was over by its own date, and everything else that has one as it was.
func (h *house) lapsed(t *testing.T, before, after clinic.Snapshot, p *sample.Patient) {
	t.Helper()
	is := func(name string, over bool) {
		t.Helper()
		if text, there := after[name]; there == over || !over && text != before[name] {
			t.Errorf("%s: over is %v, there is %v", name, over, there)
		}
	}
	for i, a := range p.Appointments {
		is("desk/appointments/"+clinic.ID(p, i), a.Starts.(time.Time).AddDate(4, 0, 0).Before(sample.Day))
	}
	for i, x := range p.XRays {
		over := x.Taken < "2016-01-01"
		is("images/"+clinic.ImageKey(p, x), over)
		if dose := h.Doses(p.Doses[i].Day[:7]); strings.Contains(after[dose], p.No) && over {
			t.Errorf("%s still holds a line of %s", dose, p.No)
		}
	}
	if p.Newsletter != "" {
		is("desk/newsletter/"+clinic.ID(p, 900), false) // the site's
	}
}

// names tells what in a snapshot is a patient's alone.
func (h *house) names(of ...*sample.Patient) func(string) bool {
	exact, begins := map[string]bool{}, map[string]bool{}
	for _, p := range of {
		exact[fmt.Sprintf("records/patients/%d", p.ID)], exact["billing/payers/"+p.PayerNo] = true, true
		for _, v := range p.Visits {
			exact[fmt.Sprintf("records/visits/%d", v.ID)] = true
			for _, e := range v.Entries {
				exact[fmt.Sprintf("records/record_entries/%d/%d", v.ID, e.No)] = true
			}
		}
		for _, x := range p.Referrals {
			exact["records/referrals/"+x.No] = true
		}
		for _, f := range p.Invoices {
			exact[fmt.Sprintf("billing/invoices/%s/%d", f.Series, f.Number)] = true
			for i := range f.Items {
				exact[fmt.Sprintf("billing/items/%s/%d/%d", f.Series, f.Number, i+1)] = true
			}
		}
		for i := range p.Appointments {
			exact["desk/appointments/"+clinic.ID(p, i)] = true
		}
		for i := range p.Threads {
			exact["desk/threads/"+clinic.Thread(p, i)] = true
		}
		begins["images/xrays/"+p.No+"/"] = true
	}
	return func(name string) bool {
		parts := strings.SplitAfter(name, "/")
		return exact[name] || len(parts) > 3 && begins[strings.Join(parts[:3], "")]
	}
}

// untouched wants everything of everybody but these as it was: rows, documents, what others wrote in their conversations, objects, and every line of an export.
func (h *house) untouched(t *testing.T, before, after clinic.Snapshot, but ...*sample.Patient) {
	t.Helper()
	theirs, numbers := h.names(but...), map[string]bool{}
	for _, p := range but {
		numbers[p.No] = true
	}
	disclosed := map[string]bool{}
	for name, text := range before {
		for _, p := range but {
			if strings.HasPrefix(name, "records/disclosures/") && strings.Contains(text+"\n", fmt.Sprintf("\npatient_id=%d\n", p.ID)) {
				disclosed[name] = true
			}
		}
	}
	others := func(name, text string) string { // what of it is not theirs
		switch {
		case strings.HasPrefix(name, "images/exports/"):
			text = without(text, numbers)
			if _, there := after[name]; !there && !strings.Contains(text, "P-") { // an export nobody else stood in goes with its last line
				return ""
			}
			return text
		case strings.HasPrefix(name, "desk/threads/") && theirs(name):
			return without(strings.Join(messagesOf(text), "\n"), numbers)
		case theirs(name), disclosed[name]:
			return ""
		}
		return text
	}
	changed := 0
	for name, text := range before {
		if strings.HasSuffix(name, " versions") && strings.HasPrefix(name, "images/exports/") {
			continue
		}
		if after[name] != text {
			changed++
		}
		if name != "billing/payers/"+sample.NobodyPayer && others(name, text) != others(name, after[name]) {
			t.Errorf("%s was\n%s\nand is\n%s", name, text, after[name])
		}
	}
	for name := range after {
		if _, there := before[name]; !there {
			t.Errorf("%s is new", name)
		}
	}
	if changed < len(but) {
		t.Errorf("%d of everything changed: too little to show anything", changed)
	}
}

// without leaves lines out that name one of the patients.
func without(text string, numbers map[string]bool) string {
	lines := strings.Split(text, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool {
		i := strings.Index(l, "P-")
		return i >= 0 && len(l) >= i+8 && numbers[l[i:i+8]]
	}), "\n")
}

// messagesOf are the lines of a conversation's messages.
func messagesOf(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return !strings.HasPrefix(l, "messages[] ") })
}
