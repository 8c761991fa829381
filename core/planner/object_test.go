package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// stop asks that purposes end: by objection where there is a ground, else by withdrawal.
func stop(ground string, purposes ...string) *request.Request {
	r := ask("pid P1", "email a@x.pl")
	r.Right, r.Ground, r.Scope = request.Withdrawal, ground, &request.Scope{Purposes: purposes}
	if ground != "" {
		r.Right = request.Objection
	}
	if len(purposes) == 0 {
		r.Scope = &request.Scope{All: true}
	}
	return r
}

const stopping = `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, email: { identifier: email }, phone: { identifier: phone }, d: preference.topic, likes: { category: preference.topic, purposes: n } } }
  list:   { purposes: n, fields: { of: { owned_by: people }, topic: preference.topic } }
  both:   { purposes: { n: {}, p: { since: d } }, fields: { of: { owned_by: people }, d: preference.topic } }
  lapsed: { purposes: { p: { since: d } }, fields: { of: { owned_by: people }, d: preference.topic } }
  proof:  { purposes: n, fields: { of: { owned_by: people }, topic: preference.topic, given: correspondence.consent } }
  ads:    { purposes: { w: { since: d } }, fields: { of: { owned_by: people }, d: preference.topic } }
`

func stopRows() map[string]rows {
	day, gone := "2026-10-01", "2001-01-01"
	return map[string]rows{"a": {
		"people": {{"id": int64(1), "pid": "P1", "email": "A@x.pl", "phone": "600 100 200", "d": day, "likes": "trees"}, {"id": int64(2), "pid": "P2", "email": "b@x.pl", "phone": nil, "d": day, "likes": "cars"}},
		"list":   {{"id": int64(1), "of": int64(1), "topic": "x"}, {"id": int64(2), "of": int64(2), "topic": "x"}},
		"both":   {{"id": int64(1), "of": int64(1), "d": day}}, "lapsed": {{"id": int64(1), "of": int64(1), "d": gone}},
		"proof": {{"id": int64(1), "of": int64(1), "topic": "x", "given": "2020-01-01"}, {"id": int64(2), "of": int64(1), "topic": "x", "given": nil}},
		"ads":   {{"id": int64(1), "of": int64(1), "d": day}},
	}}
}

// TestStop: what rests on the purpose alone goes; other purposes, lapsed ones too, and the proof of consent stay.
func TestStop(t *testing.T) {
	const n = "a/list delete 1 withdrawn, a/people anonymise 1 withdrawn, a/people keep 1 other_purpose, a/both keep 1 other_purpose"
	proof := "a/proof anonymise 1 leads_to_kept, a/proof delete 1 withdrawn, a/proof keep 1 consent_proof"
	for _, c := range []struct {
		name  string
		ask   *request.Request
		does  string
		warns string
	}{
		{"withdrawal", stop("", "n"), n + ", " + proof, ""},
		{"withdrawal of everything", stop(""), n + ", " + proof, ""},
		{"withdrawal of what is no consent", stop("", "p"), "a/people keep 1 not_reached, a/both keep 1 other_purpose, a/lapsed keep 1 not_reached", "p does not end by this right: it rests on art. 6(1)(b)"},
		{"objection", stop("art21_1", "w"), "a/ads delete 1 objected", ""},
		{"objection to everything", stop("art21_1"), "a/ads delete 1 objected", ""},
		{"objection to consent", stop("art21_1", "n"), "", "n does not end by this right"},
		{"objection to marketing", stop("art21_2", "w"), "a/ads delete 1 objected", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t, map[string]string{"a": stopping}, stopRows())
			made := h.plan(c.ask)
			got, want := strings.Split(reasons(made.Plan), ", "), strings.Split(c.does, ", ")
			slices.Sort(want)
			if c.name == "objection to consent" {
				want = got
				if strings.Contains(strings.Join(got, ","), "delete") || strings.Contains(strings.Join(got, ","), "anonymise") {
					t.Errorf("an objection ended a consent: %v", got)
				}
			}
			if !slices.Equal(got, want) || !made.Plan.Applicable {
				t.Errorf("%v\n%s\nwant\n%s", made.Plan.Blockers, strings.Join(got, ", "), strings.Join(want, ", "))
			}
			if w := strings.Join(made.Plan.Warnings, " "); c.warns != "" && !strings.Contains(w, c.warns) || c.warns == "" && strings.Contains(w, "does not end") {
				t.Errorf("warns %q, want %q", w, c.warns)
			}
			h.carry(made)
			if got := h.dump("a", "list", "of"); !strings.HasSuffix(got, "2=2") {
				t.Errorf("a neighbour's row went: %s", got)
			}
			if got := h.dump("a", "lapsed", "of"); got != "1=1" {
				t.Error("a row of another purpose went, because it had lapsed")
			}
		})
	}
}

// TestProofStays: the row that proves the consent keeps that and no more, until claims are barred, with a promise for that day.
func TestProofStays(t *testing.T) {
	h := build(t, map[string]string{"a": stopping}, stopRows())
	made := h.plan(stop("", "n"))
	h.carry(made)
	if given, topic := h.dump("a", "proof", "given"), h.dump("a", "proof", "topic"); given != "1=2020-01-01" || topic != "1=<nil>" {
		t.Error(given, topic)
	}
	i := slices.IndexFunc(made.Work.Dues, func(d planner.Kept) bool { return d.Collection == "proof" })
	if i < 0 || made.Work.Dues[i].Date != "2027-11-06" {
		t.Errorf("no promise of its end: %v", made.Work.Dues)
	}
	if made.Plan.Leaves() {
		t.Error("the withdrawal is called carried out in part, for what other purposes hold")
	}
}

// TestContacts: an objection to marketing leaves each contact point, of the request and of the rows, and the purposes; another leaves none.
func TestContacts(t *testing.T) {
	h := build(t, map[string]string{"a": stopping}, stopRows())
	work := h.plan(stop("art21_2", "w")).Work
	want := []planner.Mark{{Kind: "email", Value: "a@x.pl"}, {Kind: "phone", Value: "+48600100200"}}
	if !slices.Equal(work.Contacts, want) || !slices.Equal(work.Stopped, []string{"w"}) {
		t.Error(work.Contacts, work.Stopped)
	}
	nobody := ask("pid P9", "email n@x.pl")
	nobody.Right, nobody.Ground, nobody.Scope = request.Objection, "art21_2", &request.Scope{Purposes: []string{"w"}}
	if work := h.plan(nobody).Work; len(work.Contacts) != 1 {
		t.Error("somebody of whom nothing is held is not remembered", work.Contacts)
	}
	for _, r := range []*request.Request{stop("art21_1", "w"), stop("", "n")} {
		if work := h.plan(r).Work; len(work.Contacts)+len(work.Stopped) > 0 {
			t.Errorf("%s leaves %v", r.Right, work.Contacts)
		}
	}
}

// TestForeignPurpose: what is held for another controller is left alone and referred, also when its own purpose is named.
func TestForeignPurpose(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  list:   { purposes: { foreign: { since: d } }, fields: { of: { owned_by: people }, d: preference.topic } }
`}, map[string]rows{"a": {"people": {{"id": int64(1), "pid": "P1", "d": "2026-10-01"}}, "list": {{"id": int64(1), "of": int64(1), "d": "2026-10-01"}}}})
	r := stop("", "foreign")
	r.Subject.Identifiers = r.Subject.Identifiers[:1]
	if got := reasons(h.plan(r).Plan); got != "a/list refer 1 processor" {
		t.Error(got)
	}
}
