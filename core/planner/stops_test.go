package planner_test

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

const twoSystems = `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, uno: { identifier: uno }, d: preference.topic } }
`

func two(t *testing.T) *house {
	return build(t, map[string]string{"a": twoSystems, "b": `
  visits: { fields: { of: { owned_by: a/people }, uno: { identifier: uno } } }
`}, map[string]rows{"a": {"people": {person(1, "P1", "U1", nil, nil)}}, "b": {"visits": {{"id": int64(1), "of": int64(1), "uno": "U1"}}}})
}

// TestUnreached: a system that does not answer, from the start or in the midst, makes the plan incomplete, never wrong.
func TestUnreached(t *testing.T) {
	for _, right := range []request.Right{request.Erasure, request.Access} {
		for calls := range 12 {
			h := two(t)
			sys := *h.Systems["b"]
			sys.Store = &silent{sys.Store, calls}
			h.Systems["b"] = &sys
			r := ask("pid P1")
			if r.Right = right; right == request.Access {
				r.Ground = ""
			}
			p := h.plan(r).Plan
			if calls == 0 && p.Complete {
				t.Errorf("%s: complete without an answer", right)
			}
			if !p.Complete && (p.Applicable || len(p.Blockers) == 0) {
				t.Errorf("%s, silent after %d calls: incomplete, and may be carried out", right, calls)
			}
		}
	}
	h := two(t)
	h.Systems["a"] = &planner.System{Map: h.Systems["a"].Map, Err: connectors.ErrTryLater}
	if p := h.plan(ask("pid P1")).Plan; p.Complete || p.Applicable || !strings.Contains(strings.Join(p.Blockers, " "), "hang on its rows") {
		t.Errorf("%+v", p.Blockers)
	}
}

// TestOutOfScope: who somebody is may be known in a system the request does not reach; nothing there is touched.
func TestOutOfScope(t *testing.T) {
	h := two(t)
	r := ask("pid P1")
	r.Scope = &request.Scope{Systems: []string{"b"}}
	// The visit has its purposes from people, who are kept because they are out of scope.
	p := h.plan(r).Plan
	if got := does(p); !p.Applicable || got != "b/visits keep 1" {
		t.Errorf("%s %v", got, p.Blockers)
	}
	h.Systems["a"] = &planner.System{Map: h.Systems["a"].Map, Err: connectors.ErrTryLater}
	if p := h.plan(r).Plan; p.Complete || p.Applicable {
		t.Error("it is planned although nobody knows who the person is")
	}
}

// TestWithout: a system others hang on cannot be left out; one that only hangs on others can.
func TestWithout(t *testing.T) {
	if p := two(t).plan(ask("pid P1"), "b").Plan; !p.Applicable || does(p) != "a/people delete 1" {
		t.Errorf("%s %v", does(p), p.Blockers)
	}
	if p := two(t).plan(ask("pid P1", "uno U1"), "a").Plan; p.Applicable {
		t.Errorf("rows whose owner was not looked at: %s", does(p))
	}
}

// TestStore: what the live store says of itself stops a plan.
func TestStore(t *testing.T) {
	const m = `
  people: { placeholder: { name: nobody }, purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, name: identity.name.given, d: preference.topic } }
  notes:  { purposes: { p: { since: d } }, erase: { anonymise: { text: { set: x } } }, fields: { of: { owned_by: people, needs: [] }, text: correspondence.note, d: preference.topic } }
  likes:  { fields: { by: { owned_by: people } } }
  posts:  { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, edited_by: { refers_to: people }, d: preference.topic } }
`
	const good = `CREATE TABLE people (id INTEGER PRIMARY KEY, pid TEXT, name TEXT NOT NULL, d TEXT);
		CREATE TABLE notes (id INTEGER PRIMARY KEY, of INTEGER, text TEXT, d TEXT);
		CREATE TABLE likes (id INTEGER PRIMARY KEY, by INTEGER REFERENCES people(id) ON DELETE CASCADE);
		CREATE TABLE posts (id INTEGER PRIMARY KEY, pid TEXT, edited_by INTEGER REFERENCES people(id), d TEXT);
		INSERT INTO people VALUES (1, 'P1', 'A', '2001-01-01'), (2, 'P2', 'B', '2001-01-01');
		INSERT INTO notes VALUES (1, 1, 't', '2001-01-01');
		INSERT INTO likes VALUES (1, 1), (2, 2);
		INSERT INTO posts VALUES (1, 'P2', 1, '2001-01-01');`
	for _, c := range []struct{ name, ddl, old, stops, warns string }{
		{"as it should be", good, "", "", ""},
		{"a column nobody mapped, in rows that are anonymised", strings.Replace(good, "text TEXT,", "text TEXT, secret TEXT,", 1), "INTO notes VALUES (1, 1, 't',|INTO notes VALUES (1, 1, 't', 's',", "unmapped_column", ""},
		{"a column nobody mapped, in rows that go", strings.Replace(good, "name TEXT NOT NULL,", "name TEXT NOT NULL, secret TEXT,", 1), "'A',|'A', 's',;'B',|'B', 's',", "", "secret"},
		{"a cascade to a table nobody mapped", good + "CREATE TABLE logins (id INTEGER PRIMARY KEY, who INTEGER REFERENCES people(id) ON DELETE CASCADE);", "", "cascade", ""},
		{"a cascade over a column without an edge", strings.Replace(good, "pid TEXT, edited_by", "pid TEXT, seen INTEGER REFERENCES people(id) ON DELETE CASCADE, edited_by", 1), "'P2', 1,|'P2', 1, 1,", "cascade", ""},
		{"no NULL, and nobody stands in", strings.Replace(good, "of INTEGER,", "of INTEGER NOT NULL,", 1), "", "not_null", ""},
		{"a reference that takes no NULL", strings.Replace(good, "edited_by INTEGER REFERENCES", "edited_by INTEGER NOT NULL REFERENCES", 1), "", "reference", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t, map[string]string{"a": strings.Replace(m, ", needs: []", "", 1)}, nil)
			ddl := c.ddl
			for _, pair := range strings.Split(c.old, ";") {
				if a, b, ok := strings.Cut(pair, "|"); ok {
					ddl = strings.Replace(ddl, a, b, 1)
				}
			}
			h.onFile("a", ddl)
			p := h.plan(ask("pid P1")).Plan
			if c.stops != "" {
				stops(t, p, c.stops)
				return
			}
			if !p.Applicable || !strings.Contains(strings.Join(p.Warnings, " "), c.warns) {
				t.Errorf("%v %v", p.Blockers, p.Warnings)
			}
		})
	}
}

// TestGuards: too many rows that name one person, and too large a part of a large collection.
func TestGuards(t *testing.T) {
	var five, six []connectors.Row
	for i := range int64(6) {
		if six = append(six, person(i+1, "P1", nil, nil, nil)); i < 5 {
			five = six[:i+1]
		}
	}
	if p := build(t, map[string]string{"a": people}, map[string]rows{"a": {"people": five}}).plan(ask("pid P1")).Plan; !p.Applicable {
		t.Error(p.Blockers)
	}
	h := build(t, map[string]string{"a": people}, map[string]rows{"a": {"people": six}})
	stops(t, h.plan(ask("pid P1")).Plan, "guard")

	const m = `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  bills:  { GUARD fields: { of: { owned_by: people } } }
`
	for _, c := range []struct {
		name, guard, sql string
		applies          bool
	}{
		{"100 of 100", "", "INSERT INTO bills SELECT i, 1 FROM n WHERE i <= 100;", true},
		{"400 of 10,000", "", "INSERT INTO bills SELECT i, CASE WHEN i <= 400 THEN 1 END FROM n WHERE i <= 10000;", true},
		{"101 of 10,100", "", "INSERT INTO bills SELECT i, CASE WHEN i <= 101 THEN 1 END FROM n WHERE i <= 10100;", true},
		{"102 of 10,100", "", "INSERT INTO bills SELECT i, CASE WHEN i <= 102 THEN 1 END FROM n WHERE i <= 10100;", false},
		{"102 of 10,100, raised", "guards: { share: 2 %, because: x },", "INSERT INTO bills SELECT i, CASE WHEN i <= 102 THEN 1 END FROM n WHERE i <= 10100;", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t, map[string]string{"a": strings.Replace(m, "GUARD", c.guard, 1)}, nil)
			h.onFile("a", `CREATE TABLE people (id INTEGER PRIMARY KEY, pid TEXT, d TEXT); CREATE TABLE bills (id INTEGER PRIMARY KEY, of INTEGER);
				INSERT INTO people VALUES (1, 'P1', '2001-01-01'); CREATE TABLE n (i INTEGER);
				WITH RECURSIVE r(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM r WHERE i < 10200) INSERT INTO n SELECT i FROM r; `+c.sql)
			for _, right := range []request.Right{request.Erasure, request.Access} {
				r := ask("pid P1")
				r.Right = right
				p := h.plan(r).Plan
				if p.Applicable != c.applies {
					t.Errorf("%s: applicable %v %v", right, p.Applicable, p.Blockers)
				}
				if !c.applies {
					stops(t, p, "guard")
				}
			}
		})
	}
}

// TestCategories: a request for some categories clears their fields where nothing keeps the row, and leaves rows alone.
func TestCategories(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, email: { identifier: email }, street: contact.address.street, name: identity.name.given, d: preference.topic } }
  files:  { document: correspondence.letter, purposes: { p: { since: d } }, fields: { of: { owned_by: people }, d: preference.topic } }
`}, map[string]rows{"a": {"people": {
		{"id": int64(1), "pid": "P1", "email": "a@x.pl", "street": "s", "name": "n", "d": "2001-01-01"},
		{"id": int64(2), "pid": "P1", "email": "a@x.pl", "street": "s", "name": "n", "d": "2026-10-01"}}, "files": {}}})
	r := ask("pid P1")
	r.Ground, r.Scope = "art17_1_a", &request.Scope{Categories: []string{"contact"}}
	made := h.plan(r)
	if got := does(made.Plan); !made.Plan.Applicable || got != "a/people anonymise 1, a/people keep 1, a/people keep 1" {
		t.Errorf("%s %v", got, made.Plan.Blockers)
	}
	for _, w := range made.Work.Systems {
		for _, x := range w.Treatments {
			var fields []string
			for _, a := range x.Assign {
				fields = append(fields, a.Field)
			}
			if x.Verb != connectors.Set || strings.Join(fields, " ") != "email street" {
				t.Errorf("%s %s %v", x.ID, x.Verb, fields)
			}
		}
	}
	r.Scope.Categories = []string{"correspondence"}
	f, _ := connectors.As[connectors.Fixture](h.Systems["a"].Store)
	if err := f.Load(t.Context(), rows{"files": {{"id": int64(1), "of": int64(1), "d": "2001-01-01"}}}); err != nil {
		t.Fatal(err)
	}
	stops(t, h.plan(r).Plan, "categories")
}

// TestWorkIsBound: the second look may not go beyond what was approved.
func TestWorkIsBound(t *testing.T) {
	made := two(t).plan(ask("pid P1"))
	low := *made.Plan
	low.Systems = []plan.System{}
	made.Work.Bound(&low)
	for _, w := range made.Work.Systems {
		for _, x := range w.Treatments {
			if x.Verb == connectors.Delete && x.AtMost != 0 {
				t.Errorf("%s may change %d rows that nobody approved", x.ID, x.AtMost)
			}
		}
	}
}
