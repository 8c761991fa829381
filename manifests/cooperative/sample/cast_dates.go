package sample

import "time"

// unknownKinds are the dates that say nothing, as columns hold them. NULL is nil.
func (g *generator) unknownKinds() []value {
	return []value{zeroDay, nil, unreadable, noSuchDay, polishDay, g.future(), neverEnding, ""}
}

// unknownDates left long ago by all other signs; what each of their rows counts from cannot be known.
func (g *generator) unknownDates(p *Persons) *household {
	m := g.household()
	x := m.member(g.adult("Niewiadomy", "Czasowski", false, 1950, g.back(30, time.January, 2)))
	x.leftOn, x.joinedOn, x.scoredOn, x.riskScore = zeroDay, zeroDay, zeroDay, int64(50)
	m.address("ul. Bezterminowa 1 m. 1", "00-950 Warszawa", x)
	acc := m.account(x)
	for _, d := range g.unknownKinds() {
		l := m.lease("", "Bezterminowa 1/"+itoa(len(m.h.leases)+1), g.day(20, time.January, 1), d, x)
		m.readMonthly(l.flat, meters[:1], g.back(20, time.February, 1), g.back(20, time.April, 30), 15, false)
		m.entry(acc, charges, "data księgowania nieznana", 1100, d, g.day(12, time.January, 10), "paid")
		m.entry(acc, charges, "termin nieznany", 1200, g.day(12, time.January, 1), d, "unpaid")
		m.disclose(x, "bank", d)
		m.dun(acc, d, "Wezwanie bez wiadomej daty.")
	}
	for _, d := range []string{zeroDay, unreadable, noSuchDay} {
		m.h.readings = append(m.h.readings, reading{flat: m.h.leases[1].flat, meter: "ZW", readOn: d, litres: 1})
	}
	for _, d := range []string{zeroDay, unreadable, noSuchDay, g.future()} {
		m.letter(x, d, "Pismo bez wiadomej daty.")
	}
	for i, d := range []value{unreadable, noSuchDay, g.future()} {
		y := m.member(g.adult("Nieznana", "Odejściewicz", true, 1952+i, g.back(30, time.January, 2)))
		y.leftOn, y.scoredOn, y.riskScore = d, d, int64(10*i)
		p.UnknownLeft[i] = y.person("the day this member left cannot be read, does not exist, or is to come, in this order")
	}
	p.UnknownDates = x.person("every date a period counts from is zero, NULL, unreadable, impossible, to come or empty")
	return m.done()
}

// yearEnd is a member whose periods end around the end of a year: on the day of the sample half of the rows have
// lapsed and half have a year, or a day, to go. Titles say which: "upłynął" has lapsed, "trwa" has not.
func (g *generator) yearEnd(p *Persons) *household {
	m := g.household()
	x := m.member(g.adult("Sylwester", "Noworoczny", false, 1964, g.back(26, time.December, 31)))
	x.leftOn = g.back(10, g.today.Month(), g.today.Day()).Format(iso) // ten years: kept through the day of the sample itself
	x.diedOn = nil
	m.address("ul. Graniczna 31 m. 12", "00-950 Warszawa", x)
	l := m.lease("", "Graniczna 31/12", g.day(26, time.December, 31), g.day(6, time.January, 1), x)
	m.leave(l, x, g.day(7, time.December, 31))
	for _, d := range []string{g.day(7, time.December, 31), g.day(6, time.January, 1)} {
		m.h.readings = append(m.h.readings, reading{flat: l.flat, meter: "ZW", readOn: d, litres: 5000, month: d[:7]})
		m.letter(x, d, "Pismo z przełomu roku.")
		m.disclose(x, "bank", d)
	}
	acc := m.account(x)
	book := func(title string, booked, due value, status string) {
		m.entry(acc, charges, title, 3100, booked, due, status)
	}
	book("upłynął: ostatni dzień roku", g.day(6, time.December, 31), nil, "paid")
	book("trwa: pierwszy dzień roku", g.day(5, time.January, 1), nil, "paid")
	book("upłynął: 23:30 w Warszawie", g.day(6, time.December, 31)+"T22:30:00Z", nil, "paid")
	book("trwa: 00:30 w Warszawie, w UTC jeszcze stary rok", g.day(6, time.December, 31)+"T23:30:00Z", nil, "paid")
	book("upłynął: nieopłacone, termin w sylwestra", g.day(7, time.December, 1), g.day(7, time.December, 31), "unpaid")
	book("trwa: nieopłacone, termin w Nowy Rok", g.day(7, time.December, 1), g.day(6, time.January, 1), "unpaid")
	p.YearEnd = x.person("periods end around the end of a year; membership ends with the day of the sample")
	return m.done()
}

// leapDay left on a 29 February that has no like ten years on.
func (g *generator) leapDay(p *Persons) *household {
	m := g.household()
	day := g.lastLeapDay(10).Format(iso)
	x := m.member(who{"Przestępna", "Lutowska", true, time.Date(1960, time.February, 29, 0, 0, 0, 0, Zone), g.back(29, time.March, 1)})
	x.leftOn, x.scoredOn, x.riskScore = day, day, int64(29)
	m.address("ul. Lutowa 29 m. 2", "00-950 Warszawa", x)
	m.entry(m.account(x), charges, "opłata", 2900, day, day, "paid")
	p.LeapDay = x.person("born, left and scored on 29 February")
	return m.done()
}
