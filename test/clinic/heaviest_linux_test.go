package clinic_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
)

// TestHeaviest erases the patient who has a good part of all rows in every store. Nobody else's row, document, element, object or line of an export changes; what
// was over is gone in every store, nothing that stays names the patient, and the receipt says how much that was.
func TestHeaviest(t *testing.T) {
	h := newHouse(t, sample.Options{Patients: 60, Heavy: 240})
	before := h.Snapshot(t)
	heavy := h.Cast.Heavy
	p, _ := h.does(t, "2026-300001", "erasure", heavy, map[string]any{"controller": theClinic})
	after := h.Snapshot(t)
	h.untouched(t, before, after, heavy)
	hers := h.names(heavy)
	for name := range after {
		if strings.HasPrefix(name, "desk/threads/") || !hers(name) {
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
