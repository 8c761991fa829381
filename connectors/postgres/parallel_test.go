package postgres

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dossier-dsr/dossier/test/tables"
)

func TestTheLastOwnerTakesWhatWasShared(t *testing.T) {
	newHouse(t, tables.Owned).TheLastOwnerTakesWhatWasShared()
}

func TestManyOwnersAtOnce(t *testing.T) { newHouse(t, tables.Owned).ManyOwnersAtOnce() }

func TestTwoNodesAtOnce(t *testing.T) {
	const rounds = 1000
	h := newHouse(t, tables.Owned+"; CREATE INDEX ON members (address_id); CREATE INDEX ON payments (member_id)")
	h.OwnedBy(rounds, 2, 1)
	h.Run("ANALYZE") //nolint:misspell // SQL spells it so
	h.TwoNodesAtOnce(h.open(h.URL, "1s"), rounds)
}

func TestBatchesThatMeet(t *testing.T) {
	const rounds, size = 30, 20
	h := newHouse(t, tables.Owned+"; CREATE INDEX ON members (address_id); CREATE INDEX ON payments (member_id)")
	h.OwnedBy(rounds*size, 2, 1)
	h.BatchesThatMeet(h.open(h.URL, "1s"), rounds, size)
}

func TestLateChildrenWaitForTheirParent(t *testing.T) {
	var e *pgconn.PgError
	if err := newHouse(t, tables.Owned).LateChildrenWaitForTheirParent(); !errors.As(err, &e) || e.Code != foreignKey {
		t.Errorf("a payment of nobody: %v", err)
	}
}

func TestWhoHoldsARowIsWaitedForAndNoLonger(t *testing.T) {
	h := newHouse(t, tables.Owned)
	h.Store = h.open(h.URL, "20ms")
	h.WhoHoldsARowIsWaitedForAndNoLonger()
}

func TestAStepIsWorkedOnOnce(t *testing.T) { newHouse(t, tables.Owned).AStepIsWorkedOnOnce() }
