package planner_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
)

// fix asks for corrections: "category: from > to".
func fix(id string, corrections ...string) *request.Request {
	r := ask(id)
	r.Right, r.Ground, r.Scope = request.Rectification, "", nil
	for _, c := range corrections {
		category, rest, _ := strings.Cut(c, ": ")
		from, to, _ := strings.Cut(rest, " > ")
		r.Corrections = append(r.Corrections, request.Correction{Category: category, From: subject.Seal(from), To: subject.Seal(to)})
	}
	return r
}

// carry applies the treatments of a plan as they stand, and answers how many rows changed and conflicted.
func (h *house) carry(made *planner.Result) (changed, conflicts int64) {
	h.t.Helper()
	for _, w := range made.Work.Systems {
		sys := h.Systems[w.System]
		writer, _ := connectors.As[connectors.Writer](sys.Store)
		if err := connectors.ValidateAll(w.Treatments); err != nil {
			h.t.Fatal(err)
		}
		var do []connectors.Treatment
		for _, t := range w.Treatments {
			parts, err := sys.Flatten(h.t.Context(), t.On)
			if err != nil {
				h.t.Fatal(err)
			}
			for i, on := range parts {
				one := t
				one.ID, one.On = fmt.Sprintf("%s#%d", t.ID, i), on
				do = append(do, one)
			}
		}
		out, err := writer.Apply(h.t.Context(), do, connectors.ApplyOptions{Confirm: agree})
		if err != nil {
			h.t.Fatal(err)
		}
		for _, o := range out {
			changed, conflicts = changed+o.Changed, conflicts+int64(len(o.Conflicts))
		}
	}
	return changed, conflicts
}

// unproven counts the rows the checks of a plan find that are not as they should be.
func (h *house) unproven(made *planner.Result) (rows int) {
	h.t.Helper()
	for _, w := range made.Work.Systems {
		for _, c := range w.Checks {
			err := h.Systems[w.System].Each(h.t.Context(), c.Selection, func(_ int, vs []any) error {
				row := connectors.Row{}
				for i, f := range c.Selection.Fields {
					row[f] = vs[i]
				}
				if c.Assigned.Standing(row) != connectors.Done {
					rows++
				}
				return nil
			})
			if err != nil {
				h.t.Fatal(err)
			}
		}
	}
	return rows
}

// dump reads one field of every row of a collection, in the order of their keys.
func (h *house) dump(system, collection, field string) string {
	h.t.Helper()
	var out []string
	c := h.Graph.Map.System(system).Collection(collection)
	sel := connectors.Selection{Collection: connectors.Collection{Name: c.Name, At: c.At, Key: c.Key}, All: true, Fields: append(slices.Clone(c.Key), field)}
	err := h.Systems[system].Each(h.t.Context(), sel, func(_ int, vs []any) error {
		out = append(out, fmt.Sprintf("%v=%v", vs[0], vs[len(vs)-1]))
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// reasons are the acts of a plan with their reasons: "s/c correct 1 rectified".
func reasons(p *plan.Plan) string {
	var out []string
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				if a.Rows > 0 {
					out = append(out, fmt.Sprintf("%s/%s %s %d %s", s.Name, c.Name, a.Action, a.Rows, a.Reason.Code))
				}
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

const folk = `
  people:
    purposes: { p: { since: d } }
    fields: { pid: { identifier: pid }, uno: { identifier: uno }, email: { identifier: email }, phone: { identifier: phone },
              family: identity.name.family, given: identity.name.given, d: preference.topic, said: { category: correspondence.statement, statement: true },
              kin: { category: identity.name.family, third_person: true }, home: { owns: homes } }
  homes:  { fields: { street: contact.address.street, town: contact.address.city } }
  cars:   { fields: { of: { owned_by: people }, plate: vehicle.plate } }
  visits: { rectify: { mode: supplement, law: "a law" }, fields: { of: { owned_by: people }, name: identity.name.family } }
  bills:  { rectify: { mode: by_hand, law: "a law", text: { pl: osobnym dokumentem } }, fields: { of: { owned_by: people }, name: identity.name.family } }
  old:    { rectify: { mode: refuse, law: "a law", text: { pl: "jak w dniu wydania" } }, fields: { of: { owned_by: people }, name: identity.name.family } }
  held:   { purposes: { foreign: { since: d } }, fields: { of: { owned_by: people }, name: identity.name.family, d: preference.topic } }
  cards:  { fields: { of: { owned_by: people }, name: { copy_of: people, as: "{family} {given}" } } }
  index:  { derived_from: people, key: of }
  mirror: { derived_from: people, key: of, fields: { family: identity.name.family } }
`

func folkRows() map[string]rows {
	man := func(id int64, pid, uno, email, family string) connectors.Row {
		return connectors.Row{"id": id, "pid": pid, "uno": uno, "email": email, "phone": nil, "family": family, "given": "Anna", "d": "2026-01-01", "said": nil, "kin": "Nowak", "home": int64(1)}
	}
	of := func(more ...string) []connectors.Row {
		var out []connectors.Row
		for i, v := range more {
			out = append(out, connectors.Row{"id": int64(i + 1), "of": int64(1), "name": v, "plate": v})
		}
		return out
	}
	return map[string]rows{"a": {
		"people": {man(1, "P1", "U1", "a@x.pl", "Nowak"), man(2, "P2", "U2", "b@x.pl", "Nowak")},
		"homes":  {{"id": int64(1), "street": "Lipowa 3", "town": "Lipce"}},
		"cars":   of("WI 1", "WI 2"), "visits": of("Nowak"), "bills": of("Nowak", "Kos"), "old": of("Nowak"), "held": of("Nowak"), "cards": of("Nowak Anna"),
		"index": {{"of": int64(1)}}, "mirror": {{"of": int64(1), "family": "Nowaczek"}},
	}}
}

// TestModes: each collection is corrected in its own way, others' values and third persons' stay, copies are made anew.
func TestModes(t *testing.T) {
	h := build(t, map[string]string{"a": folk}, folkRows())
	made := h.plan(fix("pid P1", "identity.name.family: Nowak > Kowal"))
	want := "a/bills manual 1 by_hand, a/cards correct 1 copy_of, a/held refer 1 processor, a/index manual 1 copy_of, a/mirror correct 1 copy_of, a/old keep 1 refuse, " +
		"a/people correct 1 rectified, a/people supplement 1 completed, a/visits keep 1 annotated"
	if got := reasons(made.Plan); got != want || !made.Plan.Applicable {
		t.Fatalf("%v\n%s\nwant\n%s", made.Plan.Blockers, got, want)
	}
	if h.unproven(made) == 0 {
		t.Error("the checks find nothing before anything is done: they prove nothing")
	}
	if changed, conflicts := h.carry(made); changed != 4 || conflicts != 0 {
		t.Errorf("%d changed, %d conflicts", changed, conflicts)
	}
	for _, c := range [][3]string{
		{"people", "family", "1=Kowal 2=Nowak"}, {"people", "kin", "1=Nowak 2=Nowak"}, {"people", "said", "1=Nazwisko (art. 16 RODO): Kowal (dotąd: Nowak) 2=<nil>"},
		{"visits", "name", "1=Nowak"}, {"bills", "name", "1=Nowak 2=Kos"}, {"old", "name", "1=Nowak"}, {"held", "name", "1=Nowak"},
		{"cards", "name", "1=Kowal Anna"}, {"mirror", "family", "1=Kowal"},
	} {
		if got := h.dump("a", c[0], c[1]); got != c[2] {
			t.Errorf("%s.%s: %s, want %s", c[0], c[1], got, c[2])
		}
	}
	if n := h.unproven(made); n != 0 {
		t.Errorf("%d rows are not as they should be", n)
	}
	if changed, _ := h.carry(made); changed != 0 {
		t.Errorf("done again, %d changed", changed)
	}
	again := h.plan(fix("pid P1", "identity.name.family: Nowak > Kowal"))
	if got := reasons(again.Plan); strings.Contains(got, "correct") || strings.Contains(got, "supplement") || !strings.Contains(got, "a/people keep 1 already") {
		t.Errorf("planned again: %s", got)
	}
}

// TestDocumentsOfACategory: a correction of what only documents hold is a task for a person, never lost; where the map refuses it, it is said.
func TestDocumentsOfACategory(t *testing.T) {
	const docs = `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  scans:  { document: correspondence.letter, rectify: { mode: by_hand, law: "a law" }, fields: { of: { owned_by: people }, n: { category: correspondence.letter, label: { pl: n } } } }
  papers: { document: correspondence.letter, fields: { of: { owned_by: people } } }
  notes:  { document: correspondence.letter, rectify: { mode: refuse, law: "a law", text: { pl: jak wydano } }, fields: { of: { owned_by: people } } }
`
	of := func(n int64) connectors.Row {
		return connectors.Row{"id": n, "of": int64(1), "n": "x", connectors.DocumentField: []byte("y")}
	}
	h := build(t, map[string]string{"a": docs}, map[string]rows{"a": {"people": {{"id": int64(1), "pid": "P1"}, {"id": int64(2), "pid": "P2"}},
		"scans": {of(1), of(2)}, "papers": {of(1)}, "notes": {of(1)}}})
	made := h.plan(fix("pid P1", "correspondence.letter: flat 3 > flat 4"))
	if got, want := reasons(made.Plan), "a/notes keep 1 refuse, a/papers manual 1 by_hand, a/scans manual 2 by_hand"; got != want || !made.Plan.Applicable {
		t.Fatalf("%v\n%s\nwant\n%s", made.Plan.Blockers, got, want)
	}
	var tasks []string
	for _, x := range made.Work.Hands {
		tasks = append(tasks, fmt.Sprintf("%s %s %d %s", x.Kind, x.Collection, x.Rows, x.Do[0]))
	}
	slices.Sort(tasks)
	if got, want := strings.Join(tasks, "; "), `by_hand papers 1 correspondence.letter: was "flat 3", is "flat 4"; by_hand scans 2 correspondence.letter: was "flat 3", is "flat 4"`; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := reasons(h.plan(fix("pid P2", "correspondence.letter: flat 3 > flat 4")).Plan); got != "" {
		t.Errorf("somebody without documents: %s", got)
	}
}

// TestValues: what counts as the old value, as the new one, as neither, as nothing.
func TestValues(t *testing.T) {
	for _, c := range []struct{ name, does, after string }{
		{"email: A@X.PL  >n@x.pl", "a/people correct 1 rectified", "1=n@x.pl 2=b@x.pl"},
		{"email:z@x.pl>n@x.pl", "a/people keep 1 conflict", "1=a@x.pl 2=b@x.pl"},
		{"email:z@x.pl>A@x.pl", "a/people keep 1 already", "1=a@x.pl 2=b@x.pl"},
		{"email:a@x.pl>A@x.pl", "a/people correct 1 rectified", "1=A@x.pl 2=b@x.pl"},
		{"phone:600100200>600100201", "", "1=<nil> 2=<nil>"},
		{"phone:>600100201", "a/people correct 1 rectified", "1=600100201 2=<nil>"},
		{"family:Nowak >Kowal", "a/people correct 1 rectified", "1=Kowal 2=Nowak"},
		{"family:nowak>Kowal", "a/people keep 1 conflict", "1=Nowak 2=Nowak"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := folkRows()
			for _, only := range []string{"visits", "bills", "old", "held", "cards", "index", "mirror"} {
				rows["a"][only] = nil
			}
			h := build(t, map[string]string{"a": folk}, rows)
			field, values, _ := strings.Cut(c.name, ":")
			from, to, _ := strings.Cut(values, ">")
			category := map[string]string{"email": "contact.email", "phone": "contact.phone", "family": "identity.name.family"}[field]
			made := h.plan(fix("pid P1", category+": "+from+" > "+to))
			if got := reasons(made.Plan); got != c.does {
				t.Errorf("%s, want %s", got, c.does)
			}
			h.carry(made)
			if got := h.dump("a", "people", field); got != c.after {
				t.Errorf("%s, want %s", got, c.after)
			}
		})
	}
}

// TestSharedRow: what others own too is left to a person, and said once more in the tasks.
func TestSharedRow(t *testing.T) {
	h := build(t, map[string]string{"a": folk}, folkRows())
	made := h.plan(fix("pid P1", "contact.address.street: Lipowa 3 > Lipowa 5"))
	if got := reasons(made.Plan); got != "a/homes manual 1 shared" || len(made.Plan.Tasks) != 1 || len(made.Work.Hands) != 1 {
		t.Errorf("%s, %v", got, made.Plan.Tasks)
	}
	h.carry(made)
	if got := h.dump("a", "homes", "street"); got != "1=Lipowa 3" {
		t.Error(got)
	}
	alone := folkRows()
	alone["a"]["people"][1]["home"] = int64(7)
	h = build(t, map[string]string{"a": folk}, alone)
	made = h.plan(fix("pid P1", "contact.address.street: Lipowa 3 > Lipowa 5"))
	if got := reasons(made.Plan); got != "a/homes correct 1 rectified" {
		t.Error(got)
	}
}

// TestManyValues: of rows that may say many things, the others are no conflict; where none says what the request does, all are.
func TestManyValues(t *testing.T) {
	h := build(t, map[string]string{"a": folk}, folkRows())
	if got := reasons(h.plan(fix("pid P1", "vehicle.plate: WI 1 > WI 9")).Plan); got != "a/cars correct 1 rectified" {
		t.Error(got)
	}
	made := h.plan(fix("pid P1", "vehicle.plate: WI 7 > WI 9"))
	if got := reasons(made.Plan); got != "a/cars keep 2 conflict" || len(made.Work.Hands) != 1 || made.Plan.Attention[0].Code != "conflict" {
		t.Error(got, made.Plan.Attention)
	}
}

// TestStatement: a statement is added to what stands there, once, and a system without a place for it leaves it to a person.
func TestStatement(t *testing.T) {
	data := folkRows()
	data["a"]["people"][0]["said"] = "already"
	data["b"] = rows{"notes": {{"id": int64(1), "pid": "P1", "given": "Anna"}}}
	h := build(t, map[string]string{"a": folk, "b": "  notes: { purposes: n, fields: { pid: { identifier: pid }, given: identity.name.given } }\n"}, data)
	r := fix("pid P1")
	r.Statement = &request.Statement{Category: "identity.name.given", Text: subject.Seal("it is Hanna")}
	made := h.plan(r)
	if got := reasons(made.Plan); got != "a/people supplement 1 completed, b/notes manual 1 completed" {
		t.Fatal(got)
	}
	h.carry(made)
	if got := h.dump("a", "people", "said"); got != "1=already\nit is Hanna 2=<nil>" {
		t.Error(got)
	}
	if got := reasons(h.plan(r).Plan); got != "a/people keep 1 already, b/notes manual 1 completed" {
		t.Error(got)
	}
}

// TestIdentifiersLast: a number that changes is searched by both values, changes last, where it is found by it alone first; and stops where it is somebody else's.
func TestIdentifiersLast(t *testing.T) {
	systems := map[string]string{
		"hub":  "  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, uno: { identifier: uno }, family: identity.name.family, d: preference.topic } }\n",
		"far":  "  files: { purposes: { p: { since: d } }, key: uno, fields: { uno: { identifier: uno }, family: identity.name.family, d: preference.topic } }\n",
		"area": "  notes: { purposes: { p: { since: d } }, rectify: { mode: refuse, text: { pl: nie } }, fields: { uno: { identifier: uno }, d: preference.topic } }\n",
	}
	data := func() map[string]rows {
		return map[string]rows{
			"hub":  {"people": {{"id": int64(1), "pid": "P1", "uno": "U1", "family": "Nowak", "d": "2026-01-01"}, {"id": int64(2), "pid": "P2", "uno": "U2", "family": "Kos", "d": "2026-01-01"}}},
			"far":  {"files": {{"uno": "U1", "family": "Nowak", "d": "2026-01-01"}}},
			"area": {"notes": {{"id": int64(1), "uno": "U1", "d": "2026-01-01"}}},
		}
	}
	h := build(t, systems, data())
	uno := h.Graph.Map.Identifiers["uno"].Category.Name
	r := fix("pid P1", uno+": U1 > U9", "identity.name.family: Nowak > Kowal")
	made := h.plan(r)
	if got := reasons(made.Plan); got != "area/notes keep 1 refuse, far/files correct 1 rectified, far/files correct 1 rectified, hub/people correct 1 rectified, hub/people correct 1 rectified" {
		t.Fatal(got, made.Plan.Blockers)
	}
	var order []string
	for _, w := range made.Work.Systems {
		for _, x := range w.Treatments {
			order = append(order, w.System+"/"+x.ID)
		}
	}
	if want := []string{"far/files/family/0/correct", "far/files/uno/0/correct", "hub/people/family/0/correct", "hub/people/uno/0/correct"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
	if after := made.Work.Systems[1].After; !slices.Equal(after, []string{"far"}) {
		t.Errorf("the hub waits for %v", after)
	}
	// Half of it done, by a run that died: the same work goes on, by either value.
	half := *made
	half.Work = &planner.Work{Systems: made.Work.Systems[:1]}
	h.carry(&half)
	if h.unproven(made) == 0 {
		t.Error("the half that is not done is not seen")
	}
	if changed, _ := h.carry(made); changed != 2 {
		t.Errorf("%d changed in the second half", changed)
	}
	if h.dump("hub", "people", "uno") != "1=U9 2=U2" || h.dump("far", "files", "family") != "U9=Kowal" {
		t.Error(h.dump("hub", "people", "uno"), h.dump("far", "files", "family"))
	}
	if n := h.unproven(made); n != 0 {
		t.Errorf("%d rows are not as they should be", n)
	}
	// An application writes the old number once more: the look after the time that applications have sees it.
	late := data()
	late["hub"]["people"][0]["uno"], late["far"]["files"] = "U9", []connectors.Row{{"uno": "U9", "family": "Nowak", "d": "2026-01-01"}, {"uno": "U1", "family": "Nowak", "d": "2026-01-01"}}
	for name, rows := range late {
		f, _ := connectors.As[connectors.Fixture](h.Systems[name].Store)
		if err := f.Load(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.unproven(made); n == 0 {
		t.Error("rows with the old number and the old name came back, and nobody sees them")
	}

	taken := data()
	taken["hub"]["people"][1]["uno"] = "U9"
	stops(t, build(t, systems, taken).plan(r).Plan, "taken")
}

// TestSharedIdentifierTaken: an e-mail others have too is a person's to approve.
func TestSharedIdentifierTaken(t *testing.T) {
	h := build(t, map[string]string{"a": folk}, folkRows())
	p := h.plan(fix("pid P1", "contact.email: a@x.pl > B@x.pl")).Plan
	if !p.Applicable || !p.Asks() || reasons(p) != "a/index manual 1 copy_of, a/people correct 1 rectified" {
		t.Error(reasons(p), p.Attention)
	}
}

// TestErasureOpen: only what an open erasure keeps is corrected.
func TestErasureOpen(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  kept:   { purposes: { p: { since: d } }, fields: { of: { owned_by: people }, name: identity.name.family, d: preference.topic } }
  gone:   { purposes: n, fields: { of: { owned_by: people }, name: identity.name.family } }
`}, map[string]rows{"a": {"people": {{"id": int64(1), "pid": "P1", "d": "2026-01-01"}}, "kept": {{"id": int64(1), "of": int64(1), "name": "Nowak", "d": "2026-01-01"}, {"id": int64(2), "of": int64(1), "name": "Nowak", "d": "2001-01-01"}},
		"gone": {{"id": int64(1), "of": int64(1), "name": "Nowak"}}}})
	erasing := ask("pid P1")
	erasing.Ground = "art17_1_b"
	made, err := h.Make(t.Context(), planner.Input{Request: fix("pid P1", "identity.name.family: Nowak > Kowal"), AsOf: asOf, Erasing: erasing})
	if err != nil {
		t.Fatal(err)
	}
	if got := reasons(made.Plan); got != "a/gone keep 1 to_be_erased, a/kept correct 1 rectified, a/kept keep 1 to_be_erased" {
		t.Error(got)
	}
	h.carry(made)
	if got := h.dump("a", "kept", "name"); got != "1=Kowal 2=Nowak" {
		t.Error(got)
	}
}

// TestPlanHoldsNoValue: neither old nor new values stand in the plan.
func TestPlanHoldsNoValue(t *testing.T) {
	h := build(t, map[string]string{"a": folk}, folkRows())
	made := h.plan(fix("pid P1", "identity.name.family: Nowak > Kowal", "contact.email: q@x.pl > n@x.pl"))
	text := fmt.Sprintf("%+v", *made.Plan)
	for _, v := range []string{"Nowak", "Kowal", "q@x.pl", "n@x.pl", "a@x.pl"} {
		if strings.Contains(text, v) {
			t.Errorf("the plan holds %s", v)
		}
	}
}

func agree(context.Context, []connectors.Outcome) error { return nil }
