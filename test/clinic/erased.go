package clinic

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
)

// Erased is what the erasure of some patients of the crowd, asked of the clinic, has to leave: worked out from the sample's own dates and the periods of the map's
// README, row by row, by calculations that share nothing with the product's.
type Erased struct {
	Want      Snapshot
	Rewritten []string                  // exports that lost a line: their versions are new ones
	Counts    map[string]map[string]int // of a patient by number, what the receipt counts: "billing/invoices anonymise"
	Charts    map[string]bool           // of a patient by number, that the paper chart has to go

	s   *Stores
	t   testing.TB
	day time.Time
}

// Erased works it out for a day.
func (s *Stores) Erased(t testing.TB, before Snapshot, day time.Time, who ...*sample.Patient) *Erased {
	t.Helper()
	e := &Erased{Want: before.With(), Counts: map[string]map[string]int{}, Charts: map[string]bool{}, s: s, t: t, day: day.In(sample.Zone)}
	going, written := map[string]bool{}, map[string][]string{}
	for _, p := range who {
		going[p.No], e.Counts[p.No] = true, map[string]int{}
	}
	for name, text := range before {
		if owner, ok := line(text, "patient_id"); ok && strings.HasPrefix(name, "records/disclosures/") {
			written[owner] = append(written[owner], name)
		}
	}
	for _, p := range who {
		e.records(p, written[fmt.Sprint(p.ID)])
		e.accounts(p)
		e.appointments(p)
		e.images(p)
	}
	for _, p := range s.Patients {
		for i, th := range p.Threads {
			e.conversation(p, i, th, going)
		}
	}
	return e
}

// line is what a row holds in a column.
func line(text, column string) (string, bool) {
	for l := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(strings.TrimSuffix(l, "\n"), column+"="); ok {
			return v, true
		}
	}
	return "", false
}

func (e *Erased) count(p *sample.Patient, what string, n int) {
	if n > 0 {
		e.Counts[p.No][what] += n
	}
}

// ended says whether so many years from the end of the year of a date are over.
func (e *Erased) ended(date string, years int) bool {
	var y int
	if _, err := fmt.Sscanf(date, "%d-", &y); err != nil {
		e.t.Fatalf("%q is no date", date)
	}
	return e.day.Year() > y+years
}

// past says whether so many years from a day are over.
func (e *Erased) past(day time.Time, years int) bool {
	last := day.In(sample.Zone)
	y, m, d := last.Date()
	end := time.Date(y+years, m, d, 0, 0, 0, 0, sample.Zone)
	if end.Day() != d { // the 29th of February
		end = time.Date(y+years, m, d-1, 0, 0, 0, 0, sample.Zone)
	}
	return !e.day.Before(end.AddDate(0, 0, 1))
}

// records: the record is kept as a whole for 20 years from the end of the year of its last entry, and without one; telephone and e-mail for four from the last
// contact. A referral that was not used keeps the patient's row, and what was disclosed the patient's number in it.
func (e *Erased) records(p *sample.Patient, disclosures []string) {
	row, last, held, named := fmt.Sprintf("records/patients/%d", p.ID), "", false, false
	for _, v := range p.Visits {
		for _, x := range v.Entries {
			last = max(last, x.At.In(sample.Zone).Format(time.DateOnly))
		}
	}
	for _, x := range p.Referrals {
		if x.Outcome == "never_came" && !e.ended(x.Issued, 2) {
			held = true
			continue
		}
		e.Want.Gone(e.t, "records/referrals/"+x.No)
		e.count(p, "records/referrals delete", 1)
	}
	for _, name := range disclosures {
		sent, _ := line(e.Want[name], "sent_on")
		if !e.ended(sent, 6) {
			held, named = true, true
			continue
		}
		e.Want.Gone(e.t, name)
		e.count(p, "records/disclosures delete", 1)
	}
	if last == "" || !e.ended(last, 20) {
		if contact, err := time.ParseInLocation(time.DateOnly, p.LastContact, sample.Zone); err == nil && e.past(contact, 4) {
			e.Want.Set(e.t, row, "email", "")
			e.Want.Set(e.t, row, "phone", "")
			e.count(p, "records/patients email", 1) // and the telephone with it
		}
		return
	}
	e.Charts[p.No] = true
	for _, v := range p.Visits {
		for _, x := range v.Entries {
			e.Want.Gone(e.t, fmt.Sprintf("records/record_entries/%d/%d", v.ID, x.No))
			e.count(p, "records/entries delete", 1)
		}
		e.Want.Gone(e.t, fmt.Sprintf("records/visits/%d", v.ID))
		e.count(p, "records/visits delete", 1)
	}
	if !held {
		e.Want.Gone(e.t, row)
		e.count(p, "records/patients delete", 1)
		return
	}
	if !named {
		e.Want.Set(e.t, row, "patient_no", "")
	}
	for _, column := range []string{"pesel", "payer_no", "email", "phone", "first_name", "last_name", "born_on", "last_contact_on"} {
		e.Want.Set(e.t, row, column, "")
	}
	e.count(p, "records/patients shell", 1)
}

// accounts: an invoice is kept for five years from the end of the year of the tax, an unpaid one for six from the end of the year it was due; its lines name
// treatments for the five alone. Over, it stays as a number under the placeholder. Who paid stays with what is kept, and with the account's number for the five.
func (e *Erased) accounts(p *sample.Patient) {
	if len(p.Invoices) == 0 {
		return
	}
	kept, taxed := 0, false
	for _, f := range p.Invoices {
		name := fmt.Sprintf("%s/%d", f.Series, f.Number)
		books := !e.ended(f.Tax, 5)
		claim := f.State == "unpaid" && !e.ended(f.Due, 6)
		taxed = taxed || books
		if books {
			kept++
			continue
		}
		for i := range f.Items {
			e.Want.Set(e.t, fmt.Sprintf("billing/items/%s/%d", name, i+1), "service", "")
		}
		if claim {
			kept++
			e.count(p, "billing/items service", len(f.Items))
			continue
		}
		e.count(p, "billing/items anonymise", len(f.Items))
		e.Want.Set(e.t, "billing/invoices/"+name, "payer_no", sample.NobodyPayer)
		e.Want.Set(e.t, "billing/invoices/"+name, "tax_on", f.Tax[:4]+"-01-01")
		e.Want.Set(e.t, "billing/invoices/"+name, "due_on", "")
		e.count(p, "billing/invoices anonymise", 1)
		e.nobodys()
	}
	payer := "billing/payers/" + p.PayerNo
	if kept == 0 {
		e.Want.Gone(e.t, payer)
		e.count(p, "billing/payers delete", 1)
		return
	}
	e.Want.Set(e.t, payer, "invoice_count", fmt.Sprint(kept))
	if !taxed {
		e.Want.Set(e.t, payer, "iban", "")
		e.count(p, "billing/payers shell", 1)
	}
}

// nobodys: the placeholder payer has one invoice more.
func (e *Erased) nobodys() {
	nobody := "billing/payers/" + sample.NobodyPayer
	has, _ := line(e.Want[nobody], "invoice_count")
	n, err := strconv.Atoi(has)
	if err != nil {
		e.t.Error(err)
	}
	e.Want.Set(e.t, nobody, "invoice_count", strconv.Itoa(n+1))
}

// appointments: four years.
func (e *Erased) appointments(p *sample.Patient) {
	for i, a := range p.Appointments {
		if at, ok := a.Starts.(time.Time); ok && e.past(at, 4) {
			e.Want.Gone(e.t, "desk/appointments/"+ID(p, i))
			e.count(p, "desk/appointments delete", 1)
		}
	}
}

// conversation: of one that was closed four years ago who opened it is taken out, and the day of its end; of every message of who goes that is as old, the message.
func (e *Erased) conversation(p *sample.Patient, i int, th sample.Thread, going map[string]bool) {
	name := "desk/threads/" + Thread(p, i)
	for _, m := range th.Messages {
		author := m.Author
		if author == "" {
			author = p.No
		}
		if going[author] && e.past(m.At, 4) {
			e.Want.Lose(e.t, name, m.Text)
			e.Counts[author]["desk/thread_messages delete"]++
		}
	}
	if going[p.No] && !th.Closed.IsZero() && e.past(th.Closed, 4) {
		e.Want.Replace(e.t, name, `{"patient_no": "`+p.No+`"}`, `{"patient_no": null}`)
		began := time.Date(th.Closed.In(sample.Zone).Year(), time.January, 1, 0, 0, 0, 0, sample.Zone)
		e.Want.Set(e.t, name, "closed_at", fmt.Sprintf(`{"$date":{"$numberLong":"%d"}}`, began.UnixMilli()))
		e.count(p, "desk/threads anonymise", 1)
	}
}

// images: ten years from the end of the year, of an image with every version, and of its line in the month's export, which stays without any.
func (e *Erased) images(p *sample.Patient) {
	for i, x := range p.XRays {
		if !e.ended(x.Taken, 10) {
			continue
		}
		key := "images/" + ImageKey(p, x)
		e.Want.Gone(e.t, key, key+" versions")
		e.count(p, "images/xrays delete", 1)
		export, day := e.s.Doses(p.Doses[i].Day[:7]), p.Doses[i].Day
		lines := strings.Split(e.Want[export], "\n")
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, p.No) && strings.Contains(l, day) })
		if at < 0 {
			e.t.Fatalf("%s has no line of %s:\n%s", export, p.No, e.Want[export])
		}
		e.Want[export] = strings.Join(slices.Delete(lines, at, at+1), "\n")
		e.count(p, "images/dose_export delete", 1)
		if !slices.Contains(e.Rewritten, export) {
			e.Rewritten = append(e.Rewritten, export)
		}
	}
}

// Lines are what a receipt counts of a patient, sorted.
func (e *Erased) Lines(p *sample.Patient) (out []string) {
	for what, n := range e.Counts[p.No] {
		out = append(out, fmt.Sprintf("%s %d", what, n))
	}
	slices.Sort(out)
	return out
}
