package plan_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
)

// whole is a plan with something in every place.
func whole() plan.Plan {
	at := time.Date(2026, 11, 6, 9, 30, 0, 0, time.UTC)
	p := plan.Plan{Format: plan.Format, Request: "2026-1", Right: "erasure", Ground: "art17_1_b", AsOf: at, ExpiresAt: at.Add(7 * 24 * time.Hour), Complete: true, Applicable: true,
		Commitment: "c", Map: "sha256:m", Connectors: []plan.Connector{{System: "s", Name: "sqlite", Version: "1", SHA256: "b"}},
		FoundBy: []plan.FoundBy{{System: "s", Kinds: []string{"pesel"}}},
		Systems: []plan.System{{Name: "s", Label: "S", Reached: true, Roots: 1, RootsDigest: "r", Collections: []plan.Collection{
			{Name: "a", Label: "A", Total: 12, Actions: []plan.Action{
				{Action: plan.Delete, Rows: 10, Ceiling: 20, Reason: plan.Reason{Code: plan.PeriodOver, Purpose: "p"}},
				{Action: plan.Anonymise, Rows: 2, Ceiling: 2, Fields: []string{"x"}, Reason: plan.Reason{Code: plan.Withdrawn, Purpose: "n"}}}},
			{Name: "b", Label: "B", Total: 3, Actions: []plan.Action{{Action: plan.Keep, Rows: 3, Reason: plan.Reason{Code: plan.Retention, Purpose: "q"}, Until: &plan.Until{Date: "2027-12-31"}}}},
		}}},
		Candidates: []plan.Candidate{{System: "s", Collection: "c", Rows: 1, Matched: []string{"email"}}},
		Recipients: []plan.Recipient{{Name: "bank", How: "email", Rows: 2}}, Tasks: []plan.Task{{Kind: "manual", Text: "t"}},
		Totals: []plan.Total{{Action: plan.Delete, Rows: 10}}, Warnings: []string{"w"}, Rehearsal: []plan.Rehearsal{{System: "s", Locks: 3}}}
	p.Seal()
	return p
}

// TestDigestBinds: what is approved is who, what, how much, by which map and connectors, as of when, and who is told.
func TestDigestBinds(t *testing.T) {
	for name, change := range map[string]func(*plan.Plan){
		"request":    func(p *plan.Plan) { p.Request = "2026-2" },
		"right":      func(p *plan.Plan) { p.Right = "access" },
		"ground":     func(p *plan.Plan) { p.Ground = "art17_1_d" },
		"as of":      func(p *plan.Plan) { p.AsOf = p.AsOf.Add(time.Second) },
		"expiry":     func(p *plan.Plan) { p.ExpiresAt = p.ExpiresAt.Add(time.Hour) },
		"complete":   func(p *plan.Plan) { p.Complete = false },
		"applicable": func(p *plan.Plan) { p.Applicable = false },
		"commitment": func(p *plan.Plan) { p.Commitment = "d" },
		"map":        func(p *plan.Plan) { p.Map = "sha256:n" },
		"version":    func(p *plan.Plan) { p.Connectors[0].Version = "2" },
		"binary":     func(p *plan.Plan) { p.Connectors[0].SHA256 = "c" },
		"roots":      func(p *plan.Plan) { p.Systems[0].Roots = 2 },
		"who":        func(p *plan.Plan) { p.Systems[0].RootsDigest = "s" },
		"left out":   func(p *plan.Plan) { p.Systems[0].LeftOut = true },
		"unreached":  func(p *plan.Plan) { p.Systems[0].Reached = false },
		"collection": func(p *plan.Plan) { p.Systems[0].Collections[0].Name = "z" },
		"action":     func(p *plan.Plan) { p.Systems[0].Collections[0].Actions[0].Action = plan.Anonymise },
		"rows":       func(p *plan.Plan) { p.Systems[0].Collections[0].Actions[0].Rows = 11 },
		"ceiling":    func(p *plan.Plan) { p.Systems[0].Collections[0].Actions[0].Ceiling = 21 },
		"reason":     func(p *plan.Plan) { p.Systems[0].Collections[0].Actions[0].Reason.Code = plan.GoesWith },
		"fields":     func(p *plan.Plan) { p.Systems[0].Collections[0].Actions[1].Fields = []string{"y"} },
		"shell":      func(p *plan.Plan) { p.Systems[0].Collections[0].Actions[1].Shell = true },
		"kept until": func(p *plan.Plan) { p.Systems[0].Collections[1].Actions[0].Until = &plan.Until{Date: "2028-12-31"} },
		"candidates": func(p *plan.Plan) { p.Candidates = nil },
		"recipient":  func(p *plan.Plan) { p.Recipients[0].Name = "police" },
		"how told":   func(p *plan.Plan) { p.Recipients[0].How = "exempt" },
		"task":       func(p *plan.Plan) { p.Tasks = nil },
		"a new class": func(p *plan.Plan) {
			c := &p.Systems[0].Collections[1]
			c.Actions = append(c.Actions, plan.Action{Action: plan.Delete})
		},
		"a new system": func(p *plan.Plan) { p.Systems = append(p.Systems, plan.System{Name: "t"}) },
		"an attention": func(p *plan.Plan) { p.Attention = []plan.Attention{{Code: "minor", Asks: true}} },
	} {
		p := whole()
		change(&p)
		if p.Intact() {
			t.Errorf("%s can be changed under an approval", name)
		}
		if before := p.Digest; func() bool { p.Seal(); return p.Digest == before }() {
			t.Errorf("%s is not in the digest", name)
		}
	}
}

// TestDigestLeaves: what is only for reading does not make another plan.
func TestDigestLeaves(t *testing.T) {
	for name, change := range map[string]func(*plan.Plan){
		"warnings":  func(p *plan.Plan) { p.Warnings = []string{"said better"} },
		"rehearsal": func(p *plan.Plan) { p.Rehearsal = nil },
		"totals":    func(p *plan.Plan) { p.Totals = nil },
	} {
		p := whole()
		change(&p)
		if !p.Intact() {
			t.Errorf("%s makes another plan", name)
		}
	}
}

// TestDigestSurvivesJSON: a plan read back from its file is the one that was written.
func TestDigestSurvivesJSON(t *testing.T) {
	p := whole()
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var again plan.Plan
	if err := json.Unmarshal(b, &again); err != nil || !again.Intact() || again.Digest != p.Digest || !strings.HasPrefix(p.Digest, "sha256:") {
		t.Error(err, again.Digest)
	}
	forged := strings.Replace(string(b), `"rows": 10`, `"rows": 9`, 1)
	if err := json.Unmarshal([]byte(forged), &again); err != nil || again.Intact() {
		t.Error("a plan changed in its file is intact")
	}
}
