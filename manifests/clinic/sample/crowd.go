package sample

import (
	"time"

	"github.com/dossier-dsr/dossier/manifests/people"
)

// somebody is one of the crowd: a few of everything, on days of the last decades.
func (m *maker) somebody() {
	woman := m.chance(50)
	first := pick(m, people.MensNames)
	if woman {
		first = pick(m, people.WomensNames)
	}
	p := m.patient(first, people.SurnameOf(pick(m, people.Surnames), woman), woman, m.day(1930, 2015))
	for range m.rng.IntN(4) {
		day := m.day(1998, 2026)
		v := m.visit(p, at(day, 8+m.rng.IntN(9)), pick(m, []string{"kontrola", "konsultacja", "leczenie zachowawcze"}))
		if m.chance(40) {
			v.enter(v.At.Add(20*time.Minute), "K05.1", "Zapalenie dziąseł.")
		}
		if m.chance(60) {
			m.bill(p, day, at(day, 12).AddDate(0, 0, 14).Format(time.DateOnly), pick(m, []string{"paid", "paid", "paid", "unpaid"}), "przegląd", "wypełnienie")
		}
		if m.chance(50) {
			m.meet(p, v.At)
		}
		if m.chance(40) {
			m.xray(p, day)
		}
	}
	if m.chance(30) {
		m.talk(p, at(m.day(2015, 2026), 10), m.neighbour(p)...)
	}
	if m.chance(20) {
		p.Newsletter = "nowości"
	}
	if m.chance(10) {
		p.Referrals = append(p.Referrals, Referral{m.no("SK"), m.day(2012, 2026), "", "never_came", "lek. Adam Kierujący"})
	}
	if m.chance(10) {
		p.Orders = append(p.Orders, Order{m.no("ZL"), "żuchwa", m.day(2020, 2026)})
	}
	if m.chance(10) {
		p.Disclosures = append(p.Disclosures, Disclosure{"health_fund", m.day(2012, 2026)})
	}
	if m.chance(10) {
		p.Questions = append(p.Questions, Question{at(m.day(2024, 2026), 9), "Jakie są terminy?"})
	}
}

// neighbour is, of every third patient, the one before: somebody of the family, who writes in the conversation too.
func (m *maker) neighbour(p *Patient) []string {
	if before := m.made[len(m.made)-2]; p.ID%3 == 0 && before.No != "" {
		return []string{before.No}
	}
	return nil
}

func (m *maker) chance(percent int) bool { return m.rng.IntN(100) < percent }

// day is one of the years from a to b, none of which lies after the sample's own.
func (m *maker) day(a, b int) string {
	t := time.Date(a, time.January, 1, 0, 0, 0, 0, Zone).AddDate(0, 0, m.rng.IntN((b-a+1)*365))
	if !t.Before(Day) {
		t = Day.AddDate(0, 0, -1-m.rng.IntN(300))
	}
	return t.Format(time.DateOnly)
}

func pick[T any](m *maker, of []T) T { return of[m.rng.IntN(len(of))] }
