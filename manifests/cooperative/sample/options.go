package sample

import (
	"fmt"
	"time"
	_ "time/tzdata" // the sample stands in Europe/Warsaw on any machine
)

// DefaultMembers is how many members a sample has unless told otherwise.
const DefaultMembers = 2000

// Options say how large a sample is and from which seed and day it is made. From about 600 members, where the ledger's
// collections pass 10,000 rows, to about 1,000 the named persons hold more than one in a hundred of them, and a plan
// stops at the guard; below and above it does not.
type Options struct {
	Members int       // members in all, the cast included; 0: [DefaultMembers]. No fewer than the cast has (46).
	Seed    uint64    // the same seed gives the same sample
	AsOf    time.Time // the day dates are relative to; zero: [ReferenceDay]. Only its date counts.
	Heavy   Heavy     // what one person has very much of
}

// Heavy is how many rows [Persons.Heavy] has beside the ordinary ones; nothing of it is in the meter imports.
// Zero is 250 of each,
// with which the person passes the guards of a map; much more stops a plan at attention unless the map raises them.
type Heavy struct{ Readings, Entries int }

// Zone is the cooperative's time zone.
var Zone = mustZone("Europe/Warsaw")

// ReferenceDay is the day samples are relative to unless told otherwise.
var ReferenceDay = time.Date(2026, time.November, 6, 0, 0, 0, 0, Zone)

func mustZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // time/tzdata is linked in
	}
	return loc
}

func (o Options) withDefaults() (Options, error) {
	if o.Members == 0 {
		o.Members = DefaultMembers
	}
	if o.Members < 0 || o.Heavy.Readings < 0 || o.Heavy.Entries < 0 {
		return o, fmt.Errorf("lay out a sample: a number of rows below zero; give 0 for the default")
	}
	if o.AsOf.IsZero() {
		o.AsOf = ReferenceDay
	}
	y, m, d := o.AsOf.Date()
	o.AsOf = time.Date(y, m, d, 0, 0, 0, 0, Zone)
	if y < 2020 || y > 2099 { // the cast is born in the twentieth century
		return o, fmt.Errorf("lay out a sample: the year %d; want a day between 2020 and 2099", y)
	}
	if o.Heavy == (Heavy{}) {
		o.Heavy = Heavy{Readings: 250, Entries: 250}
	}
	return o, nil
}
