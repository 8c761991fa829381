package clinic_test

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/clinic"
)

// withdrawn takes consent to the site's news back: of everything else, the clinic's as the site's, nothing changes.
func withdrawn(t *testing.T, h *house) {
	who := h.Cast.Demo
	want := h.Snapshot(t).With()
	p, _ := h.does(t, "2026-100010", "withdrawal", who, map[string]any{"controller": theSite, "scope": map[string]any{"purposes": []string{"marketing"}}})
	want.Gone(t, "desk/newsletter/"+clinic.ID(who, 900))
	same(t, want, h.Snapshot(t))
	h.told(t, p.Request, "social")
	h.attested(t, p.Request, []string{"desk/newsletter delete 1"})
}

// objected stops what the site does with a question, on its own interest alone.
func objected(t *testing.T, h *house) {
	who := h.Cast.Demo
	want := h.Snapshot(t).With()
	p, _ := h.does(t, "2026-100011", "objection", who, map[string]any{"controller": theSite, "ground": "art21_1", "scope": map[string]any{"purposes": []string{"site_messages"}}})
	want.Gone(t, "desk/questions/"+clinic.ID(who, 500))
	same(t, want, h.Snapshot(t))
	h.told(t, p.Request)
	h.attested(t, p.Request, []string{"desk/questions delete 1"})
}

// referred asks the clinic for what it holds for another practice alone: that is left as it is, counted, and referred to who decides about it.
// The site is asked for what the clinic holds, and touches none of it.
func referred(t *testing.T, h *house) {
	before := h.Snapshot(t)
	_, st := h.does(t, "2026-100012", "erasure", h.Cast.ForAnotherOnly, map[string]any{"controller": theClinic})
	if st.Outcome != "referred" {
		t.Errorf("the outcome is %s", st.Outcome)
	}
	p, _ := h.does(t, "2026-100013", "erasure", h.Cast.Spouse, map[string]any{"controller": theSite})
	for _, line := range fates(p) {
		if !strings.Contains(line, ": refer ") || !strings.HasSuffix(line, "for "+theClinic+" to answer") {
			t.Errorf("the site does something with the clinic's: %s", line)
		}
	}
	same(t, before, h.Snapshot(t))
}

// instructed erases what is held for another practice, as that practice instructs.
func instructed(t *testing.T, h *house) {
	who := h.Cast.ForAnotherOnly
	want := h.Snapshot(t).With()
	p, st := h.does(t, "2026-100014", "erasure", who, map[string]any{"controller": theClinic,
		"instruction": map[string]any{"controller": thePractice, "reference": "7/2026", "at": "2026-11-05T10:00:00+01:00"}})
	for _, o := range who.Orders {
		want.Gone(t, "records/imaging_orders/"+o.No)
	}
	same(t, want, h.Snapshot(t))
	if st.Outcome != "fulfilled" {
		t.Errorf("the outcome is %s", st.Outcome)
	}
	h.attested(t, p.Request, []string{"records/orders delete 2"})
}

// visitorErased erases somebody the site alone knows, by an address nobody else has.
func visitorErased(t *testing.T, h *house) {
	who := h.Cast.Visitor
	want := h.Snapshot(t).With()
	h.does(t, "2026-100015", "erasure", who, map[string]any{"controller": theSite, "ground": "art17_1_b"})
	want.Gone(t, "desk/newsletter/"+clinic.ID(who, 900))
	same(t, want, h.Snapshot(t))
}
