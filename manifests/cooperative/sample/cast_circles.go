package sample

import "time"

// recommendations that lead back to where they began.
func (g *generator) recommendations(p *Persons) *household {
	m := g.household()
	self := m.member(g.adult("Narcyz", "Samopolecki", false, 1966, g.back(19, time.April, 4)))
	a := m.member(g.adult("Iga", "Wzajemna", true, 1977, g.back(17, time.April, 4)))
	b := m.member(g.adult("Ida", "Wzajemna", true, 1979, g.back(17, time.April, 4)))
	self.recommendedBy, a.recommendedBy, b.recommendedBy = self.id, b.id, a.id
	m.address("ul. Źródlana 40 m. 1", "00-950 Warszawa", self)
	m.address("ul. Źródlana 40 m. 2", "00-950 Warszawa", a, b)
	p.SelfReference = self.person("recommended by himself")
	p.Circle = [2]Person{a.person("recommended by the other of the two"), b.person("recommended by the other of the two")}
	return m.done()
}

// corrections are entries that correct entries: a chain over the end of retention, one across two accounts,
// one that corrects itself, two that correct each other.
func (g *generator) corrections(p *Persons) *household {
	m := g.household()
	x := m.member(g.adult("Walery", "Korekta", false, 1969, g.back(24, time.August, 8)))
	y := m.member(g.adult("Beniamin", "Pomyłka", false, 1973, g.back(16, time.August, 8)))
	x.leftOn = g.day(11, time.August, 8)
	m.address("ul. Wąska 1 m. 1", "00-950 Warszawa", x)
	acc, other := m.account(x), m.account(y)

	first := m.entry(acc, charges, "naliczenie pierwotne", 80000, g.day(13, time.May, 1), g.day(13, time.May, 10), "paid")
	second := m.correct(first, acc, -1000, g.day(12, time.January, 9))
	third := m.correct(second, acc, 400, g.day(2, time.January, 9)) // kept, and what it corrects has lapsed
	m.correct(third, acc, -40, g.day(2, time.February, 9))

	m.correct(m.entry(acc, charges, "zapis na złym koncie", 30000, g.day(3, time.March, 3), nil, "paid"), other, -30000, g.day(3, time.March, 30))

	self := m.entry(acc, bank, "zapis, który koryguje sam siebie", 100, g.day(14, time.June, 1), nil, "paid")
	self.corrects = &self.entryKey
	a := m.entry(acc, bank, "koryguje następny", 200, g.day(14, time.June, 2), nil, "paid")
	b := m.correct(a, acc, -200, g.day(14, time.June, 3))
	a.corrects = &b.entryKey
	m.rent(other, g.ago(200), g.today, 47000)
	p.Corrections = x.person("entries that correct entries: a chain of four over the end of retention, itself, each other")
	p.Misbooked = y.person("an entry of this account corrects one of Corrections' account")
	return m.done()
}
