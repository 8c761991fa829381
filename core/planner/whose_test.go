package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

const people = `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, uno: { identifier: uno }, email: { identifier: email }, phone: { identifier: phone }, d: preference.topic } }
  list:   { purposes: n, fields: { email: { identifier: email }, topic: preference.topic } }
`

func person(id int64, pid, uno, email, phone any) connectors.Row {
	return connectors.Row{"id": id, "pid": pid, "uno": uno, "email": email, "phone": phone, "d": "2001-01-01"}
}

// TestWhose: whose row it is, and whose it is not.
func TestWhose(t *testing.T) {
	couple := []connectors.Row{person(1, "P1", "U1", "dom@x.pl", "+48600100200"), person(2, "P2", "U2", "dom@x.pl", "+48600100200")}
	for _, c := range []struct {
		name   string
		people []connectors.Row
		list   []string
		ask    []string
		does   string
		stops  string
	}{
		{"by a unique identifier", couple, nil, []string{"pid P1"}, "a/people delete 1", ""},
		{"a household's e-mail adds nobody", couple, []string{"dom@x.pl"}, []string{"pid P1", "email dom@x.pl"}, "a/list candidate 1, a/people delete 1", ""},
		{"a household's e-mail alone decides nothing", couple, nil, []string{"email dom@x.pl"}, "a/people candidate 2", ""},
		{"one person's e-mail, verified", couple[:1], []string{"dom@x.pl"}, []string{"email dom@x.pl"}, "a/list delete 1, a/people delete 1", ""},
		{"one person's e-mail, not verified", couple[:1], []string{"dom@x.pl"}, []string{"email dom@x.pl?"}, "a/list candidate 1, a/people candidate 1", ""},
		{"unverified unique identifiers only widen", couple, nil, []string{"pid P1?"}, "a/people candidate 1", ""},
		{"a number the request did not verify is another's", couple, nil, []string{"pid P1", "uno U2?"}, "a/people delete 1", ""},
		{"numbers of two persons", couple, nil, []string{"pid P1", "uno U2"}, "", "conflict"},
		{"two numbers of one kind", couple, nil, []string{"pid P1", "pid P2"}, "a/people delete 2", "conflict"},
		{"one row holds this person's number and another's", []connectors.Row{person(1, "P1", "U1", nil, nil), person(2, "P1", "U2", nil, nil)}, nil, []string{"pid P1", "uno U1"}, "a/people delete 1", "conflict"},
		{"verified values on rows of two persons", []connectors.Row{person(1, "P1", nil, "a@x.pl", nil), person(2, "P2", nil, nil, "+48600100200")}, nil,
			[]string{"email a@x.pl", "phone +48600100200"}, "a/people candidate 2", "conflict"},
		{"a value twice on rows of one person", []connectors.Row{person(1, "P1", nil, "a@x.pl", nil), person(2, "P1", "U1", "a@x.pl", nil)}, nil, []string{"email a@x.pl"}, "a/people delete 2", ""},
		{"a value on rows that tell no person apart from another", []connectors.Row{person(1, "P1", nil, "a@x.pl", nil), person(2, nil, "U2", "a@x.pl", nil)}, nil, []string{"email a@x.pl"}, "a/people candidate 2", ""},
		{"the sentinel names nobody", []connectors.Row{person(1, "P1", "U0", "brak@x.pl", nil), person(2, "P2", "U0", "brak@x.pl", nil)}, []string{"brak@x.pl", "BRAK@X.PL"}, []string{"pid P1", "email brak@x.pl"}, "a/people delete 1", ""},
		{"the empty text names nobody", []connectors.Row{person(1, "P1", "", "", nil), person(2, "", "", "", nil)}, []string{""}, []string{"pid P1"}, "a/people delete 1", ""},
		{"an e-mail in other letters", []connectors.Row{person(1, "P1", nil, "Jan.Kowalski@X.pl", nil)}, []string{"JAN.KOWALSKI@X.PL", "jan.kowalski@x.pl "}, []string{"email jan.kowalski@x.pl"}, "a/list delete 2, a/people delete 1", ""},
		{"a neighbour's e-mail in other letters", []connectors.Row{person(1, "P1", nil, "dom@x.pl", nil), person(2, "P2", nil, "DOM@X.PL", nil)}, []string{"Dom@x.pl"}, []string{"email dom@x.pl"}, "a/list candidate 1, a/people candidate 2", ""},
		{"an e-mail in no usual letters", []connectors.Row{person(1, "P1", nil, "jAn.KoWaLsKi@x.pL", nil)}, []string{"jaN.kowalskI@X.pl", "  jan.KOWALSKI@x.Pl "}, []string{"email jan.kowalski@x.pl"}, "a/list delete 2, a/people delete 1", ""},
		{"a neighbour's e-mail in no usual letters", []connectors.Row{person(1, "P1", nil, "dom@x.pl", nil), person(2, "P2", nil, "dOm@x.Pl", nil)}, nil, []string{"email dom@x.pl"}, "a/people candidate 2", ""},
		{"a telephone as it is written", []connectors.Row{person(1, "P1", nil, nil, "600 100 200")}, nil, []string{"phone +48 600-100-200"}, "a/people delete 1", ""},
		{"a telephone given out again", []connectors.Row{person(1, "P1", nil, nil, "600-100-200"), person(2, "P2", nil, nil, "0048600100200")}, nil, []string{"phone 600100200"}, "a/people candidate 2", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var list []connectors.Row
			for i, email := range c.list {
				list = append(list, connectors.Row{"id": int64(i + 1), "email": email, "topic": "x"})
			}
			h := build(t, map[string]string{"a": people}, map[string]rows{"a": {"people": c.people, "list": list}})
			got := h.plan(ask(c.ask...)).Plan
			if c.stops != "" {
				stops(t, got, c.stops)
				return
			}
			if !got.Applicable || does(got) != c.does {
				t.Errorf("%s; %v, want %s", does(got), got.Blockers, c.does)
			}
		})
	}
}

// TestMentions: another person's row that names this one is said and left alone; a value nobody verified is not looked for.
func TestMentions(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, phone: { identifier: phone }, contact: { identifier: phone, third_person: true }, d: preference.topic } }
`}, map[string]rows{"a": {"people": {
		{"id": int64(1), "pid": "P1", "phone": "600100200", "contact": "600 100 200", "d": "2001-01-01"},
		{"id": int64(2), "pid": "P2", "phone": "600100201", "contact": "600-100-200", "d": "2001-01-01"},
		{"id": int64(3), "pid": "P3", "phone": nil, "contact": "600100209", "d": "2001-01-01"}}}})
	for ids, want := range map[string]int64{"pid P1,phone 600100200": 1, "pid P1,phone 600100200?": 0, "pid P3,phone 600100209": 0, "pid P1": 0} {
		got := h.plan(ask(strings.Split(ids, ",")...)).Plan
		if !got.Applicable || !strings.HasPrefix(does(got), "a/people delete 1") {
			t.Errorf("%s: %s %v", ids, does(got), got.Blockers)
		}
		var rows int64
		for _, a := range got.Attention {
			if a.Code == "mentioned" && a.Collection == "people" && strings.Contains(a.Text, "contact") {
				rows = a.Rows
			}
		}
		if rows != want {
			t.Errorf("%s: mentioned in %d rows, want %d: %+v", ids, rows, want, got.Attention)
		}
	}
}

// TestAccessOfAnothersData: what is held as processor is counted and referred, field by field where only some are; asked for one
// purpose, only the rows it speaks of are shown.
func TestAccessOfAnothersData(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, note: { category: preference.topic, purposes: { foreign: { since: d } } }, d: preference.topic } }
  theirs: { purposes: { foreign: { since: d } }, fields: { of: { owned_by: people }, d: preference.topic } }
  bills:  { purposes: { p: { since: d, when: { kind: A } }, n: { when: { kind: [B, C] } } }, fields: { of: { owned_by: people }, kind: preference.topic, d: preference.topic } }
`}, map[string]rows{"a": {
		"people": {{"id": int64(1), "pid": "P1", "note": "x", "d": "2026-01-01"}},
		"theirs": {{"id": int64(1), "of": int64(1), "d": "2026-01-01"}, {"id": int64(2), "of": int64(1), "d": "2026-01-01"}},
		"bills":  {{"id": int64(1), "of": int64(1), "kind": "A"}, {"id": int64(2), "of": int64(1), "kind": "B"}, {"id": int64(3), "of": int64(1), "kind": "C"}}}})
	r := ask("pid P1")
	r.Right, r.Ground, r.Scope = request.Access, "", nil
	made := h.plan(r)
	if got := does(made.Plan); got != "a/bills export 3, a/people export 1, a/theirs refer 2" {
		t.Error(got)
	}
	for _, x := range made.Work.Exports {
		if x.Collection == "people" && (slices.Contains(x.Selection.Fields, "note") || x.Why["note"] != plan.Processor) {
			t.Errorf("%v, %v", x.Selection.Fields, x.Why)
		}
		if x.Collection == "theirs" && len(x.Selection.Fields) > 0 {
			t.Errorf("%v of what is another controller's", x.Selection.Fields)
		}
	}
	r.Instruction = &request.Instruction{Controller: "Other"}
	if got := does(h.plan(r).Plan); !strings.Contains(got, "a/theirs export 2") {
		t.Errorf("on its controller's instruction: %s", got)
	}
	r.Instruction, r.Scope = nil, &request.Scope{Purposes: []string{"n"}}
	if got := does(h.plan(r).Plan); !strings.Contains(got, "a/bills export 2") {
		t.Errorf("asked for one purpose: %s", got)
	}
}

// TestOnePersonPerValue: on a newsletter list a verified e-mail is enough, whoever shares it.
func TestOnePersonPerValue(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, email: { identifier: email }, d: preference.topic } }
  list:   { purposes: n, one_person_per_value: true, fields: { email: { identifier: email }, topic: preference.topic } }
`}, map[string]rows{"a": {"people": {person(1, "P1", nil, "dom@x.pl", nil), person(2, "P2", nil, "dom@x.pl", nil)}, "list": {{"id": int64(1), "email": "dom@x.pl"}}}})
	if got := does(h.plan(ask("pid P1", "email dom@x.pl")).Plan); got != "a/list delete 1, a/people delete 1" {
		t.Error(got)
	}
	if got := does(h.plan(ask("pid P1", "email dom@x.pl?")).Plan); got != "a/list candidate 1, a/people delete 1" {
		t.Error(got)
	}
}

// TestEdgeToAnotherPerson: an edge that leads to a row which names somebody else stops the plan, and so does one that
// names somebody where others may own it.
func TestEdgeToAnotherPerson(t *testing.T) {
	m := map[string]string{"a": `
  people:  { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  account: { purposes: { p: { since: d } }, fields: { of: { owned_by: people }, pid: { identifier: pid }, uno: { identifier: uno }, d: preference.topic } }
  share:   { key: [p, l], purposes: { p: { since: d } }, fields: { p: { owned_by: people }, l: { owns: lease }, d: preference.topic } }
  lease:   { purposes: { p: { since: d } }, fields: { main: { identifier: uno }, d: preference.topic } }
`}
	lapsed := func(r connectors.Row) connectors.Row { r["d"] = "2001-01-01"; return r }
	all := func(account, lease connectors.Row) map[string]rows {
		return map[string]rows{"a": {"people": {lapsed(connectors.Row{"id": int64(1), "pid": "P1"})}, "account": {lapsed(account)},
			"share": {lapsed(connectors.Row{"p": int64(1), "l": int64(1)})}, "lease": {lapsed(lease)}}}
	}
	for _, c := range []struct {
		name           string
		account, lease connectors.Row
		stops          string
	}{
		{"another's number", connectors.Row{"id": int64(1), "of": int64(1), "pid": "P2"}, connectors.Row{"id": int64(1)}, "guard"},
		{"a number nobody else can have", connectors.Row{"id": int64(1), "of": int64(1), "uno": "U1"}, connectors.Row{"id": int64(1)}, ""},
		{"a number on what others own too", connectors.Row{"id": int64(1), "of": int64(1)}, connectors.Row{"id": int64(1), "main": "U7"}, "guard"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := build(t, m, all(c.account, c.lease)).plan(ask("pid P1")).Plan
			if c.stops != "" {
				stops(t, got, c.stops)
			} else if !got.Applicable {
				t.Error(got.Blockers)
			}
		})
	}
}

// TestAnotherControllerOfTheMap: what another controller of the map answers for is not said to be processed for it (art. 28): the plan says who answers,
// for whole rows and for single fields, and so does what is left out of a copy.
func TestAnotherControllerOfTheMap(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, note: { category: preference.topic, purposes: { w: { since: d } } }, d: preference.topic } }
  visits: { purposes: { w: { since: d } }, fields: { of: { owned_by: people }, d: preference.topic } }
`}, map[string]rows{"a": {"people": {{"id": int64(1), "pid": "P1", "note": "x", "d": lately}}, "visits": {{"id": int64(1), "of": int64(1), "d": lately}}}})
	site := &datamap.Controller{ID: "site", Name: "Site Ltd"}
	h.Graph.Map.Controllers = append(h.Graph.Map.Controllers, site)
	h.Graph.Map.Purposes["w"].Controller = site
	for _, right := range []request.Right{request.Access, request.Erasure, request.Restriction} {
		r := ask("pid P1")
		r.Right, r.Ground = right, map[request.Right]string{request.Erasure: "art17_1_b", request.Restriction: "art18_1_a"}[right]
		made := h.plan(r)
		var found *plan.Action
		for _, s := range made.Plan.Systems {
			for _, c := range s.Collections {
				for i := range c.Actions {
					if c.Name == "visits" {
						found = &c.Actions[i]
					}
				}
			}
		}
		if found == nil || found.Action != plan.Refer || found.Reason.Code != plan.OtherController || found.Reason.Purpose != "w" {
			t.Errorf("%s: %+v", right, found)
		}
		for _, x := range made.Work.Exports {
			if x.Collection == "people" && x.Why["note"] != plan.OtherController {
				t.Errorf("left out: %v", x.Why)
			}
		}
	}
	people := h.Graph.Map.System("a").Collection("people")
	if got := planner.Answering(people, "note"); len(got) != 1 || got[0] != site {
		t.Errorf("for the note answer %v", got)
	}
}
