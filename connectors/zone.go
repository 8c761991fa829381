package connectors

import "time"

// Location is the zone in which dates and times of the collection stand that carry none; UTC where
// Zone is empty. [Selection.Validate] refuses a zone that does not exist.
func (c Collection) Location() *time.Location {
	if loc, err := time.LoadLocation(c.Zone); err == nil {
		return loc
	}
	return time.UTC
}
