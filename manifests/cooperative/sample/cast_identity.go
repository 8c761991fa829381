package sample

import "time"

// SentinelEmail is what the office types where a person has no e-mail. It names nobody; the map says so.
const SentinelEmail = "brak@brak.example"

// couple shares one e-mail and one telephone, as households do.
func (g *generator) couple(p *Persons) *household {
	m := g.household()
	joined := g.back(18, time.September, 1)
	he := m.member(g.adult("Marian", "Kowalczyk", false, 1955, joined))
	she := m.member(g.adult("Łucja", "Kowalczyk", true, 1957, joined))
	he.email, he.phone = "kowalczykowie@poczta.example", "+48600100210"
	she.email, she.phone = he.email, he.phone
	she.emergencyName, she.emergencyPhone = "Marian Kowalczyk", he.phone
	m.address("ul. Świerkowa 1 m. 2", "00-950 Warszawa", he, she)
	l := m.lease("1", "Świerkowa 1/2", joined.Format(iso), nil, he, she)
	m.scans(l, 2)
	m.readMonthly(l.flat, meters[:2], g.ago(500), g.today, 10, true)
	m.subscribe(he.email, "zebrania")
	acc := m.account(he)
	m.rent(acc, g.ago(900), g.today, 51000)
	m.entry(acc, bank, "wpłata od żony", -51000, g.day(1, time.April, 2), nil, "paid").payer = "Łucja Kowalczyk"
	m.letter(he, g.day(8, time.March, 1), "Zmiana wysokości opłat.")
	m.letter(she, g.day(8, time.March, 1), "Zmiana wysokości opłat.")
	m.h.signatures = append(m.h.signatures,
		signature{0, he.email, "Marian Kowalczyk", "Jestem za."},
		signature{0, she.email, "Łucja Kowalczyk", "Ja też, choć mąż się waha."})
	p.Husband = he.person("shares one e-mail and one telephone with Wife")
	p.Wife = she.person("shares one e-mail and one telephone with Husband")
	return m.done()
}

// namesakes are father and son of one name at one address.
func (g *generator) namesakes(p *Persons) *household {
	m := g.household()
	father := m.member(g.adult("Jan", "Nowak", false, 1951, g.back(30, time.May, 5)))
	son := m.member(g.adult("Jan", "Nowak", false, 1983, g.back(10, time.May, 5)))
	father.email, son.email = nil, nil
	m.address("ul. Klonowa 5 m. 6", "00-950 Warszawa", father, son)
	l := m.lease("10", "Klonowa 5/6", father.joinedOn, nil, father, son)
	m.scans(l, 1)
	m.rent(m.account(father), g.ago(400), g.today, 45000)
	m.rent(m.account(son), g.ago(200), g.today, 5000)
	m.h.signatures = append(m.h.signatures, signature{0, nil, "Jan Nowak", "Który Jan Nowak podpisał?"})
	m.letter(father, g.day(9, time.July, 7), "Do rąk Jana Nowaka (starszego).")
	m.letter(son, g.day(2, time.July, 7), "Do rąk Jana Nowaka (młodszego).")
	p.Namesakes = [2]Person{father.person("father: the same name and address as his son"), son.person("son: the same name and address as his father")}
	return m.done()
}

// noIdentity are those whose identifiers say nothing: the sentinel e-mail, the empty number, no number at all.
func (g *generator) noIdentity(p *Persons) *household {
	m := g.household()
	sentinel := m.member(g.adult("Bogumił", "Bezmejla", false, 1948, g.back(25, time.January, 15)))
	sentinel.email = SentinelEmail
	m.subscribe(SentinelEmail, "remonty")
	m.rent(m.account(sentinel), g.ago(300), g.today, 39000)
	m.h.signatures = append(m.h.signatures, signature{1, SentinelEmail, "Bogumił Bezmejla", "Bez komputera."})

	empty := m.member(g.adult("Pelagia", "Pustelnik", true, 1970, g.back(15, time.March, 20)))
	empty.memberNo, empty.phone = "", ""
	m.rent(m.account(empty), g.ago(300), g.today, 39000) // its member_no is empty too
	orphan := account{no: "200-000000", memberNo: "", holder: "konto bez właściciela"}
	m.h.accounts = append(m.h.accounts, orphan)
	m.entry(orphan.no, bank, "wpłata nierozpoznana", -10000, g.day(2, time.May, 5), nil, "paid")

	none := m.member(g.adult("Kunegunda", "Nienumer", true, 1972, g.back(14, time.March, 20)))
	none.memberNo = nil
	m.account(none)
	m.subscribe(nil, "dawna lista bez adresu")
	m.subscribe("", "lista z pustym adresem")
	m.h.signatures = append(m.h.signatures, signature{1, "", "Anonim", "Bez podpisu."})

	p.SentinelHolder = sentinel.person("his e-mail is the sentinel that stands on 200 rows")
	p.EmptyNumber = empty.person("the member number is the empty text, here and on two accounts, one of them nobody's")
	p.NoNumber = none.person("the member number is NULL, also on the account")
	return m.done()
}
