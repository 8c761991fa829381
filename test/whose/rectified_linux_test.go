package whose

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/product"
)

const parishRegister = `system: register
label: { en: Register }
connector: sqlite
config: { file: "${PARISH_REGISTER}" }
department: Office
backups: 35 days
restrict: { block: move }
collections:
  people:
    purposes: { membership: { since: left_on } }
    fields:
      member_no: { identifier: member_no }
      family:    identity.name.family
      given:     identity.name.given
      said:      { category: correspondence.statement, statement: true }
      left_on:   correspondence.date
      home:      { owns: homes }
  homes:
    fields: { street: contact.address.street }
  cards:
    fields: { person: { owned_by: people }, name: { copy_of: people, as: "{family} {given}" } }
  mirror:
    derived_from: people
    key: person
    fields: { family: identity.name.family }
  visits:
    rectify: { mode: supplement, law: "a law" }
    fields: { person: { owned_by: people }, name: identity.name.family }
  held:
    purposes: { others: { since: kept_on } }
    fields: { person: { owned_by: people }, name: identity.name.family, kept_on: correspondence.date }
`

const parishPapers = `system: papers
label: { en: Papers }
connector: files
config: { root: "${PARISH_PAPERS}" }
department: Office
backups: 35 days
restrict: { block: move }
collections:
  lists:
    at: lists/{year}.csv
    rows: { format: csv, delimiter: ";" }
    key: [year, line]
    purposes: { membership: { since: seen_on } }
    fields: { member_no: { identifier: member_no }, family: identity.name.family, seen_on: correspondence.date }
  logs:
    at: logs/{year}.jsonl
    rows: jsonl
    key: [year, line]
    purposes: { membership: { since: seen_on } }
    fields: { member_no: { identifier: member_no }, family: identity.name.family, seen_on: correspondence.date }
  books:
    at: books/{book}.json
    rows: { format: json, each: "people[]" }
    key: [book, no]
    purposes: { membership: { since: seen_on } }
    fields: { member_no: { identifier: member_no }, family: identity.name.family, seen_on: correspondence.date }
`

// papers are the files of the parish; every name stands for two people.
var papers = map[string]string{
	"lists/2026.csv": "member_no;family;seen_on\r\n1;\"Nowak\";2026-01-01\r\n2;Nowak;2026-01-01\r\n1;Nowak;2026-02-02\r\n",
	"logs/2026.jsonl": `{"member_no":"1","family":"Nowak","seen_on":"2026-01-01","n":1.50}` + "\n" +
		`{ "member_no": "2", "family": "Nowak", "seen_on": "2026-01-01" }` + "\n",
	"books/a.json": `{"title":"Nowak","people":[{"no":1,"member_no":"1","family":"Nowak","seen_on":"2026-01-01"}, {"no":2,"member_no":"2","family":"Nowak","seen_on":"2026-01-01"}]}`,
}

// newParish is a house in which two people have one name and one home; everything is kept in a database and in files.
func newParish(t *testing.T) *club {
	t.Helper()
	dir := t.TempDir()
	c := &club{letters: filepath.Join(dir, "papers")}
	controller := strings.Replace(clubController, "tombstone:", "  others: { label: { en: Others }, basis: art6_1_b, keep: 5 years, role: processor, for: Another }\ntombstone:", 1)
	for name, text := range map[string]string{"controller.yaml": controller, "register.yaml": parishRegister, "papers.yaml": parishPapers} {
		write(t, filepath.Join(dir, "map", name), text)
	}
	for name, text := range papers {
		write(t, filepath.Join(c.letters, name), text)
	}
	c.House = built.Empty(t, filepath.Join(dir, "map"))
	c.Extra = map[string]string{"PARISH_REGISTER": filepath.Join(dir, "r.db"), "PARISH_PAPERS": c.letters}
	c.register = open(t, c.Extra["PARISH_REGISTER"])
	do(t, c.register,
		"CREATE TABLE people (id INTEGER PRIMARY KEY, member_no TEXT, family TEXT, given TEXT, said TEXT, left_on DATE, home INTEGER)",
		"CREATE TABLE homes (id INTEGER PRIMARY KEY, street TEXT)", "INSERT INTO homes VALUES (1, 'Lipowa 3')",
		"CREATE TABLE cards (id INTEGER PRIMARY KEY, person INTEGER, name TEXT)", "INSERT INTO cards VALUES (1, 1, 'Nowak Anna'), (2, 2, 'Nowak Piotr')",
		"CREATE TABLE mirror (person INTEGER PRIMARY KEY, family TEXT)", "INSERT INTO mirror VALUES (1, 'Nowaczek'), (2, 'Nowak')",
		"CREATE TABLE visits (id INTEGER PRIMARY KEY, person INTEGER, name TEXT)", "INSERT INTO visits VALUES (1, 1, 'Nowak'), (2, 2, 'Nowak')",
		"CREATE TABLE held (id INTEGER PRIMARY KEY, person INTEGER, name TEXT, kept_on DATE)", "INSERT INTO held VALUES (1, 1, 'Nowak', '2026-01-01')",
		"INSERT INTO people VALUES (1, '1', 'Nowak', 'Anna', NULL, NULL, 1), (2, '2', 'Nowak', 'Piotr', NULL, NULL, 1)")
	return c
}

// corrected plans a rectification of member 1's family name and street.
func (c *club) corrected(t *testing.T) *plan.Plan {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": "c-1", "right": "rectification",
		"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "member_no", "value": "1", "verified": true}}},
		"corrections": []any{map[string]any{"category": "identity.name.family", "from": "Nowak", "to": "Kowal"},
			map[string]any{"category": "contact.address.street", "from": "Lipowa 3", "to": "Lipowa 4"}},
		"received_at": c.Now.Add(-48 * time.Hour), "identity": map[string]any{"verified_at": c.Now.Add(-24 * time.Hour), "method": "document_seen"},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "c-1.json")
	write(t, file, string(b))
	p := c.Plan(t, file)
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	return p
}

// renamed fails where a name that is to be changed was not, or another was.
func (c *club) renamed(t *testing.T, family string) {
	t.Helper()
	for query, want := range map[string]string{
		"SELECT group_concat(family || coalesce(said, '')) FROM people": family + "Last name (art. 16 GDPR): Kowal (before: Nowak),Nowak",
		"SELECT group_concat(name) FROM cards":                          "Kowal Anna,Nowak Piotr",
		"SELECT group_concat(family) FROM mirror":                       "Kowal,Nowak",
		"SELECT group_concat(name) FROM visits":                         "Nowak,Nowak",
		"SELECT name FROM held":                                         "Nowak",
		"SELECT street FROM homes":                                      "Lipowa 3",
	} {
		if got := text(t, c.register, query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for name, was := range papers {
		want := was // hers alone changes, and nothing else of a file
		for _, mine := range []string{"1;\"Nowak\";", "1;Nowak;2026-02", `"member_no":"1","family":"Nowak"`} {
			want = strings.ReplaceAll(want, mine, strings.Replace(mine, "Nowak", "Kowal", 1))
		}
		if b, err := os.ReadFile(filepath.Join(c.letters, name)); err != nil || string(b) != want || want == was {
			t.Errorf("%s (%v):\n%s\nwant\n%s", name, err, b, want)
		}
	}
}

// acts are what a plan does, as system/collection action rows.
func acts(p *plan.Plan) []string {
	var out []string
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				out = append(out, s.Name+"/"+c.Name+" "+string(a.Action)+" "+a.Reason.Code)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestCorrectedInStores: a correction through the whole product, in a database and in rows of CSV, JSON lines and JSON: what is the person's
// alone is replaced, annotated, computed anew; what others own, and what is held for another controller, is left and said.
func TestCorrectedInStores(t *testing.T) {
	t.Parallel()
	c := newParish(t)
	p := c.corrected(t)
	want := []string{"papers/books correct rectified", "papers/lists correct rectified", "papers/logs correct rectified", "register/cards correct copy_of", "register/held refer processor",
		"register/homes manual shared", "register/mirror correct copy_of", "register/people correct rectified", "register/people supplement completed", "register/visits keep annotated"}
	if got := acts(p); !slices.Equal(got, want) {
		t.Fatalf("%v\nwant\n%v", got, want)
	}
	c.Apply(t, p)
	c.renamed(t, "Kowal")
	x, ok := c.asked(t, p.Request, "by_hand")["register/homes"]
	if !ok || x.Department != "Office" {
		t.Fatalf("%+v", c.Standing(t, p.Request).Tasks)
	}
	c.says(t, x, "done")
	c.dayLater(t, p.Request)
	if st := c.Standing(t, p.Request); st.State != "done" || st.Outcome != "partly" {
		t.Fatalf("%+v", *st)
	}
	c.renamed(t, "Kowal")
}

// TestChangedMeanwhile: what somebody changes after the correction was written is not overwritten: a person is asked, once, and says what
// is right; what is left so is not erased from the letter.
func TestChangedMeanwhile(t *testing.T) {
	for answer, outcome := range map[string]string{"done": "partly", "refuse": "partly"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			c := newParish(t)
			p := c.corrected(t)
			c.Extra["DOSSIER_FAILPOINT"] = "verify/claimed/register"
			if r := c.Apply(t, p); !r.Killed {
				t.Fatalf("%+v", r)
			}
			c.Extra["DOSSIER_FAILPOINT"] = "verify/asked/register"
			do(t, c.register, "UPDATE people SET family = 'Inna' WHERE id = 1")
			c.Later(time.Minute)
			if r := c.Run(t, "--json", "request", "resume", p.Request); !r.Killed {
				t.Fatalf("%+v", r)
			}
			delete(c.Extra, "DOSSIER_FAILPOINT")
			c.Later(time.Minute)
			for range 2 {
				c.Must(t, "--json", "request", "resume", p.Request)
			}
			st := c.Standing(t, p.Request)
			x, ok := c.asked(t, p.Request, "conflict")["register/people"]
			if !ok || x.Items != 1 || !slices.Contains(st.Attention, "conflict") || product.System(t, st, "register").State != "attention" {
				t.Fatalf("%+v", *st)
			}
			args := []string{answer}
			if answer == "refuse" {
				args = append(args, "--because", "she is to bring her decree")
			}
			c.says(t, x, args...)
			c.renamed(t, "Inna")
			c.says(t, c.asked(t, p.Request, "by_hand")["register/homes"], "done")
			c.dayLater(t, p.Request)
			if st := c.Standing(t, p.Request); st.State != "done" || st.Outcome != outcome {
				t.Fatalf("%+v", *st)
			}
			c.renamed(t, "Inna")
			c.decision(t, p.Request, "conflict", map[string]string{"done": "done", "refuse": "refused"}[answer])
			letter := c.Must(t, "reply", p.Request, "--format", "md", "--language", "en")
			if got := strings.Contains(letter, "it stays by a person's decision: she is to bring her decree"); got != (answer == "refuse") {
				t.Errorf("%s: the letter says %v\n%s", answer, got, letter)
			}
		})
	}
}
