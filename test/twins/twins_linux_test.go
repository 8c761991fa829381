package twins

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/moved"
	"github.com/dossier-dsr/dossier/test/product"
)

// house is an installation, and where its databases are.
type house struct {
	*product.House
	*place
}

// newHouse is the sample with its databases at one of the kinds, where an administrator granted and installed what is needed. The map is one
// in which texts are replaced, by system.
func newHouse(t *testing.T, kind string, edits map[string]*strings.Replacer) *house {
	t.Helper()
	laid := cooperative.Lay(t, sample.Options{Members: 46})
	at := put(t, kind, laid, false)
	for system, edit := range edits {
		file := filepath.Join(laid.MapDir, system+".yaml")
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, []byte(edit.Replace(string(text))), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	h := &house{built.House(t, laid), at}
	h.Extra = at.env(false)
	h.administered(t)
	return h
}

// administered has the administrator of each database run what the connector prints.
func (h *house) administered(t *testing.T) {
	t.Helper()
	for system, run := range h.run {
		for _, what := range []string{"grants", "install"} {
			if err := run(t.Context(), h.Must(t, "connector", what, system)); err != nil {
				t.Fatalf("%s of %s: %v", what, system, err)
			}
		}
	}
}

// asked are the requests of the demonstration, and one of a person who holds a lease with others.
var asked = []string{"access", "rectification", "restriction", "lift", "erasure", "lease-mate-erasure"}

// after is how a house stands after a request: what its plan said, where the request stands, and what an application reads.
type after struct {
	plan, rows []string
	state      string
}

// TestTheSameMapOnEveryDatabase takes houses that differ in nothing but where their databases are through the same requests, one after the
// other: they plan the same, end the same, and have the same rows.
func TestTheSameMapOnEveryDatabase(t *testing.T) {
	var mu sync.Mutex
	lives := map[string][]after{}
	t.Run("lives", func(t *testing.T) {
		for kind := range kinds {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				life := newHouse(t, kind, nil).live(t)
				mu.Lock()
				defer mu.Unlock()
				lives[kind] = life
			})
		}
	})
	for kind, life := range lives {
		for i, there := range life {
			request, here := append([]string{"nothing"}, asked...)[i], lives["SQLite"][i]
			if diff := cmp.Diff(here.plan, there.plan); diff != "" {
				t.Errorf("%s: %s is planned otherwise than on SQLite:\n%s", kind, request, diff)
			}
			if here.state != there.state {
				t.Errorf("%s: %s ends as %s, on SQLite as %s", kind, request, there.state, here.state)
			}
			if request == "restriction" { // what stands for restricted rows is each store's own affair
				continue
			}
			if diff := cmp.Diff(here.rows, there.rows); diff != "" {
				t.Errorf("%s: after %s the databases differ from SQLite's:\n%s", kind, request, diff)
			}
		}
	}
	if len(lives) != len(kinds) {
		t.Errorf("%d of %d houses came to their end", len(lives), len(kinds))
	}
}

// live takes a house through the requests, and tells how it stood before the first and after each.
func (h *house) live(t *testing.T) []after {
	t.Helper()
	if said := h.Must(t, "manifest", "check", "--live"); strings.Contains(said, "error") {
		t.Errorf("the map and the live databases disagree:\n%s", said)
	}
	out := []after{{rows: rows(t, h)}}
	for _, request := range asked {
		p := h.Plan(t, h.Requests[request])
		now := after{plan: work(p)}
		now.state = h.through(t, p)
		now.rows = rows(t, h)
		if demo, left := h.Persons.Demo, strings.Join(now.rows, "\n"); request == "restriction" && (strings.Contains(left, demo.PESEL) || strings.Contains(left, demo.MemberNo)) {
			t.Error("applications still read what is restricted")
		}
		if request == "erasure" && slices.Equal(now.rows, out[len(out)-1].rows) {
			t.Error("the erasure changed nothing")
		}
		out = append(out, now)
	}
	return out
}

var decimal = regexp.MustCompile(`^-?\d+\.\d+$`)

// rows is every row of both databases, as texts.
func rows(t *testing.T, h *house) []string {
	t.Helper()
	var out []string
	for _, system := range moved.Stores {
		for _, table := range tables[system] {
			for _, row := range h.read[system](t, "SELECT * FROM "+table) {
				for i, v := range row {
					if decimal.MatchString(v) { // a server writes as many places as the column has
						row[i] = strings.TrimSuffix(strings.TrimRight(v, "0"), ".")
					}
				}
				out = append(out, table+" "+strings.Join(row, "|"))
			}
		}
	}
	slices.Sort(out) // databases order texts each in its own way
	return out
}

// work is what a plan does, system by system.
func work(p *plan.Plan) []string {
	var out []string
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				out = append(out, fmt.Sprintf("%s/%s %s %d", s.Name, c.Name, a.Action, a.Rows))
			}
		}
	}
	return out
}

// through carries a plan out to its end and gives where it then stands.
func (h *house) through(t *testing.T, p *plan.Plan) string {
	t.Helper()
	product.Until(func() bool {
		st := h.Standing(t, p.Request)
		switch {
		case st.State == "done" || st.State == "attention":
			return true
		case st.StartedAt == nil:
			if r := h.Apply(t, p); r.Code != 0 && r.Code != 4 {
				t.Fatalf("%s: %+v", p.Request, r)
			}
		default:
			h.Must(t, "--json", "request", "resume", p.Request)
		}
		h.Answer(t, p.Request, "")
		h.Told(t, p.Request)
		h.Later(25 * time.Hour)
		return false
	})
	return h.Standing(t, p.Request).State
}
