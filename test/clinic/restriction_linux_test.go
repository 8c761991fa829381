package clinic_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
)

// restricted puts a patient out of reach in every store, and lifts it again. In a conversation another patient writes in, hers alone go; the rest
// goes on, and her number in it is only marked. Afterwards everything is what it was.
func restricted(t *testing.T, h *house) {
	who := h.Cast.Demo
	before := h.Snapshot(t)
	all := map[string]any{"all": true}
	p, _ := h.does(t, "2026-100003", "restriction", who, map[string]any{"controller": theClinic, "ground": "art18_1_c", "scope": all})

	want := before.With()
	for _, exactly := range []string{"records/patients/1", "records/visits/1", "billing/payers/" + who.PayerNo, "billing/invoices/FV/1", "billing/invoices/FV/2", "desk/threads/" + clinic.Thread(who, 1)} {
		want.Gone(t, exactly)
	}
	want.Gone(t, want.Names("records/record_entries/1/", "billing/items/FV/1/", "billing/items/FV/2/", "desk/appointments/"+clinic.ID(who, 0), "desk/photos.files/"+clinic.ID(who, 700),
		"desk/photos.chunks/"+clinic.ID(who, 800), "images/xrays/"+who.No+"/")...)
	want.Gone(t, "records/disclosures/1", "records/disclosures/2", "records/referrals/"+who.Referrals[0].No, "records/guarantees/"+who.Guarantees[0].No)
	want.Lose(t, "desk/threads/"+clinic.Thread(who, 0), `"author_no": "`+who.No+`"`)
	exports := h.dosesOf(who)
	for _, name := range exports {
		want.Lose(t, name, who.No)
	}
	seen := h.Snapshot(t)
	want.Rewritten(seen, exports...)
	same(t, want, seen)
	if got := fates(p); !slices.Contains(got, "desk/threads: mark 1, shared") || !slices.Contains(got, "records/orders: refer 1, processor") || !slices.Contains(got, "desk/questions: refer 1, other_controller site_messages") {
		t.Errorf("not said: %s", strings.Join(got, "; "))
	}
	h.told(t, p.Request, "accountant", "health_fund", "it", "laboratory", "payments")

	p, _ = h.does(t, "2026-100004", "access", who, map[string]any{"controller": theClinic})
	pack := h.parcel(t, p.Request)
	h.holdsAll(t, pack, who)
	for _, c := range pack.index.Collections {
		if c.Restricted == "" && !c.Own && c.Title != "Karty papierowe" {
			t.Errorf("%s is not marked as restricted", c.Title)
		}
	}
	meanwhile := h.Snapshot(t)
	want.Rewritten(meanwhile, exports...)
	same(t, want, meanwhile)

	notice := h.Now
	h.Later(9 * 24 * time.Hour)
	p, _ = h.does(t, "2026-100005", "lift", who, map[string]any{"controller": theClinic, "scope": all, "restriction": map[string]any{"of": "2026-100003", "notice_sent_at": notice}})
	after := h.Snapshot(t)
	rewritten := exports
	for _, x := range who.XRays {
		rewritten = append(rewritten, "images/"+clinic.ImageKey(who, x))
	}
	before.Rewritten(after, rewritten...)
	same(t, before, after)
	held, err := h.Held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for system, n := range held {
		if n != 0 {
			t.Errorf("%s still holds %d", system, n)
		}
	}
	h.told(t, p.Request, "accountant", "health_fund", "it", "laboratory", "payments")
}

// dosesOf are the exports a patient stands in, by their names in a snapshot.
func (h *house) dosesOf(p *sample.Patient) (out []string) {
	for _, d := range p.Doses {
		if name := h.Doses(d.Day[:len("2006-01")]); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// rectified corrects a patient's telephone, name, address and diagnosis. Where the old value stands as hers it is replaced, an entry of the record and an invoice stay as
// they are, and the person she authorised keeps the telephone they shared.
func rectified(t *testing.T, h *house) {
	who := h.Cast.Demo
	want := h.Snapshot(t).With()
	change := func(category, from, to string) map[string]any {
		return map[string]any{"category": category, "from": from, "to": to}
	}
	p, st := h.does(t, "2026-100006", "rectification", who, map[string]any{"controller": theClinic, "corrections": []any{
		change("contact.phone", who.Phone, "600 700 800"), change("identity.name.family", who.Last, "Dębowska-Nowa"), change("contact.address", who.Address, "ul. Nowa 1, 00-950 Warszawa"),
		change("health.diagnosis", "K04.0", "K04.1"), change("finance.date", "2023-10-14", "2023-10-15"),
	}})
	if st.Outcome != "fulfilled" {
		t.Errorf("the outcome is %s", st.Outcome)
	}
	const row = "records/patients/1"
	want.Set(t, row, "phone", "600 700 800")
	want.Set(t, row, "last_name", "Dębowska-Nowa")
	want.Replace(t, row, "\ncreated_at=", "\nstatement=Rozpoznanie (art. 16 RODO): K04.1 (dotąd: K04.0)\ncreated_at=")
	want.Set(t, "billing/payers/"+who.PayerNo, "address", "ul. Nowa 1, 00-950 Warszawa")
	want.Replace(t, "desk/appointments/"+clinic.ID(who, 0), who.Phone, "600 700 800")
	same(t, want, h.Snapshot(t))
	if got := fates(p); !slices.Contains(got, "billing/invoices: manual 1, by_hand") || !slices.Contains(got, "records/entries: keep 1, annotated") {
		t.Errorf("not said: %s", strings.Join(got, "; "))
	}
	h.told(t, p.Request, "accountant", "health_fund", "it", "laboratory", "payments")
	who.Phone, who.Last, who.Address = "600 700 800", "Dębowska-Nowa", "ul. Nowa 1, 00-950 Warszawa"
	who.Statement = fmt.Sprintf("Rozpoznanie (art. 16 RODO): %s (dotąd: %s)", "K04.1", "K04.0")
}
