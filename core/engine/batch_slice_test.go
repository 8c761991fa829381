package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestBatchInSlices: a batch that is too large for one transaction goes in slices, each a handshake of its own, and leaves the stores and every
// receipt as one transaction does: what hangs on a lease of two members counts for both, whichever slice it went in.
func TestBatchInSlices(t *testing.T) {
	t.Parallel()
	run := func(most int) (*world.World, []string, []string) {
		laid := cooperative.Lay(t, sample.Options{Members: 60})
		twoOwners(t, laid)
		w := world.On(t, laid)
		do := register(t, w)
		do("UPDATE members SET left_on = '2012-05-20' WHERE last_name = 'Kowalczyk'")
		do("UPDATE lease_parties SET left_on = '2012-05-20' WHERE lease_no = '1'")
		do("UPDATE leases SET ended_on = '2012-05-20' WHERE lease_no = '1'")
		for _, no := range []string{"K-2", "K-3"} { // two more of the couple's, with what was read there
			do("INSERT INTO leases (lease_no, flat_no, started_on, ended_on) VALUES (?1, ?1, '2004-01-01', '2012-05-20')", no)
			do("INSERT INTO lease_parties (lease_no, member_id, left_on) SELECT ?, id, '2012-05-20' FROM members WHERE last_name = 'Kowalczyk'", no)
			for month := range 24 {
				if _, err := w.Ledger(t).Exec("INSERT INTO readings (flat_no, meter, read_on, value) VALUES (?, 'ZW', date('2010-01-01', ?), 1)", no, fmt.Sprintf("+%d months", month)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for n := range 30 { // a vehicle of two is reached on two ways
			do("INSERT INTO vehicles (member_id, other_id, plate) VALUES (?, ?, ?)", w.Persons.Husband.ID, w.Persons.Wife.ID, fmt.Sprint("WK ", n))
		}
		for _, s := range w.Map.Systems {
			s.MaxRows = most
		}
		var said []string
		w.Engine.Progress = func(text string) { said = append(said, text) }
		var ids []string
		for _, who := range []sample.Person{w.Persons.Wife, w.Persons.Demo, w.Persons.Husband} {
			ids = append(ids, leaver(t, w, who))
		}
		b, in := begin(t, w, "spring", ids)
		endBatch(t, w, b, in)
		return w, in, said
	}
	one, in, _ := run(0)
	many, _, said := run(20)
	if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, "working in ledger, part 3") }) {
		t.Fatalf("the ledger was not worked in slices: %v", said)
	}
	if d := one.Snapshot(t).Changed(many.Snapshot(t)); len(d) > 0 {
		t.Errorf("in slices the stores are not as in one transaction: %v", d)
	}
	shared := 0
	for _, id := range in {
		if s := many.Standing(t, id); s.State != "done" {
			t.Errorf("%s is %s: %s", id, s.State, s.Why)
			continue
		}
		x, y := facts(t, one, id), facts(t, many, id)
		if d := cmp.Diff(x, y); d != "" {
			t.Errorf("%s: the receipt is not as in one transaction (-one +slices):\n%s", id, d)
		}
		for _, s := range x.Systems {
			for _, c := range s.Counts {
				if c.Treatment == "readings/delete" && c.Committed == 48 || c.Treatment == "vehicles/delete" && c.Committed >= 30 {
					shared++
				}
			}
		}
	}
	if shared != 4 {
		t.Errorf("of %d it is said that rows of two went, want two of the couple's readings and two of the vehicles", shared)
	}
}

// twoOwners gives vehicles a second owner.
func twoOwners(t *testing.T, laid *cooperative.World) {
	t.Helper()
	file := filepath.Join(laid.MapDir, "register.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const one = "      plate:     "
	changed := strings.Replace(string(text), one, "      other_id:  { owned_by: members, label: { pl: Numer w rejestrze, en: Number in the register } }\n"+one, 1)
	if changed == string(text) {
		t.Fatal("the map has no plates")
	}
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := laid.Register(t).Exec("ALTER TABLE vehicles ADD COLUMN other_id INTEGER REFERENCES members (id)"); err != nil {
		t.Fatal(err)
	}
}
