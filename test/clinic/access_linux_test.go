package clinic_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
)

// accessed gives a patient everything of hers from every store, somebody having looked at what may name others, and nothing else.
func accessed(t *testing.T, h *house) {
	who := h.Cast.Demo
	before := h.Snapshot(t)
	p, st := h.does(t, "2026-100001", "access", who, map[string]any{"controller": theClinic})
	same(t, before, h.Snapshot(t))
	pack := h.parcel(t, p.Request)
	h.holdsAll(t, pack, who)
	if st.Outcome != "partly" { // the doctor's note, and what others answer for, is left out
		t.Errorf("the outcome is %s", st.Outcome)
	}

	// Medical secrecy: what a doctor noted for himself and who he is, who referred her, who may be told, and who wrote it down.
	every := bytes.Join(pack.bodies(), []byte{0})
	secret := []string{"Pacjent niespokojny", "Adam Kierujący", "Recepcja", "Tadeusz", h.Cast.Mother.No, h.Cast.Spouse.No, h.Cast.Spouse.PESEL, "W/000004"}
	for _, x := range append(secret, sample.Doctors...) {
		if bytes.Contains(every, []byte(x)) {
			t.Errorf("the package holds %q", x)
		}
	}
	left, why := map[string]int64{}, map[string]string{}
	for _, l := range pack.index.LeftOut {
		left[l.What], why[l.What] = l.Count, l.Why
	}
	for what, who := range map[string]string{"Pytania ze strony: Pytanie": "inny administrator: Pod Dębem Media sp. z o.o., strona@poddebem.example", "Badania zlecone przez inną poradnię: Okolica": "w imieniu innego administratora"} {
		if !strings.Contains(why[what], who) {
			t.Errorf("%s is left out because %q", what, why[what])
		}
	}
	for what, n := range map[string]int64{"Wpisy w dokumentacji medycznej: Notatka lekarza": 2, "Wpisy w dokumentacji medycznej: Lekarz": 2, "Wizyty: Lekarz": 1, "Skierowania: Lekarz kierujący": 1,
		"Terminy: Zapisał(a)": 1, "Pacjenci: Osoba upoważniona": 1, "Pacjenci: Telefon osoby upoważnionej": 1, "Badania zlecone przez inną poradnię: Okolica": 1, "Pytania ze strony: Pytanie": 1,
		"Lista wysyłkowa: Wybrane tematy": 1} {
		if left[what] != n {
			t.Errorf("of %s %d are said to be left out, want %d", what, left[what], n)
		}
	}
	var told []string
	for _, r := range pack.told.Recipients {
		told = append(told, fmt.Sprintf("%s %s %v", r.Name, r.Last, r.FromRecord))
	}
	slices.Sort(told)
	if want := []string{"Biuro Rachunkowe Saldo  false", "Narodowy Fundusz Zdrowia 2015-02-12 true", "Operator Płatności Szybko S.A.  false", "Pracownia Protetyczna Korona 2014-04-01 true",
		"Serwis Komputerowy Bit  false"}; !slices.Equal(told, want) {
		t.Errorf("the recipients are %q, want %q", told, want)
	}
}

// holdsAll compares every table of a package with what the sample says of the patient, and every file with its bytes.
func (h *house) holdsAll(t *testing.T, pack *parcel, who *sample.Patient) {
	t.Helper()
	want := map[string][]string{}
	add := func(title string, row map[string]any) {
		for name, v := range row {
			if v == "" {
				delete(row, name)
			}
		}
		want[title] = append(want[title], line(row))
	}
	utc := func(at time.Time) string {
		if u := at.UTC(); u.Equal(u.Truncate(24 * time.Hour)) {
			return u.Format(time.DateOnly)
		}
		return at.UTC().Format(time.RFC3339)
	}
	add("Pacjenci", map[string]any{"patient_no": who.No, "pesel": who.PESEL, "payer_no": who.PayerNo, "email": who.Email, "phone": who.Phone, "first_name": who.First, "last_name": who.Last,
		"born_on": who.Born, "died_on": who.Died, "record_kind": who.Kind, "last_contact_on": who.LastContact, "statement": who.Statement})
	for _, v := range who.Visits {
		add("Wizyty", map[string]any{"patient_id": who.ID, "held_at": utc(v.At), "service": v.Service, "complaint": v.Complaint})
		for _, e := range v.Entries {
			add("Wpisy w dokumentacji medycznej", map[string]any{"visit_id": v.ID, "entered_at": utc(e.At), "diagnosis": e.Diagnosis, "text": e.Text, "findings": fmt.Sprintf("map[depth:4.50 tooth:%d]", 10+e.No)})
		}
	}
	for _, x := range who.Referrals {
		add("Skierowania", map[string]any{"patient_id": who.ID, "referral_no": x.No, "issued_on": x.Issued, "served_on": x.Served, "outcome": x.Outcome})
	}
	for _, x := range who.Guarantees {
		add("Gwarancje", map[string]any{"patient_id": who.ID, "guarantee_no": x.No, "given_on": x.Given, "work": x.Work})
	}
	for _, x := range who.Disclosures {
		add("Udostępnienia dokumentacji", map[string]any{"patient_id": who.ID, "recipient": x.Recipient, "sent_on": x.Sent})
	}
	add("Płatnicy", map[string]any{"payer_no": who.PayerNo, "name": who.First + " Dębowska", "address": who.Address, "iban": who.IBAN, "invoice_count": len(who.Invoices)})
	for _, f := range who.Invoices {
		add("Faktury", map[string]any{"series": f.Series, "number": f.Number, "payer_no": who.PayerNo, "tax_on": f.Tax, "due_on": f.Due, "total": clinic.Money(f.Total), "state": f.State})
		for i, x := range f.Items {
			add("Pozycje faktur", map[string]any{"line": i + 1, "service": x.Service, "price": clinic.Money(x.Price)})
		}
	}
	for _, a := range who.Appointments {
		add("Terminy", map[string]any{"patient_no": who.No, "patient_phone": who.Phone, "starts_at": utc(a.Starts.(time.Time)), "reason": a.Reason})
	}
	for _, th := range who.Threads {
		row := map[string]any{"opened_by_patient_no": who.No, "topic": th.Topic}
		if !th.Closed.IsZero() {
			row["closed_at"] = utc(th.Closed)
		}
		add("Rozmowy", row)
		for _, m := range th.Messages {
			if m.Author == "" {
				add("Wiadomości", map[string]any{"author_no": who.No, "sent_at": utc(m.At), "text": m.Text})
			}
		}
	}
	for _, f := range who.Photos {
		add("Zdjęcia przesłane", map[string]any{"metadata_patient_no": who.No, "uploaddate": utc(f.At), "document": sum(f.Contents)})
	}
	for i, x := range who.XRays {
		add("Zdjęcia rentgenowskie", map[string]any{"patient_no": who.No, "taken_on": x.Taken, "image_no": x.No, "document": sum(x.Contents)})
		add("Zestawienie dawek", map[string]any{"patient_no": who.No, "exposed_on": who.Doses[i].Day, "dose_mgy": who.Doses[i].MGy})
	}
	want["Karty papierowe"] = []string{"document=" + sum([]byte(copies))}
	for title := range want {
		slices.Sort(want[title])
	}
	for title := range pack.tables {
		if want[title] == nil {
			t.Errorf("%s is in the package, and nothing says that it should", title)
		}
	}
	for title, rows := range want {
		if !slices.Equal(rows, pack.tables[title]) {
			t.Errorf("%s:\n  %s\nwant\n  %s", title, strings.Join(pack.tables[title], "\n  "), strings.Join(rows, "\n  "))
		}
	}
}

func sum(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

// ported gives a patient what she provided under a contract, to the clinic, and nothing a law, the clinic's interest or another's consent lets it keep; what she wrote leaves after somebody
// looked at it.
func ported(t *testing.T, h *house) {
	who := h.Cast.Demo
	before := h.Snapshot(t)
	p, _ := h.does(t, "2026-100002", "portability", who, map[string]any{"controller": theClinic, "scope": map[string]any{"all": true}})
	same(t, before, h.Snapshot(t))
	pack := h.parcel(t, p.Request)
	count := map[string]int{}
	for title, rows := range pack.tables {
		count[title] = len(rows)
	}
	if want := "map[Gwarancje:1 Pacjenci:1 Rozmowy:2 Terminy:1 Wiadomości:4 Zdjęcia przesłane:1]"; fmt.Sprint(count) != want {
		t.Errorf("the package holds %v, want %s", count, want)
	}
	if want := line(map[string]any{"email": who.Email, "phone": who.Phone}); pack.tables["Pacjenci"][0] != want {
		t.Errorf("of herself it says %s, want %s", pack.tables["Pacjenci"][0], want)
	}
	for _, row := range pack.tables["Wiadomości"] {
		if !strings.Contains(row, "text=") {
			t.Errorf("a message without what she wrote: %s", row)
		}
	}
	if len(pack.index.Files) != 1 { // the photograph she sent in, which somebody looked at; images the law makes the clinic keep are not hers to port
		t.Errorf("files: %v", pack.index.Files)
	}
}

// accessedAfter asks again after the erasure: what was kept is found by what was sealed, and the erasure is named.
func accessedAfter(t *testing.T, h *house) {
	who := h.Cast.Demo
	before := h.Snapshot(t)
	p, _ := h.does(t, "2026-100030", "access", who, map[string]any{"controller": theClinic})
	same(t, before, h.Snapshot(t))
	pack := h.parcel(t, p.Request)
	count := map[string]int{}
	for title, rows := range pack.tables {
		count[title] = len(rows)
	}
	if want := "map[Faktury:1 Karty papierowe:1 Pozycje faktur:1 Płatnicy:1 Rozmowy:1 Wiadomości:2 Zdjęcia rentgenowskie:1 Zestawienie dawek:1]"; fmt.Sprint(count) != want {
		t.Errorf("the package holds %v, want %s", count, want)
	}
}
