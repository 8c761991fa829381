package sample

import "time"

// Cast are the patients worth asking for. What each shows stands in About; the dates are those of the clinic's periods, worked out by hand.
type Cast struct {
	Demo    *Patient // something in every store
	Spouse  *Patient // shares Demo's e-mail and telephone
	Mother  *Patient // writes in Demo's thread
	Heavy   *Patient
	Visitor *Patient // known to the site alone, by e-mail

	OldRecord, NightRecord, TwoVisits, Injury, Child        *Patient
	Image, Referrals, Guarantee, LeapVisit                  *Patient
	ZeroDate, Unreadable, Future                            *Patient
	OpenPlan, Dispute, TwoPurposes, LastDay, ForAnotherOnly *Patient
}

func (m *maker) cast(heavy int) Cast {
	return Cast{
		Demo: m.demo(), Spouse: m.spouse(), Mother: m.mother(), Heavy: m.heavy(heavy), Visitor: m.visitor(),
		OldRecord: m.of("last entry 2005-06-01: until 2025-12-31", "Oktawia", "Dawna", true, "1950-03-01", func(p *Patient) {
			m.visit(p, at("2005-06-01", 10), "konsultacja")
		}),
		NightRecord: m.of("last entry 2005-12-31T23:30Z, which is 2006 here: until 2026-12-31", "Nikodem", "Nocny", false, "1951-04-02", func(p *Patient) {
			m.visit(p, time.Date(2005, time.December, 31, 23, 30, 0, 0, time.UTC), "dyżur")
		}),
		TwoVisits: m.of("entries 1999-03-01 and 2010-03-01 of one record: both until 2030-12-31", "Dwojga", "Wizyt", true, "1952-05-03", func(p *Patient) {
			m.visit(p, at("1999-03-01", 9), "konsultacja")
			m.visit(p, at("2010-03-01", 9), "kontrola")
		}),
		Injury: m.of("died 2020-02-29 of an injury, last entry 2011-01-10: until 2050-12-31", "Ignacy", "Urazowy", false, "1953-06-04", func(p *Patient) {
			p.Kind, p.Died = "injury", "2020-02-29"
			m.visit(p, at("2011-01-10", 9), "opatrunek")
		}),
		Child: m.of("a child under two, entry 2024-09-01: until 2046-12-31", "Zuzia", "Malutka", true, "2023-02-05", func(p *Patient) {
			p.Kind, p.Guardian, p.PayerNo = "child", "Karolina Malutka", "" // who pays has a number of her own
			m.visit(p, at("2024-09-01", 9), "kontrola")
		}),
		Image: m.of("X-ray image 2016-05-10: until 2026-12-31", "Roentgena", "Obrazowa", true, "1960-07-06", func(p *Patient) {
			m.xray(p, "2016-05-10")
			m.xray(p, "2015-12-31")
		}),
		Referrals: m.of("referrals: given 2021-11-02 until 2026-12-31, not used of 2024-11-02 until 2026-12-31, taken away: no rule holds it", "Skierowana", "Trzykroć", true, "1961-08-07", func(p *Patient) {
			p.Referrals = []Referral{
				{m.no("SK"), "2021-10-20", "2021-11-02", "served", "lek. Adam Kierujący"},
				{m.no("SK"), "2024-11-02", "", "never_came", "lek. Adam Kierujący"},
				{m.no("SK"), "2024-11-02", "", "taken", "lek. Adam Kierujący"},
			}
		}),
		Guarantee: m.of("guarantee of 2024-02-29, five years: until 2029-02-28", "Gwarancja", "Przestępna", true, "1962-09-08", func(p *Patient) {
			p.Guarantees = []Guarantee{{m.no("GW"), "2024-02-29", "korona na zębie 16"}}
		}),
		LeapVisit: m.of("appointment of 2024-02-29, four years: until 2028-02-29", "Roman", "Lutowy", false, "1963-10-09", func(p *Patient) {
			m.meet(p, at("2024-02-29", 11))
		}),
		ZeroDate: m.of("an invoice whose tax obligation arose on 0000-00-00: kept, the date is unknown", "Zerowa", "Data", true, "1964-11-10", func(p *Patient) {
			m.bill(p, "0000-00-00", "2012-01-31", "paid", "przegląd")
		}),
		Unreadable: m.of("an appointment whose date is a text: kept, the date is unknown", "Nieczytelny", "Termin", false, "1965-12-11", func(p *Patient) {
			m.meet(p, "po świętach")
			m.meet(p, at("2015-05-05", 9))
		}),
		Future: m.of("an invoice of a day to come: kept, the date is unknown", "Przyszła", "Faktura", true, "1966-01-12", func(p *Patient) {
			m.bill(p, "2031-01-31", "2031-02-28", "paid", "przegląd")
		}),
		OpenPlan: m.of("a contract that has not ended, beside one that has", "Ortodoncja", "Trwająca", true, "1999-02-13", func(p *Patient) {
			p.Plans = []Plan{{m.no("ORT"), "2024-01-15", "", "aparat stały"}, {m.no("ORT"), "2012-01-15", "2014-06-30", "aparat ruchomy"}}
		}),
		Dispute: m.of("a dispute: kept until the hold is released", "Sporny", "Pacjent", false, "1968-03-14", func(p *Patient) {
			p.Disputes = []Dispute{{m.no("C"), "2012-04-01", "Reklamacja protezy."}}
		}),
		TwoPurposes: m.of("an invoice of 2021 that was not paid, due in 2024: accounts until 2026-12-31, claims until 2030-12-31", "Dłużny", "Podwójny", false, "1969-04-15", func(p *Patient) {
			m.bill(p, "2021-06-30", "2024-03-31", "unpaid", "leczenie kanałowe", "korona")
		}),
		LastDay: m.of("an invoice of 2021, paid: its last day of keeping is 2026-12-31", "Ostatni", "Dzień", false, "1970-05-16", func(p *Patient) {
			m.bill(p, "2021-11-30", "2021-12-14", "paid", "przegląd")
		}),
		ForAnotherOnly: m.of("known by examinations made for another practice only", "Zlecona", "Gdzieindziej", true, "1971-06-17", func(p *Patient) {
			p.Orders = []Order{{m.no("ZL"), "żuchwa", "2025-05-05"}, {m.no("ZL"), "szczęka", "2026-01-07"}}
			p.No, p.PayerNo, p.Email, p.Phone = "", "", "", ""
		}),
	}
}

func (m *maker) of(about, first, last string, woman bool, born string, lives func(*Patient)) *Patient {
	p := m.patient(first, last, woman, born)
	p.About = about
	lives(p)
	return p
}

// demo has something in every store.
func (m *maker) demo() *Patient {
	return m.of("something in every store", "Halina", "Dębowska", true, "1958-04-11", func(p *Patient) {
		v := m.visit(p, at("2004-03-02", 9), "konsultacja") // the record has lapsed
		v.enter(at("2004-03-09", 9), "K04.0", "Leczenie kanałowe zęba 36.")
		p.LastContact = "2019-05-06"
		p.Authorised, p.AuthorisedPhone = "Tadeusz Dębowski", p.Phone
		p.Referrals = []Referral{{m.no("SK"), "2015-01-10", "2015-02-11", "served", "lek. Adam Kierujący"}}
		p.Guarantees = []Guarantee{{m.no("GW"), "2014-04-14", "most 14-16"}}
		p.Disclosures = []Disclosure{{"laboratory", "2014-04-01"}, {"health_fund", "2015-02-12"}}
		m.bill(p, "2014-04-14", "2014-04-28", "paid", "most", "wkład")
		m.bill(p, "2023-09-30", "2023-10-14", "paid", "przegląd") // kept until 2028-12-31
		m.meet(p, at("2019-05-06", 12))
		m.talk(p, at("2019-05-07", 12), "P-000003")
		m.talk(p, time.Time{})
		p.Photos = []Photo{{"usmiech.jpg", at("2019-05-01", 8), []byte("\xff\xd8\xff" + p.No)}}
		old := m.xray(p, "2012-06-07")
		old.Earlier = append([]byte("\x89PNG\r\n\x1a\nunclear "), p.No...)
		m.xray(p, "2013-06-09").Discarded = true
		m.xray(p, "2022-06-07") // kept until 2032-12-31
		p.Newsletter, p.Charts = "wybielanie", true
		p.Questions = []Question{{at("2024-01-02", 10), "Ile kosztuje most?"}}
		p.Orders = []Order{{m.no("ZL"), "szczęka", "2024-08-08"}}
	})
}

func (m *maker) spouse() *Patient {
	return m.of("shares an e-mail address and a telephone with his wife", "Tadeusz", "Dębowski", false, "1955-12-24", func(p *Patient) {
		wife := m.made[0]
		p.Email, p.Phone = wife.Email, wife.Phone
		m.visit(p, at("2024-10-10", 9), "kontrola")
		m.bill(p, "2024-10-10", "2024-10-24", "paid", "kontrola")
		m.meet(p, at("2024-10-10", 9))
		m.xray(p, "2024-10-10").Earlier = append([]byte("\x89PNG\r\n\x1a\nunclear "), p.No...)
		m.xray(p, "2012-06-11") // in one month's export with his wife
		m.xray(p, "2013-06-11")
	})
}

func (m *maker) mother() *Patient {
	return m.of("writes in the thread of another patient", "Bronisława", "Matczyna", true, "1935-08-08", func(p *Patient) {
		m.visit(p, at("2025-03-03", 9), "proteza")
		m.talk(p, at("2025-03-04", 9))
	})
}

// heavy has been in treatment for decades.
func (m *maker) heavy(visits int) *Patient {
	return m.of("in treatment for decades", "Walenty", "Stały", false, "1949-01-01", func(p *Patient) {
		for i := range visits {
			day := at("1984-02-03", 9).AddDate(0, i*240/visits, 0)
			v := m.visit(p, day, "kontrola")
			v.enter(day, "Z01.2", "Bez zmian.")
			m.bill(p, day.Format(time.DateOnly), day.AddDate(0, 0, 14).Format(time.DateOnly), "paid", "kontrola", "skaling")
			m.meet(p, day)
			if i%3 == 0 {
				m.xray(p, day.Format(time.DateOnly))
			}
			if i%10 == 0 {
				m.talk(p, day.AddDate(0, 0, 1))
			}
		}
	})
}

func (m *maker) visitor() *Patient {
	return m.of("known to the site alone", "Gość", "Strony", false, "1990-09-09", func(p *Patient) {
		p.No, p.PESEL, p.PayerNo = "", "", ""
		p.Newsletter = "nowości"
		p.Questions = []Question{{at("2026-10-01", 10), "Czy przyjmują Państwo dzieci?"}}
	})
}
