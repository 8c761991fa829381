package access

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// TestAwkwardTexts: every text that breaks programs comes back as it was.
func TestAwkwardTexts(t *testing.T) {
	h := newHouse(t, sample.Options{}, exportTexts)
	pack := h.fetch(t, "awkward-access", "2026-4", nil)
	o := h.oracle(t, h.Persons.Awkward)
	want := o.access()
	want["Wpłaty i naliczenia"] = o.entries("account_no,title,amount,booked_on,due_on,status")
	members := want["Członkowie"]
	notes := o.query(o.reg, "notes", "members WHERE id = ?", h.Persons.Awkward.ID)
	at := slices.Index(members.columns, "statement")
	members.columns = slices.Insert(members.columns, at, "notes")
	members.rows[0] = slices.Insert(members.rows[0], at, notes.rows[0][0])
	want["Członkowie"] = members
	pack.compare(t, want)
	tab := pack.tables["Wpłaty i naliczenia"]
	titles := map[string]bool{}
	for _, row := range tab.rows {
		titles[row[slices.Index(tab.names(), "title")].text] = true
	}
	for _, a := range sample.AwkwardTexts() {
		if !titles[a.Text] {
			t.Errorf("the text with %s did not come back", a.Trap)
		}
	}
}

// TestNothingHeld: the answer says that nothing is held but the request and its record, and until when; and where was looked.
func TestNothingHeld(t *testing.T) {
	for lang, words := range map[string][]string{
		"pl": {"Nie przetwarzamy Pani/Pana danych osobowych", "31\u00a0grudnia\u00a02032\u00a0r.", "Księgowość", "Rejestr członków", "Teczki elektroniczne", "Rejestr wniosków", "Zachowujemy je do"},
		"en": {"We hold no personal data about you, apart from this request itself and its entry in our register", "31\u00a0December\u00a02032", "Accounts", "Members&#39; register", "Register of requests", "We keep them until"},
	} {
		h := newHouse(t, sample.Options{}, nil) // for each: whoever asks twice is in the register
		out := h.must(t, "-q", "run", h.ask(t, "nothing-held-access", "2026-5-"+lang, language(lang)))
		if !strings.Contains(out, "nothing held") {
			t.Errorf("the outcome is not said:\n%s", out)
		}
		pack := h.unpack(t, "2026-5-"+lang)
		if pack.told.Processed || len(pack.tables) != 0 || len(pack.told.Purposes) != 0 {
			t.Errorf("%d tables, %d purposes", len(pack.tables), len(pack.told.Purposes))
		}
		if n := len(pack.index.Searched); n != 4 || len(pack.index.Found) != 0 || len(pack.own) != 2 {
			t.Errorf("%d systems were asked of 3 and the register, data was found in %v; %d tables of our own", n, pack.index.Found, len(pack.own))
		}
		if len(pack.told.Own) != 1 || pack.told.Own[0].Until != "2032-12-31" {
			t.Errorf("what is kept of the request: %+v", pack.told.Own)
		}
		for _, w := range words {
			if !strings.Contains(string(pack.files["index.html"]), w) {
				t.Errorf("%s: the page does not say %q", lang, w)
			}
		}
	}
}

// TestRepresentative sees of those she represents the fields the map shows, and no others.
func TestRepresentative(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	who := h.Persons.Representative
	pack := h.fetch(t, "access", "2026-6", func(r map[string]any) { about(r, who) })
	o := h.oracle(t, who)
	want := o.access()
	want["Członkowie – osoby, w których imieniu Pani/Pan działa"] = o.query(o.reg, "member_no,first_name,last_name", "members WHERE representative_id = ?", who.ID)
	pack.compare(t, want)
	pack.nobodyElse(t, o)
	if n := len(want["Członkowie – osoby, w których imieniu Pani/Pan działa"].rows); n != 2 {
		t.Errorf("%d represented members in the sample", n)
	}
}

// TestDead: who asks for the dead is answered only after a person has decided it.
func TestDead(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	out, errs, code := h.run(t, "-q", "run", h.ask(t, "dead-access", "2026-7", nil))
	if code != 4 || !strings.Contains(out, "the person has died") {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if _, _, code := h.run(t, "archive", "2026-7", "-o", h.dir+"/none.zip"); code == 0 {
		t.Fatal("there is an archive before a person decided")
	}
	digest := ""
	for _, word := range strings.Fields(out) {
		if strings.HasPrefix(word, "sha256:") {
			digest = word
		}
	}
	h.works(t, "-q", "apply", "2026-7", "--approve", digest)
	pack := h.unpack(t, "2026-7")
	pack.compare(t, h.oracle(t, h.Persons.Dead).access())

	_, _, code = h.run(t, "-q", "run", h.ask(t, "dead-access", "2026-7-self", func(r map[string]any) { delete(r, "requester") }))
	if code != 4 {
		t.Errorf("asked as if by the dead herself: exit %d", code)
	}
}

// TestMinor: a child who acts alone waits for a person, who is asked by a task; a parent does not.
func TestMinor(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	out, _, code := h.run(t, "-q", "run", h.ask(t, "minor-access", "2026-8-alone", func(r map[string]any) { delete(r, "requester") }))
	if code != 4 || !strings.Contains(out, "dossier task show") {
		t.Errorf("alone: exit %d\n%s", code, out)
	}
	h.fetch(t, "minor-access", "2026-8", nil).compare(t, h.oracle(t, h.Persons.Minor).access())
}

// TestInformation: recipients are those the disclosure log names, and each purpose has the end its own rows give it.
func TestInformation(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	pack := h.fetch(t, "access", "2026-9", nil)
	o := h.oracle(t, h.Persons.Demo)
	logged := map[string]string{"Bank Spółdzielczy w Lipcach": "bank", "Biuro Rachunkowe Bilans": "accountant"}
	for _, r := range pack.told.Recipients {
		name := logged[r.Name]
		if r.FromRecord != (name != "") {
			t.Errorf("%s: from the log: %v", r.Name, r.FromRecord)
		}
		if name != "" {
			days := o.query(o.reg, "min(sent_on),max(sent_on)", "disclosures WHERE member_id = ? AND recipient = ?", o.who.ID, name).rows[0]
			if r.Since != days[0].text || r.Last != days[1].text {
				t.Errorf("%s was told %s to %s", r.Name, r.Since, r.Last)
			}
			delete(logged, r.Name)
		}
	}
	if len(logged) > 0 {
		t.Errorf("recipients the log names and the package does not: %v", logged)
	}
	prolific := h.fetch(t, "access", "2026-9-p", func(r map[string]any) { about(r, h.Persons.Prolific) })
	if i := slices.IndexFunc(prolific.told.Recipients, func(r struct {
		Name, Since, Last string
		FromRecord        bool `json:"from_record"`
	}) bool {
		return r.Name == "Kancelaria Adwokacka Dorsz" && r.FromRecord && r.Since == "2025-05-02"
	}); i < 0 {
		t.Errorf("a recipient only the log knows is missing: %+v", prolific.told.Recipients)
	}

	member := o.query(o.reg, "left_on,scored_on", "members WHERE id = ?", o.who.ID).rows[0]
	unpaid := o.query(o.led, "due_on", "entries WHERE account_no = ? AND status = 'unpaid'", o.who.Account).dates()
	claims := append(unpaid, o.query(o.reg, "sent_on", "disclosures WHERE member_id = ?", o.who.ID).dates()...)
	claims = append(claims, o.query(o.led, "sent_on", "arrears_letters WHERE account_no = ?", o.who.Account).dates()...)
	for _, l := range o.letters().rows {
		claims = append(claims, l[1].text)
	}
	lease := append(o.query(o.reg, "l.ended_on", "leases l JOIN lease_parties p ON p.lease_no = l.lease_no WHERE p.member_id = ?", o.who.ID).dates(),
		o.query(o.reg, "left_on", "lease_parties WHERE member_id = ?", o.who.ID).dates()...)
	for _, r := range o.readings().rows {
		lease = append(lease, r[2].text)
	}
	for _, c := range []struct {
		purpose string
		ends    []string
		text    string
	}{
		{"Prowadzenie spraw członkowskich", ends([]string{member[0].text}, 10, false), ""},
		{"Ocena ryzyka zaległości", ends([]string{member[1].text}, 1, false), ""},
		{"Księgi rachunkowe", ends(o.entries("booked_on").dates(), 5, true), ""},
		{"Dochodzenie roszczeń", ends(claims, 6, true), ""},
		{"Wykonanie umowy o lokal", ends(lease, 6, true), "dla części pozycji okres jeszcze nie biegnie"},
		{"Biuletyn osiedla", nil, "do cofnięcia zgody"},
		{"Dostosowanie lokalu do niepełnosprawności", nil, "do cofnięcia zgody"},
	} {
		p, ok := pack.purpose(c.purpose)
		if !ok {
			t.Errorf("%s is not told", c.purpose)
			continue
		}
		var from, to, over string
		for _, d := range c.ends {
			switch {
			case d < now[:10]:
				over = max(over, d)
			case from == "" || d < from:
				from, to = d, max(to, d)
			default:
				to = max(to, d)
			}
		}
		if p.Kept.From != from || p.Kept.To != to || p.Kept.Over != over || !strings.Contains(p.Kept.Text, c.text) {
			t.Errorf("%s: kept %+v, want %s to %s, over %s, %q", c.purpose, p.Kept, from, to, over, c.text)
		}
	}
	if len(pack.told.Purposes) != 7 {
		t.Errorf("%d purposes are told", len(pack.told.Purposes))
	}
}

func (e expected) dates() []string {
	var out []string
	for _, row := range e.rows {
		if !row[0].null {
			out = append(out, row[0].text)
		}
	}
	return out
}

// ends are the last days of keeping, counted by hand.
func ends(from []string, years int, yearEnd bool) []string {
	var out []string
	for _, d := range from {
		day, err := time.Parse(time.DateOnly, d)
		if err != nil {
			panic(err) // the demonstration's dates are good
		}
		end := time.Date(day.Year()+years, day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
		if yearEnd {
			end = time.Date(day.Year()+years, time.December, 31, 0, 0, 0, 0, time.UTC)
		}
		out = append(out, end.Format(time.DateOnly))
	}
	return out
}
