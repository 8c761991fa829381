package policy

import (
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// TestTheEarlierDateCounts: a rule over two dates ends with the first of them that lapses; what is pushed down and what is said of
// a row agree, whatever the dates are.
func TestTheEarlierDateCounts(t *testing.T) {
	zone := warsaw(t)
	asOf := time.Date(2026, 11, 6, 11, 20, 0, 0, zone)
	terms := TermsOf(&request.Request{Right: request.Erasure, Ground: "art17_1_a", Scope: &request.Scope{All: true}}, &datamap.Map{Zone: zone}, asOf)
	dates := map[string]any{"lapsed": "2015-03-01", "lapsed too": "2010-01-01", "runs": "2024-05-05", "runs longer": "2025-06-06", "none": nil, "zero": "0000-00-00", "future": "2031-01-01"}
	for _, skip := range []bool{false, true} {
		r := ruleOf(&datamap.Period{N: 5, Unit: datamap.Years})
		r.Or, r.SkipMissing = []string{"other"}, skip
		h := terms.HoldOf(&datamap.Collection{System: &datamap.System{Name: "s"}}, r)
		for a, one := range dates {
			for b, two := range dates {
				row := connectors.Row{"day": one, "other": two}
				v := terms.Judge(h, row, zone)
				if pushed := h.Keeps().Fits(row, zone); pushed != v.Keeps {
					t.Errorf("%s and %s, skip %v: the condition keeps it: %v, the judgement: %v", a, b, skip, pushed, v.Keeps)
				}
				lapsed := a == "lapsed" || b == "lapsed" || a == "lapsed too" || b == "lapsed too" || skip && a == "none" && b == "none"
				if v.Keeps == lapsed {
					t.Errorf("%s and %s, skip %v: kept is %v", a, b, skip, v.Keeps)
				}
			}
		}
		v := terms.Judge(h, connectors.Row{"day": "2025-06-06", "other": "2024-05-05"}, zone)
		if got := v.Last.Format(time.DateOnly); got != "2029-05-05" || v.Code != plan.Retention {
			t.Errorf("the end is %s (%s), want five years from the earlier", got, v.Code)
		}
		if last, ok := terms.LastOf(h, connectors.Row{"day": "2015-03-01", "other": nil}, zone); !ok || last.Format(time.DateOnly) != "2020-03-01" {
			t.Errorf("it had ended on %v", last)
		}
	}
}
