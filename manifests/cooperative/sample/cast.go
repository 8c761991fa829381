package sample

import "time"

// cast makes the named persons and the households they live in, always in this order: who they are depends on
// the seed in nothing but the numbers they are given.
func (g *generator) cast() (Persons, []*household) {
	var p Persons
	p.NothingHeld = g.nothingHeld() // first: the number is taken, and given to nobody
	scenes := []func(*Persons) *household{
		g.demo, g.couple, g.namesakes, g.noIdentity, g.leaseMates, g.represented, g.widowed,
		g.recommendations, g.corrections, g.unknownDates, g.yearEnd, g.leapDay,
		g.awkward, g.nullPaths, g.climber, g.prolific, g.heavy,
	}
	var all []*household
	for _, scene := range scenes {
		all = append(all, scene(&p))
	}
	return p, all
}

// nothingHeld is a person with a right number of whom nothing is held.
func (g *generator) nothingHeld() Person {
	born := time.Date(1978, time.September, 9, 0, 0, 0, 0, Zone)
	return Person{PESEL: g.newPESEL(born, false), Email: "nikt.nieznany@poczta.example", FirstName: "Nikodem", LastName: "Nieznany",
		BornOn: born.Format(iso), About: "a right PESEL, and nothing is held anywhere"}
}

// adult is a plain member for a scene, born in the year.
func (g *generator) adult(first, last string, woman bool, year int, joined time.Time) who {
	return who{first, last, woman, g.someDay(time.Date(year, 1, 1, 0, 0, 0, 0, Zone), time.Date(year, 12, 31, 0, 0, 0, 0, Zone)), joined}
}
