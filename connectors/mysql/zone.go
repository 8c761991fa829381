package mysql

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Servers often have no table of time zones, and what they have ends in 2038. So zones are worked out here, and sent as offsets.

// wall is a local time as the instant of UTC that is written alike.
func wall(x time.Time, loc *time.Location) time.Time {
	return time.Date(x.Year(), x.Month(), x.Day(), x.Hour(), x.Minute(), x.Second(), x.Nanosecond(), loc)
}

// span is a stretch of local times, from the first, included, to the last, excluded; "" is open.
type span struct{ from, to string }

// around is how far from an instant, in local time, there may be times before it and after it: more than any zone is from UTC.
const around = 48 * time.Hour

// localBefore gives the local times of a zone that are before t. There are more than one stretch of them where clocks were changed then.
func localBefore(zone string, t time.Time) []span {
	loc := connectors.Collection{Zone: zone}.Location()
	if edge, ok := quiet(loc, t); ok {
		return []span{{"", edge}}
	}
	is := func(x time.Time) bool { return wall(x, loc).Before(t) }
	var out []span
	at, from := t.UTC().Truncate(time.Microsecond).Add(-around), ""
	const stride = 15 * time.Minute // no zone changes its clocks twice in it
	inside := true
	for last := at.Add(2 * around); at.Before(last); at = at.Add(stride) {
		if next := at.Add(stride); is(next) != inside {
			edge := bisect(at, next, func(x time.Time) bool { return is(x) != inside }).Format(finest)
			if inside {
				out = append(out, span{from, edge})
			}
			from, inside = edge, !inside
		}
	}
	return out
}

// quiet is the first local time that is not before t, where no clock of the zone was changed close to it.
func quiet(loc *time.Location, t time.Time) (edge string, ok bool) {
	local := t.In(loc)
	if start, end := local.ZoneBounds(); !start.IsZero() && start.After(t.Add(-around)) || !end.IsZero() && end.Before(t.Add(around)) {
		return "", false
	}
	_, offset := local.Zone()
	at := t.UTC().Add(time.Duration(offset) * time.Second)
	if whole := at.Truncate(time.Microsecond); whole.Before(at) {
		at = whole.Add(time.Microsecond)
	}
	return at.Format(finest), true
}

// bisect is the first time after low, in whole microseconds, of which test is true; it is true of high.
func bisect(low, high time.Time, test func(time.Time) bool) time.Time {
	for high.Sub(low) > time.Microsecond {
		if mid := low.Add(high.Sub(low) / 2).Truncate(time.Microsecond); test(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// changes are a zone's: when, in local time, its offset changes, in seconds from the year 0, and the offsets before, between and after.
type changes struct{ at, offsets []string }

// The years between which changes of clocks are known. Before and after them the zone stands still.
const firstChange, lastChange = 1880, 2100

var zones sync.Map // changes by name

func changesOf(zone string) changes {
	if known, ok := zones.Load(zone); ok {
		return known.(changes)
	}
	loc := connectors.Collection{Zone: zone}.Location()
	offset := func(x time.Time) time.Duration { return x.Sub(wall(x, loc)) }
	at := time.Date(firstChange, 1, 1, 0, 0, 0, 0, time.UTC)
	zero := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	c := changes{offsets: []string{seconds(offset(at))}}
	for {
		_, next := at.In(loc).ZoneBounds()
		if !next.IsZero() && !next.After(at) { // on the last day of some leap years the library finds no end but that instant itself
			at = at.Add(24 * time.Hour)
			continue
		}
		if next.IsZero() || next.Year() > lastChange {
			break
		}
		if !next.After(at) { // as happens at the end of a leap year
			at = at.AddDate(0, 0, 1)
			continue
		}
		low, high := next.UTC().Add(-25*time.Hour), next.UTC().Add(25*time.Hour)
		if now := offset(high); now != offset(low) {
			edge := bisect(low, high, func(x time.Time) bool { return offset(x) == now })
			c.at = append(c.at, strconv.FormatInt(edge.Unix()-zero.Unix()+366*86400, 10))
			c.offsets = append(c.offsets, seconds(now))
		}
		at = next.UTC()
	}
	zones.Store(zone, c)
	return c
}

// shift is a local time of a zone as one of UTC; itself, where that is beyond the last year there is.
func shift(local, zone string) string {
	c := changesOf(zone)
	switch {
	case len(c.at) > 0:
		return "COALESCE(" + local + " - INTERVAL CAST(ELT(1 + INTERVAL(TO_SECONDS(" + local + "), " + strings.Join(c.at, ", ") + "), " + strings.Join(c.offsets, ", ") + ") AS SIGNED) SECOND, " + local + ")"
	case c.offsets[0] == "0":
		return "(" + local + ")"
	}
	return "COALESCE(" + local + " - INTERVAL " + c.offsets[0] + " SECOND, " + local + ")"
}
