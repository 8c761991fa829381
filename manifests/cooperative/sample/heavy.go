package sample

import (
	"fmt"
	"time"
)

const heavyFlat = "Długa 1000/1"

// heavy is the member of whom there is very much: only the frame, the rows follow in slices.
func (g *generator) heavy(p *Persons) *household {
	m := g.household()
	x := m.member(g.adult("Multan", "Wielorzędny", false, 1953, g.back(30, time.January, 1)))
	x.leftOn = g.day(11, time.June, 30)
	m.address("ul. Długa 1000 m. 1", "00-950 Warszawa", x)
	m.lease("", heavyFlat, g.day(30, time.January, 1), g.day(11, time.June, 30), x)
	m.account(x)
	h := m.done()
	h.balances = nil // written with the rows
	p.Heavy = x.person("left eleven years ago; as many readings and entries as asked for, all lapsed")
	return h
}

// heavyRows makes the heavy person's rows in slices, so that a million take no more memory than a thousand.
func (g *generator) heavyRows(x Person, yield func(*household) error) error {
	const slice = 10_000
	start, days := g.back(30, time.January, 2), 7000 // to eleven years before
	m := g.household()
	flush := func(limit int) error {
		if len(m.h.readings)+len(m.h.entries) <= limit {
			return nil
		}
		err := yield(m.h)
		m.h = &household{}
		return err
	}
	for i := range g.opt.Heavy.Readings {
		m.h.readings = append(m.h.readings, reading{flat: heavyFlat, meter: fmt.Sprintf("P%03d", i/days),
			readOn: start.AddDate(0, 0, i%days).Format(iso), litres: int64(i % days * 10)})
		if err := flush(slice); err != nil {
			return err
		}
	}
	var total int64
	for i := range g.opt.Heavy.Entries {
		day := start.AddDate(0, 0, i%days).Format(iso)
		m.entry(x.Account, charges, "naliczenie", int64(1000+i%500), day, day, "paid")
		total += int64(1000 + i%500)
		if err := flush(slice); err != nil {
			return err
		}
	}
	m.h.balances = append(m.h.balances, balance{x.Account, total})
	return flush(-1)
}
