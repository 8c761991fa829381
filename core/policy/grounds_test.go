package policy_test

import (
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
	"github.com/dossier-dsr/dossier/core/request"
)

func purpose(exception string, bases ...string) *datamap.Purpose {
	return &datamap.Purpose{Name: "p", Bases: bases, Exception: exception, Role: "controller"}
}

// TestGrounds: which ground ends which purpose whatever its dates (art. 17(1), 21, 7(3); exceptions of 17(3) stand).
func TestGrounds(t *testing.T) {
	kinds := map[string]*datamap.Purpose{
		"consent":               purpose("", "art6_1_a"),
		"consent to health":     purpose("", "art6_1_a", "art9_2_a"),
		"contract":              purpose("", "art6_1_b"),
		"law":                   purpose("art17_3_b", "art6_1_c"),
		"public task":           purpose("art17_3_b", "art6_1_e"),
		"interest":              purpose("", "art6_1_f"),
		"interest in claims":    purpose("art17_3_e", "art6_1_f"),
		"interest and contract": purpose("", "art6_1_f", "art6_1_b"),
		"interest in health":    purpose("", "art6_1_f", "art9_2_f"),
	}
	const none, withdrawn, objected, unlawful = "", plan.Withdrawn, plan.Objected, plan.Unlawful
	all := func(code string, names ...string) map[string]string {
		out := map[string]string{}
		for n := range kinds {
			if slices.Contains(names, n) {
				out[n] = code
			} else {
				out[n] = none
			}
		}
		return out
	}
	unexcepted := []string{"consent", "consent to health", "contract", "interest", "interest and contract", "interest in health"}
	for ground, want := range map[string]map[string]string{
		"":          all(none),
		"art17_1_a": all(none),
		"art17_1_b": all(withdrawn, "consent", "consent to health"),
		"art7_3":    all(withdrawn, "consent", "consent to health"),
		"art17_1_c": all(objected, "interest", "interest in health"),
		"art21_1":   all(objected, "interest", "interest in health"),
		"art21_2":   all(objected, unexcepted...),
		"art17_1_d": all(unlawful, unexcepted...),
		"art17_1_e": all(unlawful, unexcepted...),
		"art17_1_f": all(unlawful, "consent", "consent to health"),
	} {
		for name, p := range kinds {
			terms := policy.Terms{Ground: ground, Scope: request.Scope{Purposes: []string{"p"}}}
			code, ended := terms.Ended(p)
			if ended != (want[name] != none) || ended && code != want[name] {
				t.Errorf("%s, %s: %v %s, want %q", ground, name, ended, code, want[name])
			}
		}
	}
	if _, ended := (policy.Terms{Ground: "art21_2"}).Ended(kinds["interest"]); ended {
		t.Error("an objection to marketing that names no purpose ends one")
	}
}

func rule(p *datamap.Purpose) *datamap.Rule {
	return &datamap.Rule{Purpose: p, Keep: p.Keep, Since: &datamap.DateRef{Field: "d"}}
}

// TestHolds: what keeps a row whatever its dates, and why.
func TestHolds(t *testing.T) {
	year := datamap.Period{N: 1, Unit: datamap.Years}
	terms := on("2026-11-06", 9)
	lapsed := connectors.Row{"d": "2001-01-01"}
	other := &datamap.Controller{ID: "b", Name: "Other"}
	for _, c := range []struct {
		name  string
		terms func(*policy.Terms)
		p     datamap.Purpose
		code  string // "" lapsed
		until plan.Until
	}{
		{"nothing", nil, datamap.Purpose{Bases: []string{"art6_1_b"}}, "", plan.Until{}},
		{"hold", nil, datamap.Purpose{Bases: []string{"art6_1_b"}, Hold: true}, plan.Exception, plan.Until{Criterion: "until the hold is released"}},
		{"hold against unlawfulness", func(t *policy.Terms) { t.Ground = "art17_1_d" }, datamap.Purpose{Bases: []string{"art6_1_b"}, Hold: true}, plan.Exception, plan.Until{Criterion: "until the hold is released"}},
		{"purpose out of scope", func(t *policy.Terms) { t.Scope.Purposes = []string{"q"} }, datamap.Purpose{Bases: []string{"art6_1_b"}}, plan.OutOfScope, plan.Until{Criterion: "not asked for"}},
		{"system out of scope", func(t *policy.Terms) { t.Scope.Systems = []string{"q"} }, datamap.Purpose{Bases: []string{"art6_1_b"}}, plan.OutOfScope, plan.Until{Criterion: "not asked for"}},
		{"as processor", nil, datamap.Purpose{Bases: []string{"art6_1_b"}, Role: "processor", For: "Other"}, plan.Processor, plan.Until{Criterion: "until its controller instructs us"}},
		{"as processor, instructed", func(t *policy.Terms) { t.Instruction = "Other" }, datamap.Purpose{Bases: []string{"art6_1_b"}, Role: "processor", For: "Other"}, "", plan.Until{}},
		{"as processor, another instructs", func(t *policy.Terms) { t.Instruction = "X" }, datamap.Purpose{Bases: []string{"art6_1_b"}, Role: "processor", For: "Other"}, plan.Processor, plan.Until{Criterion: "until its controller instructs us"}},
		{"another controller's", func(t *policy.Terms) { t.Controller = "Ours" }, datamap.Purpose{Bases: []string{"art6_1_b"}, Controller: other}, plan.OtherController, plan.Until{Criterion: "for " + other.Name + " to answer"}},
		{"the controller addressed", func(t *policy.Terms) { t.Controller = "Other" }, datamap.Purpose{Bases: []string{"art6_1_b"}, Controller: other}, "", plan.Until{}},
		{"kept by the request", func(t *policy.Terms) {
			t.Keep = []request.Keep{{Purpose: "p", Ground: "art17_3_e", Until: "2026-11-06"}}
		}, datamap.Purpose{Bases: []string{"art6_1_b"}}, plan.Exception, plan.Until{Date: "2026-11-06"}},
		{"kept by the request until yesterday", func(t *policy.Terms) { t.Keep = []request.Keep{{Purpose: "p", Until: "2026-11-05"}} }, datamap.Purpose{Bases: []string{"art6_1_b"}}, "", plan.Until{}},
		{"another purpose kept by the request", func(t *policy.Terms) { t.Keep = []request.Keep{{Purpose: "q", Until: "2030-01-01"}} }, datamap.Purpose{Bases: []string{"art6_1_b"}}, "", plan.Until{}},
		{"kept by the request against withdrawal", func(t *policy.Terms) {
			t.Ground, t.Keep = "art17_1_b", []request.Keep{{Purpose: "p", Ground: "art17_3_e"}}
		}, datamap.Purpose{Bases: []string{"art6_1_a"}}, plan.Exception, plan.Until{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tt := terms
			if c.terms != nil {
				c.terms(&tt)
			}
			c.p.Name, c.p.Keep = "p", &year
			h := tt.HoldOf(shelf, rule(&c.p))
			v := tt.Judge(h, lapsed, warsaw)
			if v.Keeps != (c.code != "") || v.Keeps && v.Code != c.code || h.Keeps().Fits(lapsed, warsaw) != v.Keeps {
				t.Fatalf("%+v %+v", h, v)
			}
			if v.Keeps && (h.Until == nil || *h.Until != c.until) {
				t.Errorf("until %+v", h.Until)
			}
		})
	}
}

// TestWithoutDates: consent lasts until it is withdrawn, a contract until it ends, a criterion until it is met.
func TestWithoutDates(t *testing.T) {
	for name, c := range map[string]struct {
		p     datamap.Purpose
		code  string
		until plan.Until
	}{
		"consent":   {datamap.Purpose{Bases: []string{"art6_1_a"}}, plan.OtherPurpose, plan.Until{Event: "consent_withdrawn"}},
		"contract":  {datamap.Purpose{Bases: []string{"art6_1_b"}, Event: "contract_ended"}, plan.Retention, plan.Until{Event: "contract_ended"}},
		"criterion": {datamap.Purpose{Bases: []string{"art6_1_b"}, Criterion: datamap.Label{"pl": "póki trzeba"}}, plan.Retention, plan.Until{Criterion: "póki trzeba"}},
	} {
		terms := on("2026-11-06", 9)
		h := terms.HoldOf(shelf, &datamap.Rule{Purpose: &c.p})
		if v := terms.Judge(h, connectors.Row{}, warsaw); !v.Keeps || v.Code != c.code || h.Until == nil || *h.Until != c.until {
			t.Errorf("%s: %+v %+v", name, h, v)
		}
	}
	terms := on("2026-11-06", 9)
	terms.Instruction = "Other"
	theirs := &datamap.Purpose{Bases: []string{"art6_1_b"}, Role: "processor", For: "Other", Criterion: datamap.Label{"pl": "póki zleca"}}
	if v := terms.Judge(terms.HoldOf(shelf, &datamap.Rule{Purpose: theirs}), connectors.Row{}, warsaw); v.Keeps {
		t.Errorf("held for another controller as long as it wants, and it instructs us: %+v", v)
	}
}

func TestTermsOf(t *testing.T) {
	m := &datamap.Map{Zone: warsaw, Controllers: []*datamap.Controller{{Name: "First"}, {ID: "b", Name: "Second"}}}
	at := on("2026-11-06", 9).AsOf
	got := policy.TermsOf(&request.Request{Ground: "art17_1_b", Scope: &request.Scope{Systems: []string{"s"}}, Instruction: &request.Instruction{Controller: "X"}}, m, at.UTC())
	if got.Controller != "First" || got.Instruction != "X" || got.Ground != "art17_1_b" || !got.AsOf.Equal(at) || got.AsOf.Location() != warsaw || got.SystemInScope(&datamap.System{Name: "t"}) {
		t.Errorf("%+v", got)
	}
	if got := policy.TermsOf(&request.Request{Controller: "Second"}, m, at); got.Controller != "Second" || !got.InScope(purpose("", "art6_1_a")) {
		t.Errorf("%+v", got)
	}
}
