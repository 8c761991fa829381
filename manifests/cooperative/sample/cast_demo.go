package sample

import (
	"fmt"
	"time"
)

var meters = []string{"ZW", "CW", "CO", "EE"} // cold water, hot water, heating, electricity

// demo is the person of the demonstration, her husband, the next tenant of her flat and the stranger who was
// given her old telephone number. She left twelve years ago; with the purposes of the map
//
//   - gone: subscription, vehicles, the flat's lease with its 206 readings (and as many imported rows), nine scans,
//     three letters, 118 entries made anonymous, an old disclosure
//   - kept: a disclosure, nine entries, two arrears letters and a letter of four years ago; the garage and the address
//     she shares; and, as shells, her member row and her account
func (g *generator) demo(p *Persons) *household {
	m := g.household()
	joined, left := g.back(22, time.December, 1), g.back(12, time.May, 20)
	demo := m.member(who{"Jadwiga", "Żółkiewska", true, time.Date(1961, time.March, 14, 0, 0, 0, 0, Zone), joined})
	spouse := m.member(who{"Stanisław", "Żółkiewski", false, time.Date(1959, time.August, 2, 0, 0, 0, 0, Zone), joined})
	demo.email, demo.phone = "jadwiga.zolkiewska@poczta.example", "+48600100200"
	spouse.email, spouse.phone = "stanislaw.zolkiewski@poczta.example", "+48600100201"
	demo.leftOn, demo.status = left.Format(iso), "W"
	demo.emergencyName, demo.emergencyPhone = "Stanisław Żółkiewski", spouse.phone
	demo.disability = "porusza się o kulach"
	demo.riskScore, demo.scoredOn = int64(71), g.day(11, time.February, 3)
	demo.notes = "Prosi o kontakt listowny. Sąsiadka z góry (p. Maria K.) ma zapasowe klucze;\nugoda w sprawie zadłużenia podpisana."
	m.address("ul. Dębowa 3 m. 4", "00-950 Warszawa", demo, spouse)

	flat := m.lease("7", "Łąkowa 7/12", joined.Format(iso), g.day(13, time.June, 30), demo)
	flat.deedNo = "WA1M/00012345/6"
	garage := m.lease("70", "Łąkowa 7/G3", joined.Format(iso), nil, demo, spouse)
	garage.deedNo = "WA1M/00012399/1"
	m.leave(garage, demo, left.Format(iso))
	m.scans(flat, 9)
	m.scans(garage, 14)
	m.readMonthly(flat.flat, meters[:2], g.back(22, time.December, 2), g.back(13, time.June, 29), 15, true) // 103 months
	m.vehicle(demo, "WI 12345")
	m.vehicle(demo, "WB 0JZ7")
	m.subscribe(demo.email, "remonty, zieleń")
	m.disclose(demo, "accountant", g.day(11, time.October, 9))
	m.disclose(demo, "bank", g.day(4, time.March, 17))
	g.demoMoney(m, demo)
	g.demoLetters(m, demo)
	g.spouseNow(m, spouse)

	next := m.member(g.adult("Wincenty", "Następny", false, 1980, g.back(13, time.July, 15)))
	next.recommendedBy = demo.id
	m.address("ul. Łąkowa 7 m. 12", "00-950 Warszawa", next)
	m.lease("", flat.flat, g.day(13, time.July, 15), nil, next)
	m.readMonthly(flat.flat, meters, g.back(13, time.July, 15), g.back(12, time.December, 31), 28, true)
	m.readMonthly(flat.flat, meters[:2], g.ago(400), g.today, 28, true)
	m.rent(m.account(next), g.ago(400), g.today, 61200)

	stranger := m.member(g.adult("Oliwier", "Obcy", false, 1999, g.back(3, time.April, 1)))
	stranger.phone = demo.phone
	m.address("ul. Lipowa 90 m. 1", "00-950 Warszawa", stranger)
	l := m.lease("", "Lipowa 90/1", stranger.joinedOn, nil, stranger)
	m.readMonthly(l.flat, meters[:2], g.ago(200), g.today, 20, true)
	m.rent(m.account(stranger), g.ago(300), g.today, 48000)

	p.Demo = demo.person("left years ago: some of her data has lapsed, some is kept with its reason, some is shared")
	p.Spouse = spouse.person("shares address and garage with Demo and is her emergency contact; still a member")
	p.NextTenant = next.person("holds Demo's former flat: its later readings are his; was recommended by Demo")
	p.Stranger = stranger.person("was given the telephone number Demo once had")
	return m.done()
}

// demoMoney is 118 entries that have lapsed and nine that have not, three of them unpaid.
func (g *generator) demoMoney(m maker, demo *member) {
	acc := m.account(demo)
	m.rent(acc, g.back(22, time.December, 1), g.back(12, time.May, 1), 43750) // 114 months
	wrong := m.entry(acc, bank, "wpłata za czynsz, od męża", -43750, g.day(14, time.February, 11), nil, "paid")
	wrong.payer = "Stanisław Żółkiewski"
	m.correct(wrong, acc, 43750, g.day(14, time.February, 14))
	m.entry(acc, bank, "wpłata za czynsz 02", -43750, g.day(14, time.February, 14), nil, "paid")
	m.entry(acc, bank, "zwrot kaucji po p. Żółkiewskiej", 12000, g.day(12, time.May, 20), nil, "paid")

	for i := range 5 {
		paid := m.entry(acc, bank, fmt.Sprintf("ugoda, rata %d z 9", i+1), -25000, g.day(4, time.Month(i+1), 12), g.day(4, time.Month(i+1), 15), "paid")
		if i == 4 {
			m.correct(paid, acc, 500, g.day(4, time.May, 19))
		}
	}
	for i := range 3 {
		m.entry(acc, charges, fmt.Sprintf("ugoda, rata %d z 9", i+7), 25000, g.day(4, time.Month(i+7), 1), g.day(4, time.Month(i+7), 15), "unpaid")
	}
	m.dun(acc, g.day(4, time.September, 20), "Wezwanie do zapłaty. Wzywamy do zapłaty rat 7–9 ugody, razem 750,00 zł, w terminie 14 dni.")
	m.dun(acc, g.day(4, time.November, 8), "Ostateczne wezwanie przedsądowe. Kwota: 750,00 zł z odsetkami ustawowymi.")
}

func (g *generator) demoLetters(m maker, demo *member) {
	m.letter(demo, g.day(14, time.March, 3), "Informujemy o zaległości w opłatach za lokal.")
	m.letter(demo, g.day(12, time.May, 22), "Zawiadamiamy o wykluczeniu ze spółdzielni uchwałą Rady Nadzorczej.")
	m.letter(demo, g.day(10, time.January, 9), "Potwierdzamy rozliczenie wkładu mieszkaniowego.")
	m.letter(demo, g.day(4, time.January, 4), "W załączeniu ugoda w sprawie spłaty zadłużenia w dziewięciu ratach.")
}

func (g *generator) spouseNow(m maker, spouse *member) {
	m.rent(m.account(spouse), g.ago(400), g.today, 9900)
	m.subscribe(spouse.email, "parkingi")
	m.letter(spouse, g.day(1, time.June, 2), "Dziękujemy za zgłoszenie usterki bramy garażowej.")
	m.h.signatures = append(m.h.signatures, signature{0, spouse.email, "Stanisław Żółkiewski", "Proszę o oświetlenie przy garażach; żona Jadwiga też jest za."})
}
