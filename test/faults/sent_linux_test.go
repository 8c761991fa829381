package faults

import (
	"regexp"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/servers"
)

// unmannerly are statements that ask for columns nobody named, or leave something behind.
var unmannerly = regexp.MustCompile(`(?i)\bselect\s+(distinct\s+)?\*|[\w"]\.\*|^(/\*.*?\*/ )?\s*(create|alter|drop|copy)\b|\binto\s+(temp|temporary|unlogged)\b`)

// TestWhatIsSent reads every statement of an erasure: columns are named, values are none of its words, nothing is made, and whoever runs
// the server sees whose work it is.
func TestWhatIsSent(t *testing.T) {
	c := newClub(t, onPostgres)
	c.between.Heard()
	p := c.planned(t, "C-2", "--rehearse")
	planned := c.between.Heard()
	var seen string
	c.between.Cut(servers.Cut{Words: "*/ COMMIT", When: servers.Never, First: func() {
		seen = c.text(t, "SELECT string_agg(application_name || ': ' || query, '; ') FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '/*%'")
	}})
	c.applied(t, p)
	applied := c.between.Heard()
	c.finish(t, p.Request)
	after := c.between.Heard()
	if len(planned) < 10 || len(applied) < 10 || len(after) == 0 {
		t.Fatalf("%d, %d and %d statements were heard", len(planned), len(applied), len(after))
	}
	for _, s := range append(append(planned, applied...), after...) {
		if unmannerly.MatchString(s) && !strings.Contains(s, " pg_") { // what the server says of its schema is nobody's row
			t.Errorf("%q in: %s", unmannerly.FindString(s), s)
		}
		for _, value := range []string{"C-2", "Ewa", "Polna", "2001-02-03"} {
			if strings.Contains(s, value) {
				t.Errorf("a value stands in: %s", s)
			}
		}
	}
	for _, s := range applied {
		changes := strings.Contains(s, "DELETE FROM") || strings.Contains(s, "UPDATE ") || strings.Contains(s, "COMMIT")
		if changes && !strings.HasPrefix(s, "/* dossier 2026-000123 */ ") {
			t.Errorf("whose is this: %s", s)
		}
	}
	for _, s := range planned {
		if strings.Contains(s, "*/ COMMIT") {
			t.Error("a rehearsal commits")
		}
	}
	if !strings.Contains(seen, "dossier 2026-000123: /* dossier 2026-000123 */ SET CONSTRAINTS ALL IMMEDIATE") {
		t.Errorf("the server's administrator sees %q", seen)
	}
	if n := c.text(t, "SELECT count(*)::text FROM pg_class WHERE relpersistence = 't'"); n != "0" {
		t.Errorf("%s temporary tables are left", n)
	}
}

// TestAPlanReadsACopy: of a system with a replica the plan is read from that and the rehearsal is held in the system; what is carried out is
// looked at, changed and verified in the system alone.
func TestAPlanReadsACopy(t *testing.T) { onEach(t, planReadsACopy) }

func planReadsACopy(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	c, there, caught := k.copied(t)
	replica := servers.NewBetween(t, there)
	c.Extra["CLUB_COPY"] = replica.URL
	c.map_(t, `config: { url:`, `config: { read_url: "${CLUB_COPY}", url:`)
	caught()
	c.between.Heard()
	p := c.planned(t, "C-2")
	if asked := reads(c.between.Heard()); len(asked) > 0 {
		t.Errorf("the plan read the system: %s", asked[0])
	}
	if asked := reads(replica.Heard()); len(asked) < 5 {
		t.Errorf("the plan asked the copy %d things", len(asked))
	}
	c.planned(t, "C-2", "--rehearse")
	if asked := reads(c.between.Heard()); len(asked) == 0 {
		t.Error("a rehearsal in a copy")
	}
	replica.Heard()
	p = c.Plan(t, p.Request)
	replica.Heard()
	c.applied(t, p)
	c.ends(t, p, want)
	if asked := replica.Heard(); len(asked) > 0 {
		t.Errorf("what was carried out asked the copy: %s", asked[0])
	}

	// A copy that is away is done without.
	c.Extra["CLUB_COPY"] = k.nowhere
	if r := c.Run(t, "plan", p.Request); !strings.Contains(r.Stderr, "done") || strings.Contains(r.Stderr, "127.0.0.1") {
		t.Errorf("%+v", r)
	}
}

// reads are statements about the tables of the club.
func reads(all []string) (out []string) {
	for _, s := range all {
		if s = strings.ReplaceAll(s, "`", `"`); strings.Contains(s, `"members"`) || strings.Contains(s, `"vehicles"`) {
			out = append(out, s)
		}
	}
	return out
}
