// Package policy says what a right touches and what stays: which purposes a ground ends, when a period is
// over, what an exception keeps (GDPR art. 17(1) and (3); Code B.V and C). Pure functions of the map
// and the request; no clock, no store.
package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// Terms are what one plan judges by. AsOf is the one instant all cut-offs come from.
type Terms struct {
	AsOf        time.Time
	Zone        *time.Location // the controller's: year ends and days are its
	Ground      string         // art17_1_a … f; art21_1, art21_2, art7_3 for objection and withdrawal
	Scope       request.Scope
	Keep        []request.Keep
	Controller  string // the controller addressed; "" the first
	Instruction string // the controller whose instruction we carry out as processor; "" none
	Stops       bool   // objection, withdrawal: the purposes named end, and nothing else is touched, lapsed or not
}

// TermsOf reads them from a request. A missing ground is the narrowest, 17(1)(a): what has lapsed.
func TermsOf(r *request.Request, m *datamap.Map, asOf time.Time) Terms {
	t := Terms{AsOf: asOf.In(m.Zone), Zone: m.Zone, Ground: r.Ground, Keep: r.Keep, Controller: r.Controller}
	if t.Controller == "" && len(m.Controllers) > 0 {
		t.Controller = m.Controllers[0].Name
	}
	if r.Scope != nil {
		t.Scope = *r.Scope
	}
	if r.Instruction != nil {
		t.Instruction = r.Instruction.Controller
	}
	if r.Right == request.Objection || r.Right == request.Withdrawal {
		t.stop(r, m)
	}
	return t
}

// stop narrows the terms to the purposes named, which end by the ground; all are those the ground ends.
func (t *Terms) stop(r *request.Request, m *datamap.Map) {
	t.Stops = true
	if r.Right == request.Withdrawal {
		t.Ground = "art7_3"
	}
	if len(t.Scope.Purposes) > 0 {
		return
	}
	all := *t
	all.Scope.Purposes = slices.Sorted(maps.Keys(m.Purposes))
	for _, name := range all.Scope.Purposes {
		if _, ended := all.Ended(m.Purposes[name]); ended && !t.foreign(m.Purposes[name]) {
			t.Scope.Purposes = append(t.Scope.Purposes, name)
		}
	}
	if len(t.Scope.Purposes) == 0 {
		t.Scope.Purposes = []string{""} // none, which is not all
	}
}

// Today is the midnight that began the day of AsOf, in the controller's zone.
func (t Terms) Today() time.Time { return midnight(t.AsOf, t.Zone) }

func midnight(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// InScope says whether the request reaches purpose p at all.
func (t Terms) InScope(p *datamap.Purpose) bool {
	return len(t.Scope.Purposes) == 0 || slices.Contains(t.Scope.Purposes, p.Name)
}

// SystemInScope says whether the request reaches system s at all.
func (t Terms) SystemInScope(s *datamap.System) bool {
	return len(t.Scope.Systems) == 0 || slices.Contains(t.Scope.Systems, s.Name)
}

// Ended says whether the ground ends purpose p whatever its dates, and the reason code for it. Exceptions
// of art. 17(3) stand against every ground; the subject's own consent is ended by its withdrawal (b), a
// balance of interests by an objection (c), everything without an exception by unlawfulness or a duty to
// erase (d), (e), and a child's consent online by (f).
func (t Terms) Ended(p *datamap.Purpose) (code string, ended bool) {
	switch t.Ground {
	case "art17_1_b", "art7_3":
		return plan.Withdrawn, p.Consent()
	case "art17_1_f":
		return plan.Unlawful, p.Consent()
	case "art17_1_c", "art21_1":
		return plan.Objected, p.Exception == "" && weighed(p)
	case "art21_2":
		return plan.Objected, p.Exception == "" && len(t.Scope.Purposes) > 0
	case "art17_1_d", "art17_1_e":
		return plan.Unlawful, p.Exception == ""
	}
	return "", false
}

// weighed says whether a purpose rests on a balance of interests or a public task alone: what a contract or a law asks
// for as well, an objection does not end (art. 21(1)).
func weighed(p *datamap.Purpose) bool {
	some := false
	for _, b := range p.Bases {
		switch {
		case b == "art6_1_e" || b == "art6_1_f":
			some = true
		case strings.HasPrefix(b, "art6_"):
			return false
		}
	}
	return some
}

// kept is the exception the case system decided for p, if it still holds.
func (t Terms) kept(p *datamap.Purpose) *request.Keep {
	for i, k := range t.Keep {
		until, err := time.ParseInLocation(time.DateOnly, k.Until, t.Zone)
		if k.Purpose == p.Name && (k.Until == "" || (err == nil && !t.Today().After(until))) {
			return &t.Keep[i]
		}
	}
	return nil
}

// Foreign says whether p is another controller's affair: left alone, counted and referred (art. 28(3)).
func (t Terms) Foreign(p *datamap.Purpose) bool { return t.foreign(p) }

// foreign says whether p is another controller's affair here: held as processor without that
// controller's instruction, or addressed to another controller of the map.
func (t Terms) foreign(p *datamap.Purpose) bool {
	if p.Role == "processor" {
		return t.Instruction == "" || t.Instruction != p.For
	}
	return t.Controller != "" && p.Controller != nil && p.Controller.Name != t.Controller && p.Controller.ID != t.Controller
}
