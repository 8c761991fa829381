package planner_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/request"
)

// TestHowFarARestrictionReaches: the whole, one purpose, one category; a row that only some fields are asked of is given to a person, a row
// others own too is marked, and what is held for another controller is referred to it, with a task for nobody.
func TestHowFarARestrictionReaches(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { restrict: { block: move, mark: limited }, purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, name: identity.name.given, d: preference.topic } }
  list:   { restrict: { block: move }, purposes: n, fields: { of: { owned_by: people }, topic: preference.topic } }
  homes:  { restrict: { block: move, mark: limited }, purposes: { p: { since: d } }, fields: { street: contact.address, d: preference.topic } }
  lives:  { restrict: { block: move }, purposes: { p: { since: d } }, key: [of, home], fields: { of: { owned_by: people }, home: { owns: homes }, d: preference.topic } }
  theirs: { restrict: { block: move }, purposes: { foreign: { since: d } }, fields: { of: { owned_by: people }, d: preference.topic } }
`}, map[string]rows{"a": {
		"people": {{"id": int64(1), "pid": "P1", "name": "A", "d": "2026-01-01"}, {"id": int64(2), "pid": "P2", "name": "B", "d": "2026-01-01"}},
		"list":   {{"id": int64(1), "of": int64(1), "topic": "x"}, {"id": int64(2), "of": int64(1), "topic": "y"}, {"id": int64(3), "of": int64(2), "topic": "y"}},
		"homes":  {{"id": int64(1), "street": "s", "d": "2026-01-01"}, {"id": int64(2), "street": "t", "d": "2026-01-01"}},
		"lives":  {{"of": int64(1), "home": int64(1), "d": "2026-01-01"}, {"of": int64(1), "home": int64(2), "d": "2026-01-01"}, {"of": int64(2), "home": int64(2), "d": "2026-01-01"}},
		"theirs": {{"id": int64(1), "of": int64(1), "d": "2026-01-01"}}}})
	whole := "a/homes mark 1, a/homes mark 2, a/homes move 1, a/list move 2, a/lives move 2, a/people mark 1, a/people move 1"
	for _, c := range []struct {
		name  string
		scope request.Scope
		more  *request.Instruction
		want  string
	}{
		{"everything", request.Scope{All: true}, nil, whole + ", a/theirs refer 1"},
		{"everything, as its controller instructs", request.Scope{All: true}, &request.Instruction{Controller: "Other"}, whole + ", a/theirs move 1"},
		{"one purpose", request.Scope{Purposes: []string{"n"}}, nil, "a/list move 2"},
		{"one category", request.Scope{Categories: []string{"identity.name.given"}}, nil, "a/people manual 1, a/people mark 1"},
		{"the one category of a collection", request.Scope{Categories: []string{"contact.address"}}, nil, "a/homes manual 2, a/homes mark 1, a/homes mark 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ask("pid P1")
			r.Right, r.Ground, r.Scope, r.Instruction = request.Restriction, "art18_1_c", &c.scope, c.more
			made := h.plan(r)
			if got := does(made.Plan); !made.Plan.Applicable || got != c.want {
				t.Errorf("%s; %v, want %s", got, made.Plan.Blockers, c.want)
			}
			for _, w := range made.Work.Systems {
				for _, do := range w.Treatments {
					if do.On.Collection.Name == "theirs" && c.more == nil {
						t.Errorf("%s is done with what is held for another controller", do.Verb)
					}
					if do.On.Collection.Name == "people" && len(c.scope.Categories) > 0 && do.Verb == connectors.Block {
						t.Error("a row is blocked whole for some of its fields")
					}
				}
			}
		})
	}
}
