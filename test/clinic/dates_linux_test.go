package clinic_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
)

// TestPeriods plans an erasure for each of the cast: what is kept is kept until the day worked out by hand.
func TestPeriods(t *testing.T) {
	h := newHouse(t, sample.Options{})
	c := h.Cast
	n := 0
	for _, x := range []struct {
		who  *sample.Patient
		want []string
	}{
		{c.OldRecord, nil}, {c.NightRecord, nil}, {c.TwoVisits, nil}, {c.Injury, nil}, {c.Child, nil}, {c.Referrals, nil}, {c.Guarantee, nil}, {c.LeapVisit, nil}, {c.ZeroDate, nil}, {c.Unreadable, nil}, {c.Future, nil}, {c.OpenPlan, nil}, {c.Dispute, nil}, {c.TwoPurposes, nil}, {c.LastDay, nil}, {c.ForAnotherOnly, nil}, {c.Demo, nil}, {c.Visitor, nil}, {c.Heavy, nil},
	} {
		n++
		t.Run(x.who.First, func(t *testing.T) {
			p := h.Plan(t, clinic.Ask(t, fmt.Sprintf("2026-%06d", n), "erasure", x.who, nil))
			got := fates(p)
			t.Log(x.who.About, p.Applicable, p.Blockers)
			for _, line := range got {
				t.Log(line)
			}
			for _, want := range x.want {
				if !slices.Contains(got, want) {
					t.Errorf("%s\nwant %q in\n%v", x.who.About, want, got)
				}
			}
		})
	}
}

// fates are what becomes of each class of rows, one line each.
func fates(p *plan.Plan) (out []string) {
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				line := fmt.Sprintf("%s/%s: %s %d, %s", s.Name, c.Name, a.Action, a.Rows, a.Reason.Code)
				if a.Reason.Purpose != "" {
					line += " " + a.Reason.Purpose
				}
				if a.Until != nil {
					line += ", " + a.Until.Date + a.Until.Event + a.Until.Criterion
				}
				if a.Shell {
					line += ", shell"
				}
				out = append(out, line)
			}
		}
	}
	return out
}
