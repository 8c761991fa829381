package faults

import (
	"strings"
	"testing"
)

// TestARehearsalThatWouldStayIsRefused: where the store could not take a rehearsal back, because a table's engine has no transactions or a
// trigger writes to one like that, nothing is rehearsed, it is said why, and no row is another one. Elsewhere the statements are run and rolled back.
func TestARehearsalThatWouldStayIsRefused(t *testing.T) {
	c := newClub(t, onMariaDB)
	before := c.rows(t)
	rehearsed := func() string {
		t.Helper()
		p := c.planned(t, "C-2", "--rehearse")
		if len(p.Rehearsal) != 1 || p.Rehearsal[0].System != "register" || p.Rehearsal[0].Failed != "" {
			t.Fatalf("%+v", p.Rehearsal)
		}
		if got := c.rows(t); got != before {
			t.Errorf("a rehearsal left\n%s\nof\n%s", got, before)
		}
		return p.Rehearsal[0].Skipped
	}
	if why := rehearsed(); why != "" {
		t.Errorf("it was not rehearsed: %s", why)
	}
	c.do(t, "CREATE TABLE scribbled (id int) ENGINE=Aria", "CREATE TRIGGER noted AFTER DELETE ON vehicles FOR EACH ROW INSERT INTO scribbled VALUES (OLD.id)")
	c.map_(t, "backups:", "outside: { scribbled: numbers only }\nbackups:")
	if why := rehearsed(); !strings.Contains(why, "trigger noted of vehicles may write to scribbled") {
		t.Errorf("it was not refused for the trigger: %q", why)
	}
	if n := c.text(t, "SELECT count(*) FROM scribbled"); n != "0" {
		t.Errorf("a rehearsal left %s rows where nothing is taken back", n)
	}
	c.do(t, "DROP TRIGGER noted", "ALTER TABLE tickets ENGINE=Aria")
	if why := rehearsed(); !strings.Contains(why, "Aria, which has no transactions") {
		t.Errorf("it was not refused for the engine: %q", why)
	}
}
