package sample

import (
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// awkward is a member whose texts hold every trap, and ten neighbours whose names do.
func (g *generator) awkward(p *Persons) *household {
	m := g.household()
	x := m.member(g.adult("Żółć", `Ąę „Ćśń"; O'Łoś`, false, 1971, g.back(21, time.November, 11)))
	x.email = "zolc+pulapka@poczta.example"
	texts := AwkwardTexts()
	var all []string
	acc := m.account(x)
	for i, t := range texts {
		m.entry(acc, bank, t.Text, -int64(100+i), g.ago(30+i).Format(iso), nil, "paid").payer = t.Text
		all = append(all, t.Trap+": "+t.Text)
	}
	x.notes, x.statement = strings.Join(all, "\n"), texts[1].Text
	m.address("ul. „Łąkowa\"; 9,\tm. 1", "Łódź\nGórna", x)
	l := m.lease("", `Łąkowa 9; lok. "U-1"`, x.joinedOn, nil, x) // a separator and quotes of the import files
	m.readMonthly(l.flat, meters[:2], g.ago(500), g.today, 7, true)
	m.subscribe(x.email, "a,b;c\t\"d\"")
	m.vehicle(x, "W0 ŹÓŁW")
	m.dun(acc, g.day(1, time.March, 1), texts[10].Text)
	m.letter(x, g.day(1, time.March, 1), "Nawiasy (otwarte, \\ukośnik i znaki: ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ.")
	m.h.signatures = append(m.h.signatures, signature{1, x.email, x.firstName, texts[10].Text + texts[18].Text})
	for i, n := range awkwardNames {
		y := m.member(g.adult(n.first, n.last, i%2 == 0, 1960+i, g.back(20, time.November, 11)))
		y.email = "nietypowe" + itoa(i) + "@poczta.example"
		m.account(y)
		p.AwkwardNames[i] = y.person("a name that many programs break")
	}
	p.Awkward = x.person("one entry for each awkward text, all of them in the notes, and a flat whose number needs quoting in CSV")
	return m.done()
}

// nullPaths is a member with nothing that may be missing, amid rows that lead nowhere.
func (g *generator) nullPaths(p *Persons) *household {
	m := g.household()
	x := m.member(g.adult("Nikt", "Donikąd", false, 1968, g.back(9, time.April, 1)))
	x.email, x.phone, x.bornOn, x.status, x.registeredBy = nil, nil, nil, nil, nil
	l := m.lease("", "Donikąd 1/1", nil, nil, x)
	m.h.parties[0].share = nil
	m.h.readings = append(m.h.readings, reading{flat: l.flat, meter: "ZW", readOn: g.day(1, time.May, 5), litres: 7})
	m.lease("", "Donikąd 1/2", g.day(9, time.April, 1), g.day(8, time.April, 1)) // no party
	m.h.accounts = append(m.h.accounts, account{no: "200-00000N", holder: "konto bez numeru członka"})
	m.entry("200-00000N", bank, "wpłata na konto bez członka", -700, g.day(1, time.May, 5), nil, nil)
	m.h.addresses = append(m.h.addresses, address{id: int64(m.addresses + 1), street: "ul. Niczyja 1", city: "00-950 Warszawa"})
	m.addresses++
	p.NullPaths = x.person("every reference and identifier that may be NULL is, except the number and the PESEL")
	return m.done()
}

// climber holds leases whose numbers try to climb out of the folder of documents, and two that begin alike.
func (g *generator) climber(p *Persons) *household {
	m := g.household()
	x := m.member(g.adult("Kacper", "Wspinaczkowski", false, 1990, g.back(15, time.June, 1)))
	m.address("ul. Górska 1 m. 1", "00-950 Warszawa", x)
	for i, no := range []string{"..", ".", "../letters", "%2e%2e", "7*", "[17]", "L 7"} {
		m.lease(no, "Górska 1/"+itoa(i+1), g.day(15, time.June, 1), g.day(12, time.June, 1), x)
	}
	m.account(x)
	p.Climber = x.person("lease numbers that climb out of a folder, or mean more than one to a pattern")
	return m.done()
}

// prolific has many letters.
func (g *generator) prolific(p *Persons) *household {
	m := g.household()
	x := m.member(g.adult("Pafnucy", "Piśmienniczek", false, 1946, g.back(33, time.March, 1)))
	x.leftOn = g.day(1, time.March, 1)
	m.address("ul. Listowa 1 m. 1", "00-950 Warszawa", x)
	m.account(x)
	m.disclose(x, "Kancelaria Adwokacka Dorsz", g.day(1, time.May, 2)) // a recipient the map does not name
	for i := range 30 {
		m.letter(x, g.day(1+i/2, time.Month(1+i%12), 1+i%28), "Odpowiedź na pismo nr "+itoa(i+1)+".")
		m.h.signatures = append(m.h.signatures, signature{i % 3, x.email, "Pafnucy Piśmienniczek", "Podpis " + itoa(i+1)})
	}
	p.Prolific = x.person("thirty letters and thirty signatures: more root rows than most")
	return m.done()
}
