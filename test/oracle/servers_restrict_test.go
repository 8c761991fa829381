package oracle

import (
	"testing"

	"pgregory.net/rapid"
)

// TestRestrictionOnServers does the same for restriction and lift, as TestRestrictionAndLift does.
func TestRestrictionOnServers(t *testing.T) {
	enough := []string{"alone", "shared", "of both, alone", "of both, shared", "marked", "second", "foreign keys"}
	onServers(t, 100, enough, func(t *testing.T, rt *rapid.T, s *site, name string, seen map[string]int) string {
		var p *plot
		c := drawLimits(rt, func(e *estate) { p = s.plot(rt, e, name, seen) })
		c.kinds = c.kinds[:2] // but for servers
		c.tell(seen)
		p.restricted = true
		return p.over(rt, c.explain, func() string { return c.on(t, p.way(), 0, p) })
	})
}
