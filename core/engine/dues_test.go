package engine_test

import (
	"context"
	"database/sql"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestKeptIsFoundAgain: an access after an erasure, by identifiers that the erasure took away, finds what was kept, and says
// "nothing held" of no invoice; whoever becomes a member again under another number is found under both.
func TestKeptIsFoundAgain(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	db, err := sql.Open("sqlite", w.Env()["REGISTER_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var pesel string
	if err := db.QueryRow(`SELECT pesel FROM members WHERE member_no = 'C-00101'`).Scan(&pesel); err != nil {
		t.Fatal(err)
	}
	id := w.Start(t, "erasure")
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	kept := map[string]int64{}
	p, err := w.Engine.CurrentPlan(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"ledger/accounts", "ledger/entries", "ledger/arrears_letters", "documents/letters", "register/disclosures"} {
		if kept[place] = rowsOf(p, place, plan.Keep); kept[place] == 0 {
			t.Fatalf("the erasure kept nothing of %s: the sample has changed", place)
		}
	}
	later := w.Register(t, "access")
	found := func() {
		t.Helper()
		p, err := w.Engine.Plan(ctx, later, planOptions)
		if err != nil {
			t.Fatal(err)
		}
		for place, want := range kept {
			if got := rowsOf(p, place, plan.Export); got != want {
				t.Errorf("%s: %d rows were kept, a later access finds %d", place, want, got)
			}
		}
		if !p.Applicable {
			t.Errorf("the access cannot be answered: %v", p.Blockers)
		}
	}
	found()

	if _, err := db.Exec(`INSERT INTO members (member_no, pesel, first_name, last_name, joined_on, status) VALUES ('C-09999', ?, 'Jadwiga', 'Nowa', '2026-11-06', 'A')`, pesel); err != nil {
		t.Fatal(err)
	}
	found()
	p, err = w.Engine.CurrentPlan(ctx, later)
	if err != nil || rowsOf(p, "register/members", plan.Export) != 2 {
		t.Errorf("the new member and the shell of the former one are %d rows (%v)", rowsOf(p, "register/members", plan.Export), err)
	}

	other := w.Register(t, "nothing-held-access")
	if p, err := w.Engine.Plan(ctx, other, planOptions); err != nil || len(p.Totals) > 0 {
		t.Errorf("somebody else is found too: %v, %v", p.Totals, err)
	}
}

func rowsOf(p *plan.Plan, place string, act plan.Act) (n int64) {
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			if s.Name+"/"+c.Name != place {
				continue
			}
			for _, a := range c.Actions {
				if a.Action == act {
					n += a.Rows
				}
			}
		}
	}
	return n
}
