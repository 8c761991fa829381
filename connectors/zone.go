package connectors

import (
	"sync"
	"time"
)

// zones keeps locations by their names: reading one from the system's tables takes longer than judging a row by it.
var zones sync.Map

// Location is the zone in which dates and times of the collection stand that carry none; UTC where
// Zone is empty. [Selection.Validate] refuses a zone that does not exist.
func (c Collection) Location() *time.Location {
	loc, err := c.location()
	if err != nil {
		return time.UTC
	}
	return loc
}

func (c Collection) location() (*time.Location, error) {
	if loc, ok := zones.Load(c.Zone); ok {
		return loc.(*time.Location), nil
	}
	loc, err := time.LoadLocation(c.Zone)
	if err == nil {
		zones.Store(c.Zone, loc)
	}
	return loc, err
}
