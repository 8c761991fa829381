package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/world"
)

// breaking is a store of which one call of Apply is broken off, before it does anything or when its answer is on the way.
type breaking struct {
	connectors.Store
	at    int // the call, from 1
	after bool
	calls int
}

func (b *breaking) Unwrap() any { return b.Store }

func (b *breaking) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	w, _ := connectors.As[connectors.Writer](b.Store)
	if b.calls++; b.calls != b.at {
		return w.Apply(ctx, do, opt)
	}
	if b.after {
		if out, err := w.Apply(ctx, do, opt); err != nil {
			return out, err
		}
	}
	return nil, fmt.Errorf("the connection was lost: %w", connectors.ErrTryLater)
}

// TestCountersWhereRowsArrive: entries that stay in the books stand under a placeholder account from then on. Whatever breaks off between the call that has it stand and
// the one that moves them, and also where that goes in slices, every account says how many entries it has.
func TestCountersWhereRowsArrive(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		breaks breaking
		most   int
	}{
		"undisturbed":                           {},
		"ends between the two":                  {breaks: breaking{at: 2}},
		"the answer of the first is lost":       {breaks: breaking{at: 1, after: true}},
		"the answer of the second is lost":      {breaks: breaking{at: 2, after: true}},
		"in slices, and the third is not begun": {breaks: breaking{at: 3}, most: 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			laid := cooperative.Lay(t, sample.Options{Members: 50})
			file := filepath.Join(laid.MapDir, "ledger.yaml")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text = []byte(strings.Replace(string(text), "      iban:       finance.iban\n", "      iban:       finance.iban\n      entry_count: { counts: entries, label: { pl: Liczba, en: Number } }\n", 1))
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			db := laid.Ledger(t)
			if _, err := db.Exec("ALTER TABLE accounts ADD entry_count INTEGER; UPDATE accounts SET entry_count = (SELECT count(*) FROM entries e WHERE e.account_no = accounts.account_no)"); err != nil {
				t.Fatal(err)
			}
			w := world.On(t, laid)
			ledger := w.Engine.Planner.Systems["ledger"]
			x.breaks.Store = ledger.Store
			ledger.Store = &x.breaks
			w.Map.System("ledger").MaxRows = x.most
			id := w.Start(t, "erasure")
			for range 3 {
				if err := w.Engine.Drain(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				w.Clock.Add(time.Hour)
			}
			if y := systemOf(t, w.Standing(t, id), "ledger"); y.VerifiedAt == nil || y.Anonymised == 0 {
				t.Fatalf("the ledger is %s, %d anonymised (%s)", y.State, y.Anonymised, y.Why)
			}
			if n := cooperative.Count(t, db, "SELECT count(*) FROM accounts WHERE account_no = '0000' AND entry_count > 0"); n != 1 {
				t.Error("nothing stands under the placeholder account, or it says so")
			}
			if n := cooperative.Count(t, db, "SELECT count(*) FROM accounts WHERE entry_count <> (SELECT count(*) FROM entries e WHERE e.account_no = accounts.account_no)"); n != 0 {
				t.Errorf("%d accounts are wrong about their entries", n)
			}
			if x.breaks.calls < 2 {
				t.Errorf("%d calls", x.breaks.calls)
			}
		})
	}
}
