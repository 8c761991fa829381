package sample

import "time"

// leaseMates are four members on one lease, one of whom has left.
func (g *generator) leaseMates(p *Persons) *household {
	m := g.household()
	var mates []*member
	for i, name := range []string{"Adela", "Bernadeta", "Cecylia", "Domicela"} {
		x := m.member(g.adult(name, "Współdzielska", true, 1985+i, g.back(12-i, time.October, 1)))
		m.rent(m.account(x), g.ago(120), g.today, 20000)
		mates = append(mates, x)
	}
	m.address("ul. Brzozowa 11 m. 1", "00-950 Warszawa", mates...)
	l := m.lease("100", "Brzozowa 11/1", g.day(12, time.October, 1), nil, mates...)
	l.deedNo = "WA1M/00100100/0"
	mates[3].leftOn, mates[3].status = g.day(11, time.January, 31), "W"
	m.leave(l, mates[3], g.day(11, time.January, 31))
	m.scans(l, 6)
	m.readMonthly(l.flat, meters, g.ago(800), g.today, 5, true)
	for i, x := range mates {
		p.LeaseMates[i] = x.person("one of four members on one lease")
	}
	p.LeaseMates[3].About = "one of four members on one lease; left it, and the cooperative, eleven years ago"
	return m.done()
}

// represented are an adult under guardianship and a child, both represented by one member.
func (g *generator) represented(p *Persons) *household {
	m := g.household()
	rep := m.member(g.adult("Aurelia", "Opiekuńska", true, 1975, g.back(20, time.June, 6)))
	ward := m.member(g.adult("Ignacy", "Podopieczny", false, 1942, g.back(35, time.June, 6)))
	minor := m.member(who{"Zosia", "Opiekuńska", true, g.back(12, time.April, 30), g.back(2, time.June, 6)})
	ward.representativeID, minor.representativeID = rep.id, rep.id
	ward.disability, ward.email, minor.email = "ubezwłasnowolnienie częściowe", rep.email, nil
	ward.emergencyName, ward.emergencyPhone = "Aurelia Opiekuńska", rep.phone
	m.address("ul. Jesionowa 2 m. 9", "00-950 Warszawa", rep, minor)
	m.address("ul. Jesionowa 2 m. 10", "00-950 Warszawa", ward)
	m.lease("", "Jesionowa 2/9", rep.joinedOn, nil, rep, minor)
	m.lease("", "Jesionowa 2/10", ward.joinedOn, nil, ward)
	m.rent(m.account(rep), g.ago(400), g.today, 52000)
	m.rent(m.account(ward), g.ago(400), g.today, 38000)
	m.letter(ward, g.day(3, time.May, 8), "Prosimy o kontakt opiekuna.")
	p.Representative = rep.person("represents Represented and Minor, and sees three fields of each")
	p.Represented = ward.person("represented by Representative, whose e-mail he uses")
	p.Minor = minor.person("twelve years old, holds half a lease, represented by Representative")
	return m.done()
}

// widowed is a member who died and whose widow keeps the lease.
func (g *generator) widowed(p *Persons) *household {
	m := g.household()
	joined, died := g.back(28, time.February, 1), g.day(2, time.February, 11)
	dead := m.member(g.adult("Zygmunt", "Świętej-Pamięci", false, 1944, joined))
	widow := m.member(g.adult("Wanda", "Świętej-Pamięci", true, 1947, joined))
	dead.diedOn, dead.leftOn, dead.status = died, died, "A"
	dead.notes = "Zmarł. Lokal przypada wdowie; akt zgonu okazano."
	m.address("ul. Akacjowa 8 m. 3", "00-950 Warszawa", dead, widow)
	l := m.lease("", "Akacjowa 8/3", joined.Format(iso), nil, dead, widow)
	m.leave(l, dead, died)
	m.scans(l, 3)
	m.readMonthly(l.flat, meters[:2], g.ago(1200), g.today, 12, true)
	m.rent(m.account(dead), g.back(6, time.January, 1), g.back(2, time.February, 1), 44000)
	m.rent(m.account(widow), g.back(2, time.March, 1), g.today, 44000)
	m.letter(dead, g.day(9, time.August, 1), "Zawiadomienie o walnym zgromadzeniu.")
	m.letter(widow, g.day(2, time.March, 1), "Wyrazy współczucia; lista dokumentów do sprawy spadkowej.")
	p.Dead = dead.person("died two years ago; the widow keeps the lease")
	p.Widow = widow.person("widow of Dead: keeps the lease and the address")
	return m.done()
}
