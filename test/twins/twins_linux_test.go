package twins

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/moved"
)

// TestTheSameMapOnPostgreSQL takes both houses through the requests of the demonstration, one after the other.
func TestTheSameMapOnPostgreSQL(t *testing.T) {
	a, b := twins(t)
	if said := b.Must(t, "manifest", "check", "--live"); strings.Contains(said, "error") {
		t.Errorf("the map and the live databases disagree:\n%s", said)
	}
	before := rows(t, b)
	if diff := cmp.Diff(rows(t, a), before); diff != "" {
		t.Fatalf("the twins differ before anything is done:\n%s", diff)
	}
	for _, request := range []string{"access", "rectification", "restriction", "lift", "erasure", "lease-mate-erasure"} {
		first, second := a.Plan(t, a.Requests[request]), b.Plan(t, b.Requests[request])
		if diff := cmp.Diff(work(first), work(second)); diff != "" {
			t.Errorf("%s is planned otherwise:\n%s", request, diff)
			continue
		}
		ends := map[string]string{}
		for name, h := range map[string]*house{"SQLite": a, "PostgreSQL": b} {
			p := first
			if h == b {
				p = second
			}
			ends[name] = h.through(t, p)
		}
		if ends["SQLite"] != ends["PostgreSQL"] {
			t.Errorf("%s ends as %v", request, ends)
		}
		now := rows(t, b)
		if request == "restriction" { // what stands for restricted rows is each store's own affair
			demo := b.Persons.Demo
			if left := strings.Join(now, "\n"); strings.Contains(left, demo.PESEL) || strings.Contains(left, demo.MemberNo) {
				t.Error("applications still read what is restricted")
			}
			continue
		}
		if diff := cmp.Diff(rows(t, a), now); diff != "" {
			t.Errorf("after %s the databases differ:\n%s", request, diff)
		}
		if request == "erasure" && slices.Equal(now, before) {
			t.Error("the erasure changed nothing")
		}
		before = now
	}
}

var decimal = regexp.MustCompile(`^-?\d+\.\d+$`)

// rows is every row of both databases, as texts.
func rows(t *testing.T, h *house) []string {
	t.Helper()
	var out []string
	for _, system := range moved.Stores {
		for _, x := range tables[system] {
			for _, row := range h.read[system](t, "SELECT * FROM "+x.name+" ORDER BY "+x.key) {
				for i, v := range row {
					if decimal.MatchString(v) { // a server writes as many places as the column has
						row[i] = strings.TrimSuffix(strings.TrimRight(v, "0"), ".")
					}
				}
				out = append(out, x.name+" "+strings.Join(row, "|"))
			}
		}
	}
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
	for range 6 {
		st := h.Standing(t, p.Request)
		switch {
		case st.State == "done" || st.State == "attention":
			return st.State
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
	}
	return h.Standing(t, p.Request).State
}
