package datamap

import (
	"time"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// PoolMargin is how many days before an answer is due a system that pools is worked at the latest: time for the second look, and to try
// again.
const PoolMargin = 3

// PoolEnds is until when an erasure that began at an instant may wait for others in a system that pools: as long as the map says, and no
// longer than [PoolMargin] days before the first hour of the day its answer is due (2006-01-02, "" unknown). It may lie before the beginning:
// then nothing waits.
func (s *System) PoolEnds(begun time.Time, dueOn string, zone *time.Location) time.Time {
	begun = begun.In(zone)
	y, m, d := s.Pool.Add(begun).Date()
	end := time.Date(y, m, d, begun.Hour(), begun.Minute(), begun.Second(), begun.Nanosecond(), zone)
	if due, err := time.ParseInLocation(time.DateOnly, dueOn, zone); err == nil {
		if last := due.AddDate(0, 0, -PoolMargin); last.Before(end) {
			end = last
		}
	}
	return end
}

// pool reads how long erasures wait for each other, where that makes sense.
func (l *loader) pool(s *System, n *mapfile.Node) {
	p := period(n)
	if p == nil {
		return
	}
	switch {
	case p.Unit == Days && p.N > 31 || p.Unit == Months && p.N > 1 || p.Unit == Years && p.N > 0:
		l.r.Error(n, "a pool of %s is longer than a month", p).Hint("an answer is due within a month of the request (art. 12(3))")
	case p.N == 0:
		l.r.Error(n, "a pool of %s waits for nobody", p).Hint("leave it out, or say how long erasures may wait: 7 days")
	case s.Connector == Manual:
		l.r.Error(n, "%s is paper, and people do not pool", s.Name).Hint("leave it out; its department sees all open tasks in dossier task list")
	}
	s.Pool = p
}
