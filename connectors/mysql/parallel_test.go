package mysql

import (
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"
	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/tables"
)

func TestTheLastOwnerTakesWhatWasShared(t *testing.T) {
	newHouse(t, tables.Owned).TheLastOwnerTakesWhatWasShared()
}

func TestManyOwnersAtOnce(t *testing.T) { newHouse(t, tables.Owned).ManyOwnersAtOnce() }

func TestTwoNodesAtOnce(t *testing.T) {
	const rounds = 1000
	h := newHouse(t, tables.Owned)
	h.OwnedBy(rounds, 2, 1)
	h.TwoNodesAtOnce(h.open(h.URL), rounds)
}

func TestBatchesThatMeet(t *testing.T) {
	const rounds, size = 30, 20
	h := newHouse(t, tables.Owned)
	h.OwnedBy(rounds*size, 2, 1)
	h.BatchesThatMeet(h.open(h.URL), rounds, size)
}

func TestLateChildrenWaitForTheirParent(t *testing.T) {
	var e *mysql.MySQLError
	if err := newHouse(t, tables.Owned).LateChildrenWaitForTheirParent(); !errors.As(err, &e) || e.Number != childRow {
		t.Errorf("a payment of nobody: %v", err)
	}
}

func TestWhoHoldsARowIsWaitedForAndNoLonger(t *testing.T) {
	newHouse(t, tables.Owned).WhoHoldsARowIsWaitedForAndNoLonger()
}

func TestAStepIsWorkedOnOnce(t *testing.T) { newHouse(t, tables.Owned).AStepIsWorkedOnOnce() }

// TestARowThatIsSomebodyElsesByThenStays: what was found before its lock was had is looked at again under it.
func TestARowThatIsSomebodyElsesByThenStays(t *testing.T) {
	h := newHouse(t, tables.Owned+`; INSERT INTO members VALUES (1, 'C-1', NULL), (2, 'C-2', NULL); INSERT INTO payments VALUES (1, 1), (2, 1)`)
	other := h.connect(h.URL)
	if _, err := other.ExecContext(t.Context(), "START TRANSACTION; UPDATE payments SET member_id = 2 WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	payments := tables.Leave("C-1")[0]
	var call errgroup.Group
	var out []connectors.Outcome
	call.Go(func() (err error) {
		for {
			out, err = h.Apply(payments)
			if !errors.Is(err, connectors.ErrTryLater) {
				return err
			}
		}
	})
	if err := h.Waits(t.Context(), "FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := call.Wait(); err != nil || out[0].Changed != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	h.Says("SELECT group_concat(concat(id, ' of ', member_id)) FROM payments", "1 of 2")
}
