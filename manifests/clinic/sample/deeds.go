package sample

import (
	"fmt"
	"strings"
	"time"
)

// visit adds one, with an entry at the same instant.
func (m *maker) visit(p *Patient, at time.Time, service string) *Visit {
	m.visits++
	p.Visits = append(p.Visits, Visit{ID: m.visits, At: at, Doctor: m.visits%5 + 1, Service: service, Complaint: "Ból przy nagryzaniu."})
	v := &p.Visits[len(p.Visits)-1]
	v.enter(at, "K02.1", "Ubytek klasy II, opracowano i wypełniono.")
	if day := at.In(Zone).Format(time.DateOnly); day > p.LastContact {
		p.LastContact = day
	}
	return v
}

// enter adds an entry to the record.
func (v *Visit) enter(at time.Time, diagnosis, text string) {
	no := len(v.Entries) + 1
	v.Entries = append(v.Entries, Entry{No: no, At: at, Diagnosis: diagnosis, Text: text,
		Private: "Pacjent niespokojny.", Findings: fmt.Sprintf(`{"tooth": %d, "depth": 4.50}`, 10+no)})
}

// bill adds an invoice over services.
func (m *maker) bill(p *Patient, tax, due, state string, services ...string) *Invoice {
	m.invoices++
	f := Invoice{Series: "FV", Number: m.invoices, Tax: tax, Due: due, State: state}
	for i, s := range services {
		price := int64(18_000 + 2_500*i)
		f.Items = append(f.Items, Item{s, price})
		f.Total += price
	}
	p.Invoices = append(p.Invoices, f)
	return &p.Invoices[len(p.Invoices)-1]
}

// xray adds an image: a few bytes that say whose it is, so that one can be told from another.
func (m *maker) xray(p *Patient, taken string) *XRay {
	no := strings.ReplaceAll(m.no("RTG"), "/", "-")
	p.XRays = append(p.XRays, XRay{No: no, Taken: taken, Contents: []byte("\x89PNG\r\n\x1a\n" + p.No + " " + no + " " + taken)})
	p.Doses = append(p.Doses, Dose{Day: taken, MGy: 0.5 + float64(len(p.Doses)%7)/8})
	return &p.XRays[len(p.XRays)-1]
}

// talk adds a conversation: the patient writes, the clinic answers, and whoever else is named.
func (m *maker) talk(p *Patient, closed time.Time, others ...string) {
	t := Thread{Topic: "Termin wizyty", Closed: closed}
	at := closed
	if at.IsZero() {
		at = Day
	}
	at = at.Add(-24 * time.Hour)
	for _, author := range append([]string{"", "-"}, others...) {
		at = at.Add(time.Hour)
		t.Messages = append(t.Messages, Message{No: len(t.Messages) + 1, Author: author, At: at, Text: "Czy termin jest aktualny? " + m.no("W")})
	}
	t.Messages = append(t.Messages, Message{No: len(t.Messages) + 1, At: at.Add(time.Hour), Text: "Dziękuję. " + m.no("W")})
	p.Threads = append(p.Threads, t)
}

// meet adds an appointment.
func (m *maker) meet(p *Patient, starts any) {
	p.Appointments = append(p.Appointments, Appointment{Starts: starts, Reason: "Kontrola", BookedBy: "Recepcja"})
}

// at is an instant of a day, in the clinic's zone.
func at(day string, hour int) time.Time {
	d, err := time.ParseInLocation(time.DateOnly, day, Zone)
	if err != nil {
		panic(err) // of this package's own
	}
	return d.Add(time.Duration(hour) * time.Hour)
}
