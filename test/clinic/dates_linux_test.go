package clinic_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
)

// TestPeriods plans an erasure for each of the cast: what is kept, in every store and on paper, is kept until the day worked out by hand, and nothing else of it is.
func TestPeriods(t *testing.T) {
	h := newHouse(t, sample.Options{})
	c := h.Cast
	noEntry := "records/patients: keep 1, date_unknown medical_record"
	const paper = "; charts/paper_charts: keep 0, " // the record's, with the rest of it: nobody has counted paper
	noPaper := paper + "date_unknown medical_record"
	for i, x := range []struct {
		who  *sample.Patient
		want string // all that is found
	}{
		{c.OldRecord, `records/entries: delete 1, goes_with; records/visits: delete 1, goes_with; records/patients: delete 1, period_over medical_record;
			charts/paper_charts: manual 0, by_hand`},
		{c.NightRecord, `records/entries: keep 1, retention medical_record, 2026-12-31; records/visits: keep 1, retention medical_record, 2026-12-31;
			records/patients: anonymise 1, period_over contact; records/patients: keep 1, retention medical_record, 2026-12-31` + paper + `retention medical_record, 2026-12-31`},
		{c.TwoVisits, `records/entries: keep 2, retention medical_record, 2030-12-31; records/visits: keep 2, retention medical_record, 2030-12-31;
			records/patients: anonymise 1, period_over contact; records/patients: keep 1, retention medical_record, 2030-12-31` + paper + `retention medical_record, 2030-12-31`},
		{c.Injury, `records/entries: keep 1, retention medical_record_injury, 2050-12-31; records/visits: keep 1, retention medical_record_injury, 2050-12-31;
			records/patients: anonymise 1, period_over contact; records/patients: keep 1, retention medical_record_injury, 2050-12-31` + paper + `retention medical_record_injury, 2050-12-31`},
		{c.Child, `records/entries: keep 1, retention medical_record_child, 2046-12-31; records/visits: keep 1, retention medical_record_child, 2046-12-31;
			records/patients: keep 1, retention medical_record_child, 2046-12-31` + paper + `retention medical_record_child, 2046-12-31`},
		{c.Image, noEntry + `; images/dose_export: delete 1, period_over xray_image; images/dose_export: keep 1, retention xray_image, 2026-12-31;
			images/xrays: delete 1, period_over xray_image; images/xrays: keep 1, retention xray_image, 2026-12-31` + noPaper},
		{c.Referrals, `records/referrals: delete 1, no_rule; records/referrals: keep 1, retention referral_served, 2026-12-31;
			records/referrals: keep 1, retention referral_unused, 2026-12-31; ` + noEntry + noPaper},
		{c.Guarantee, `records/guarantees: keep 1, retention guarantee, 2029-02-28; ` + noEntry + noPaper},
		{c.LeapVisit, noEntry + `; desk/appointments: keep 1, retention contact, 2028-02-29` + noPaper},
		{c.ZeroDate, noEntry + `; billing/items: keep 1, date_unknown accounting; billing/invoices: keep 1, date_unknown accounting; billing/payers: keep 1, date_unknown accounting` + noPaper},
		{c.Unreadable, noEntry + `; desk/appointments: delete 1, period_over contact; desk/appointments: keep 1, date_unknown contact` + noPaper},
		{c.Future, noEntry + `; billing/items: keep 1, date_unknown accounting; billing/invoices: keep 1, date_unknown accounting; billing/payers: keep 1, date_unknown accounting` + noPaper},
		{c.OpenPlan, `records/plans: delete 1, period_over claims; records/plans: keep 1, not_begun plan; ` + noEntry + noPaper},
		{c.Dispute, `records/disputes: keep 1, exception dispute, until the hold is released; ` + noEntry + noPaper},
		{c.TwoPurposes, noEntry + `; billing/items: keep 2, retention claims, 2030-12-31; billing/invoices: keep 1, retention claims, 2030-12-31; billing/payers: keep 1, retention accounting, 2026-12-31` + noPaper},
		{c.LastDay, noEntry + `; billing/items: keep 1, retention accounting, 2026-12-31; billing/invoices: keep 1, retention accounting, 2026-12-31; billing/payers: keep 1, retention accounting, 2026-12-31` + noPaper},
		{c.ForAnotherOnly, `records/orders: refer 2, processor imaging_service, until its controller instructs us`},
	} {
		t.Run(x.who.First, func(t *testing.T) {
			got := fates(h.Plan(t, clinic.Ask(t, fmt.Sprintf("2026-%06d", i+1), "erasure", x.who, nil)))
			want := strings.Split(strings.Join(strings.Fields(x.want), " "), "; ")
			if !slices.Equal(got, want) {
				t.Errorf("%s\ngot\n  %s\nwant\n  %s", x.who.About, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
			}
		})
	}
}

// fates are what becomes of each class of rows, one line each; what was not found is left out.
func fates(p *plan.Plan) (out []string) {
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				if a.Action == plan.NothingFound {
					continue
				}
				line := strings.TrimRight(fmt.Sprintf("%s/%s: %s %d, %s %s", s.Name, c.Name, a.Action, a.Rows, a.Reason.Code, a.Reason.Purpose), " ")
				if a.Until != nil && *a.Until != (plan.Until{}) {
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
