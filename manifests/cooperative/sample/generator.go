package sample

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/dossier-dsr/dossier/manifests/people"
)

// generator makes households, one after the other, from one stream of random numbers. It keeps what must not
// repeat (numbers given out) and nothing of the rows, so that a large sample needs no more memory than a small one.
type generator struct {
	opt Options
	calendar
	rng *rand.Rand

	members, addresses, leases, letters, phones int
	books                                       map[string]int64
	pesels                                      map[string]struct{}
}

func newGenerator(opt Options) *generator {
	return &generator{
		opt:      opt,
		calendar: calendar{opt.AsOf},
		rng:      rand.New(rand.NewPCG(opt.Seed, 0x70646c6970616d69)),
		leases:   100, // low numbers are the cast's
		books:    map[string]int64{},
		pesels:   map[string]struct{}{},
	}
}

// named makes the cast; it comes first.
func (g *generator) named() (Persons, []*household, error) {
	persons, cast := g.cast()
	if g.opt.Members < g.members {
		return persons, nil, fmt.Errorf("lay out a sample of %d members: the named persons alone are %d", g.opt.Members, g.members)
	}
	return persons, cast, nil
}

// each gives the whole sample, beginning with the cast.
func (g *generator) each(persons Persons, cast []*household, yield func(*household) error) error {
	for _, h := range cast {
		if err := yield(h); err != nil {
			return err
		}
	}
	if err := g.heavyRows(persons.Heavy, yield); err != nil {
		return err
	}
	return g.crowd(yield)
}

// chance is true in n of 100 cases.
func (g *generator) chance(n int) bool { return g.rng.IntN(100) < n }

// between is a number from a to b, both included.
func (g *generator) between(a, b int) int { return a + g.rng.IntN(b-a+1) }

func pick[T any](g *generator, from []T) T { return from[g.rng.IntN(len(from))] }

// someDay is a day from a to b, both included.
func (g *generator) someDay(a, b time.Time) time.Time {
	days := int(b.Sub(a).Hours()/24 + 0.5)
	if days <= 0 {
		return a
	}
	return a.AddDate(0, 0, g.rng.IntN(days+1))
}

// newPESEL gives a number not given out before.
func (g *generator) newPESEL(born time.Time, woman bool) string {
	for {
		serial := g.rng.IntN(5000)*2 + 1
		if woman {
			serial--
		}
		p := people.PESEL(born, serial)
		if _, taken := g.pesels[p]; !taken {
			g.pesels[p] = struct{}{}
			return p
		}
	}
}
