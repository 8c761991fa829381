package sample

import (
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/manifests/people"
)

// crowd makes ordinary households until there are as many members as asked for.
func (g *generator) crowd(yield func(*household) error) error {
	size := g.opt.Members - g.members
	c := crowd{generator: g, size: size, sentinels: min(199, size/4), petitions: 2 + g.opt.Members/150}
	for c.made < size {
		if err := yield(c.next()); err != nil {
			return err
		}
	}
	return nil
}

type crowd struct {
	*generator
	size, made, flats int
	sentinels         int // of the crowd who carry the sentinel e-mail
	petitions         int
}

// next is one household: people, where they live, what they owe and what was written to them.
func (c *crowd) next() *household {
	m := c.household()
	joined := c.someDay(c.back(35, time.January, 1), c.ago(40))
	var left value
	end := c.today
	if c.chance(35) {
		end = c.someDay(joined.AddDate(0, 1, 0), c.today)
		left = end.Format(iso)
	}
	members := c.people(m, joined, left)
	street, building, no := people.Streets[c.flats%len(people.Streets)], 1+c.flats/len(people.Streets)/30, 1+c.flats/len(people.Streets)%30
	flat := fmt.Sprintf("%s %d/%d", street, building, no)
	c.flats++
	if c.chance(97) {
		m.address(fmt.Sprintf("ul. %s %d m. %d", street, building, no), "00-950 Warszawa", members...)
	}
	if c.chance(88) {
		l := m.lease("", flat, joined.Format(iso), left, members...)
		if c.chance(60) {
			l.deedNo = fmt.Sprintf("WA1M/%08d/%d", c.leases, c.leases%10)
		}
		m.scans(l, c.rng.IntN(4))
		from := end.AddDate(0, -c.between(3, 20), 0)
		m.readMonthly(flat, meters[:c.between(1, 4)], later(from, joined), end, c.between(1, 28), c.chance(90))
	}
	for i, x := range members {
		if i == 0 || c.chance(60) {
			c.money(m, x, joined, end)
		}
		c.rest(m, x, joined, end)
	}
	return m.done()
}

// people are one to three members of one household; half of the couples share e-mail and telephone.
func (c *crowd) people(m maker, joined time.Time, left value) []*member {
	n := min([]int{1, 1, 1, 1, 1, 2, 2, 2, 2, 3}[c.rng.IntN(10)], c.size-c.made)
	surname := pick(c.generator, people.Surnames)
	share := c.chance(50)
	var out []*member
	for i := range n {
		woman := c.chance(53)
		w := who{pick(c.generator, people.MensNames), people.SurnameOf(surname, woman), woman, joined.AddDate(-c.between(18, 50), 0, -c.rng.IntN(365)), joined}
		if woman {
			w.first = pick(c.generator, people.WomensNames)
		}
		x := m.member(w)
		x.leftOn = left
		switch k := c.made; {
		case k*c.sentinels/c.size != (k+1)*c.sentinels/c.size:
			x.email = SentinelEmail
		case i > 0 && share && out[0].email != SentinelEmail:
			x.email, x.phone = out[0].email, out[0].phone
		case c.chance(12):
			x.email = nil
		}
		c.colour(x, w)
		c.made++
		out = append(out, x)
	}
	return out
}

// colour gives a member the columns only some have.
func (c *crowd) colour(x *member, w who) {
	switch {
	case x.leftOn != nil && c.chance(20):
		x.status = "W"
	case c.chance(2):
		x.status = "Z" // a code the map does not name
	}
	if c.chance(10) {
		x.recommendedBy = int64(1 + c.rng.IntN(int(x.id)-1))
	}
	if c.chance(15) {
		x.emergencyName, x.emergencyPhone = pick(c.generator, people.WomensNames)+" "+w.last, people.Phone(200_000+c.members)
	}
	if c.chance(4) {
		x.disability = pick(c.generator, []string{"niedowidzi", "porusza się na wózku", "niedosłyszy"})
	}
	if c.chance(20) {
		x.riskScore, x.scoredOn = int64(c.rng.IntN(101)), c.someDay(w.joined, c.today).Format(iso)
	}
	if c.chance(8) {
		x.notes = pick(c.generator, AwkwardTexts()[:30]).Text
	}
	if c.chance(5) {
		x.diedOn = c.someDay(w.joined, c.today).Format(iso)
	}
}

// money is an account with some months of charges and payments up to the end of membership.
func (c *crowd) money(m maker, x *member, joined, end time.Time) {
	acc := m.account(x)
	cents := int64(c.between(30000, 90000))
	for _, t := range months(later(end.AddDate(0, -c.between(2, 24), 0), joined), end, 1) {
		day, due, status := t.Format(iso), t.AddDate(0, 0, 9).Format(iso), "paid"
		paid := c.chance(95)
		if !paid {
			status = "unpaid"
		}
		m.entry(acc, charges, "opłata za lokal "+t.Format("01/2006"), cents, day, due, status)
		if !paid || c.chance(30) {
			continue
		}
		e := m.entry(acc, bank, "czynsz "+x.lastName, -cents, due, nil, "paid")
		switch c.rng.IntN(50) {
		case 0:
			e.payer = pick(c.generator, people.MensNames) + " " + x.lastName
		case 1:
			m.correct(e, acc, int64(c.between(-500, 500)), due)
		case 2:
			e.title = pick(c.generator, AwkwardTexts()[:30]).Text
		}
	}
	if c.chance(8) {
		m.dun(acc, c.someDay(joined, end).Format(iso), "Wezwanie do zapłaty zaległości w terminie 14 dni.")
	}
}

// rest is vehicles, newsletters, disclosures, letters and signatures.
func (c *crowd) rest(m maker, x *member, joined, end time.Time) {
	for range []int{0, 0, 0, 1, 1, 2}[c.rng.IntN(6)] {
		m.vehicle(x, fmt.Sprintf("W%c %05d", 'A'+rune(c.rng.IntN(26)), c.rng.IntN(100000)))
	}
	if c.chance(25) {
		m.subscribe(x.email, pick(c.generator, []string{"remonty", "zebrania", "zieleń, parkingi"}))
	}
	for range []int{0, 0, 0, 1, 2}[c.rng.IntN(5)] {
		m.disclose(x, pick(c.generator, []string{"bank", "accountant", "insurer", "waterworks"}), c.someDay(joined, end).Format(iso))
	}
	for range []int{0, 0, 1, 1, 2, 2}[c.rng.IntN(6)] {
		m.letter(x, c.someDay(joined, end).Format(iso), "Zawiadomienie o zebraniu członków.")
	}
	if c.chance(8) {
		m.h.signatures = append(m.h.signatures, signature{c.rng.IntN(c.petitions), x.email, x.firstName + " " + x.lastName,
			pick(c.generator, []string{"", "Popieram.", "Sąsiad obok jest przeciw, ja za."})})
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
