package sample

import (
	"fmt"
	"math/rand/v2"
	"time"
	_ "time/tzdata" // the sample stands in Europe/Warsaw on any machine

	"github.com/dossier-dsr/dossier/manifests/people"
)

// Zone is the clinic's time zone.
var Zone = zone()

// Day is the day the sample stands at.
var Day = time.Date(2026, time.November, 6, 0, 0, 0, 0, Zone)

// Placeholders are the persons that stand in for who is gone.
const (
	NobodyNo    = "P-000000"
	NobodyPayer = "K0000000"
)

// Options say how large a clinic is.
type Options struct {
	Patients int    // of the crowd, the cast not counted
	Seed     uint64 // the same seed makes the same clinic
	Heavy    int    // visits of [Cast].Heavy; 0: 60
}

// Clinic is everybody, the cast first.
type Clinic struct {
	Cast     Cast
	Patients []*Patient
}

// Make makes up a clinic.
func Make(opt Options) *Clinic {
	if opt.Heavy == 0 {
		opt.Heavy = 60
	}
	m := &maker{rng: rand.New(rand.NewPCG(opt.Seed, 0x64656e74616c))}
	c := &Clinic{}
	c.Cast = m.cast(opt.Heavy)
	for range opt.Patients {
		m.somebody()
	}
	c.Patients = m.made
	return c
}

func zone() *time.Location {
	loc, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		panic(err) // time/tzdata is linked in
	}
	return loc
}

// maker gives numbers out, and keeps everybody it made.
type maker struct {
	rng      *rand.Rand
	made     []*Patient
	visits   int64
	numbers  int // of referrals, plans, guarantees, cases, images, orders
	invoices int64
	serials  map[string]int
}

// patient begins somebody: with all numbers, an address and nothing else.
func (m *maker) patient(first, last string, woman bool, born string) *Patient {
	n := len(m.made) + 1
	day, err := time.ParseInLocation(time.DateOnly, born, Zone)
	if err != nil {
		panic(err) // of this package's own
	}
	if m.serials == nil {
		m.serials = map[string]int{}
	}
	serial := m.serials[born]*2 + 1
	if woman {
		serial--
	}
	m.serials[born]++
	p := &Patient{
		ID: int64(n), No: fmt.Sprintf("P-%06d", n), PayerNo: fmt.Sprintf("K%07d", 7_000+n*3), PESEL: people.PESEL(day, serial),
		Email: fmt.Sprintf("%s.%s%d@poczta.example", people.ASCII(first), people.ASCII(last), n), Phone: people.Phone(40_000 + n),
		First: first, Last: last, Born: born, Kind: "ordinary",
		Address: fmt.Sprintf("ul. %s %d, 00-950 Warszawa", people.Streets[n%len(people.Streets)], n%97+1), IBAN: people.IBAN(int64(900_000 + n)),
	}
	m.made = append(m.made, p)
	return p
}

// no is the next number of a kind.
func (m *maker) no(kind string) string {
	m.numbers++
	return fmt.Sprintf("%s/%06d", kind, m.numbers)
}
