package tombstone

import (
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

func TestReplay(t *testing.T) {
	f := fresh(t)
	f.intend(t, anna())
	f.verify(t, "2026-000123", now)
	couple := anna()
	couple.Request, couple.Roots, couple.Person = "2026-000124", nil, []subject.Identifier{id("email", "couple@example.pl", true)}
	f.intend(t, couple)
	f.verify(t, "2026-000124", now)
	before, after := now.AddDate(-1, 0, 0), now.Add(time.Hour)
	type ids = []subject.Identifier
	for name, c := range map[string]struct {
		request string
		row     Restored
		want    Verdict
	}{
		"her row, by its key":                      {"2026-000123", Restored{"register", "members", []string{"1"}, time.Time{}, nil}, Certain},
		"another row":                              {"2026-000123", Restored{"register", "members", []string{"10"}, time.Time{}, nil}, None},
		"the same key elsewhere":                   {"2026-000123", Restored{"register", "users", []string{"1"}, time.Time{}, nil}, None},
		"her number, an old row":                   {"2026-000123", Restored{"register", "members", []string{"7"}, before, ids{id("pesel", annaPESEL, false)}}, Certain},
		"her number, birth unknown":                {"2026-000123", Restored{"register", "members", []string{"7"}, time.Time{}, ids{id("pesel", annaPESEL, false)}}, Candidate},
		"she came back":                            {"2026-000123", Restored{"register", "members", []string{"7"}, after, ids{id("pesel", annaPESEL, false)}}, None},
		"her key given to another":                 {"2026-000123", Restored{"register", "members", []string{"1"}, before, ids{id("pesel", janPESEL, false)}}, None},
		"her key, a sentinel for a number":         {"2026-000123", Restored{"register", "members", []string{"1"}, before, ids{id("pesel", "00000000000", false)}}, Certain},
		"her key, another kind":                    {"2026-000123", Restored{"register", "members", []string{"1"}, before, ids{id("member_no", "C-9", false)}}, Certain},
		"by e-mail alone":                          {"2026-000124", Restored{"register", "members", []string{"9"}, before, ids{id("email", "couple@example.pl", false), id("pesel", janPESEL, false)}}, Candidate},
		"her e-mail, which was not marked":         {"2026-000123", Restored{"register", "members", []string{"9"}, before, ids{id("email", "anna@example.pl", false)}}, None},
		"a request that is not owed":               {"2026-1", Restored{"register", "members", []string{"1"}, before, nil}, None},
		"a row without a key, or a kind of no map": {"2026-000123", Restored{"register", "members", nil, before, ids{id("nip", "1", false)}}, None},
	} {
		f.write(t, func(tx *state.Tx) error {
			r, err := f.Replay(tx, now.Add(-time.Minute), now)
			if err != nil {
				return err
			}
			got, err := r.Judge(c.request, c.row)
			if got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
			return err
		})
	}
	owed := func(taken, at time.Time) (n int) {
		f.write(t, func(tx *state.Tx) error {
			r, err := f.Replay(tx, taken, at)
			if err == nil {
				n = len(r.Tombstones())
			}
			return err
		})
		return n
	}
	if n := owed(now.Add(-time.Minute), now); n != 2 {
		t.Errorf("%d owed", n)
	}
	if n := owed(now, now); n != 0 {
		t.Errorf("%d owed by a backup that knows them", n)
	}
	if n := owed(now.Add(-time.Minute), now.AddDate(1, 0, 0)); n != 0 {
		t.Errorf("%d owed after the last backup is gone", n)
	}
	f.write(t, func(tx *state.Tx) error { return f.Release(tx, "2026-000123", now) })
	if n := owed(now.Add(-time.Minute), now); n != 1 {
		t.Errorf("%d owed after one person came back", n)
	}
}
