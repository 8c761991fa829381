package sample

import (
	"fmt"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/manifests/people"
)

// maker fills one household.
type maker struct {
	*generator
	h *household
}

func (g *generator) household() maker { return maker{g, &household{}} }

// who is what must be known to enter a member.
type who struct {
	first, last  string
	woman        bool
	born, joined time.Time
}

// member enters a person with a number, a PESEL, an e-mail and a phone of their own.
func (m maker) member(w who) *member {
	m.members++
	m.phones++
	no := fmt.Sprintf("C-%05d", m.members+100) // never the id: who mixes them up is found out
	x := &member{
		id: int64(m.members), memberNo: no, pesel: m.newPESEL(w.born, w.woman),
		email: fmt.Sprintf("%s.%s%d@poczta.example", people.ASCII(w.first), people.ASCII(w.last), m.members), phone: people.Phone(m.phones),
		firstName: w.first, lastName: w.last, bornOn: w.born.Format(iso), joinedOn: w.joined.Format(iso),
		status: "A", registeredBy: int64(1 + m.members%staffCount),
		createdAt: w.joined.Format(iso) + fmt.Sprintf(" %02d:%02d:00", 8+m.members%8, m.members%60),
	}
	m.h.members = append(m.h.members, x)
	return x
}

func (m maker) address(street, city string, who ...*member) {
	m.addresses++
	m.h.addresses = append(m.h.addresses, address{int64(m.addresses), street, city})
	for _, x := range who {
		x.addressID = int64(m.addresses)
	}
}

// lease enters a lease and its parties in equal shares. no "" gives the next number, end nil a lease that goes on.
func (m maker) lease(no, flat string, start, end value, who ...*member) *lease {
	if no == "" {
		m.leases++
		no = fmt.Sprint(m.leases)
	}
	l := &lease{no: no, flat: flat, startedOn: start, endedOn: end, parties: len(who)}
	m.h.leases = append(m.h.leases, l)
	for _, x := range who {
		x.leaseNos = append(x.leaseNos, no)
		m.h.parties = append(m.h.parties, party{no, x.id, fmt.Sprintf("1/%d", len(who)), end})
	}
	return l
}

// leave ends one party's part in a lease that goes on.
func (m maker) leave(l *lease, x *member, on value) {
	for i, p := range m.h.parties {
		if p.leaseNo == l.no && p.memberID == x.id {
			m.h.parties[i].leftOn = on
		}
	}
}

// account opens a member's account.
func (m maker) account(x *member) string {
	no := fmt.Sprintf("200-%06d", x.id*10+1)
	m.h.accounts = append(m.h.accounts, account{no, x.memberNo, x.lastName + " " + x.firstName, people.IBAN(x.id)})
	if x.account == "" {
		x.account = no
	}
	return no
}

// Books of the ledger: charges and the bank. A charge adds to a balance, a payment takes from it.
const (
	charges = "N"
	bank    = "B"
)

// entry books one line. due nil: nothing is owed by a date.
func (m maker) entry(account, book, title string, cents int64, booked, due, status value) *entry {
	m.books[book]++
	e := &entry{entryKey: entryKey{book, m.books[book]}, account: account, title: title, cents: cents,
		bookedOn: booked, dueOn: due, status: status}
	m.h.entries = append(m.h.entries, e)
	return e
}

// correct books a correction of e on an account.
func (m maker) correct(e *entry, account string, cents int64, booked value) *entry {
	c := m.entry(account, e.book, "korekta zapisu", cents, booked, nil, "paid")
	c.corrects = &e.entryKey
	return c
}

// rent books a paid charge for each month.
func (m maker) rent(account string, from, to time.Time, cents int64) {
	for _, t := range months(from, to, 1) {
		due := t.AddDate(0, 0, 9).Format(iso)
		m.entry(account, charges, "opłata za lokal "+t.Format("01/2006"), cents, t.Format(iso), due, "paid")
	}
}

// readMonthly reads each meter on day d of each month; imported: the readings came in as a file of that month.
func (m maker) readMonthly(flat string, meters []string, from, to time.Time, d int, imported bool) {
	for i, name := range meters {
		litres := int64(1000 + m.rng.IntN(90000))
		for _, t := range months(from, to, d) {
			litres += int64(500 + m.rng.IntN(9000*(i+1)))
			r := reading{flat: flat, meter: name, readOn: t.Format(iso), litres: litres}
			if imported {
				r.month = t.Format("2006-01")
			}
			m.h.readings = append(m.h.readings, r)
		}
	}
}

// letter files a letter to a member who has a number.
func (m maker) letter(x *member, sentOn string, lines ...string) {
	no, ok := x.memberNo.(string)
	if !ok || no == "" {
		return
	}
	m.letters++
	lines = append([]string{"Spółdzielnia Mieszkaniowa „Pod Lipami”", "", x.firstName + " " + x.lastName, ""}, lines...)
	m.h.letters = append(m.h.letters, letter{no, sentOn, fmt.Sprintf("P%05d", m.letters), lines})
}

// scans files n pages of a lease.
func (m maker) scans(l *lease, n int) {
	for i := range n {
		m.h.scans = append(m.h.scans, scan{l.no, fmt.Sprint(i + 1), []string{"jpg", "jpg", "jpg", "png", "pdf"}[i%5]})
	}
}

func (m maker) disclose(x *member, recipient string, on value) {
	m.h.disclosures = append(m.h.disclosures, disclosure{x.id, recipient, on})
}

func (m maker) vehicle(x *member, plate string) {
	m.h.vehicles = append(m.h.vehicles, vehicle{x.id, plate})
}

func (m maker) subscribe(email value, topics string) {
	m.h.subscriptions = append(m.h.subscriptions, subscription{email, topics})
}

func (m maker) dun(account string, on value, body string) {
	m.h.arrears = append(m.h.arrears, arrearsLetter{account, on, body})
}

// done writes what follows from the rest: balances and the search index.
func (m maker) done() *household {
	total := map[string]int64{}
	for _, e := range m.h.entries {
		total[e.account] += e.cents
	}
	for _, a := range m.h.accounts {
		m.h.balances = append(m.h.balances, balance{a.no, total[a.no]})
	}
	for _, x := range m.h.members {
		terms := []string{people.ASCII(x.lastName), people.ASCII(x.firstName)}
		for _, v := range []value{x.memberNo, x.pesel} {
			if s, ok := v.(string); ok && s != "" {
				terms = append(terms, strings.ToLower(s))
			}
		}
		x.searchTerms = strings.Join(terms, " ")
	}
	return m.h
}
