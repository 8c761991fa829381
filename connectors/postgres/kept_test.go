package postgres

import (
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestKeptStatementsOutliveAMigration: what is asked again and again stands prepared, and goes on being right when the application changes
// the type of what it reads.
func TestKeptStatementsOutliveAMigration(t *testing.T) {
	h := newHouse(t, "CREATE TABLE visits (id int PRIMARY KEY, who int NOT NULL); INSERT INTO visits SELECT g, g / 3 FROM generate_series(0, 29) AS g")
	visits := coll("visits", "id")
	gone := func(who int64) {
		h.Helper()
		h.Changes([]int64{3}, del(by(visits, "who", who)))
	}
	for who := range int64(3) {
		gone(who)
		if got := h.Located(by(visits, "who", int64(3))); !slices.Equal(got, []string{"0 [9]", "0 [10]", "0 [11]"}) {
			t.Fatalf("of 3: %v", got)
		}
	}
	if h.kept() == 0 {
		t.Fatal("no statement was kept: this test proves nothing")
	}
	h.Run("ALTER TABLE visits ALTER COLUMN id TYPE bigint")
	if got := h.Located(by(visits, "who", int64(3))); !slices.Equal(got, []string{"0 [9]", "0 [10]", "0 [11]"}) {
		t.Errorf("after the migration, of 3: %v", got)
	}
	for range 2 {
		h.Located(by(visits, "who", int64(3)))
	}
	h.Run("ALTER TABLE visits ALTER COLUMN id TYPE numeric(9)")
	gone(3)
	gone(4)
	h.Says("SELECT count(*)::text FROM visits", "15")
}

// TestManyValuesArePlannedForTheirNumber: a statement of few values stands prepared, one of many does not.
func TestManyValuesArePlannedForTheirNumber(t *testing.T) {
	h := newHouse(t, "CREATE TABLE visits (id int PRIMARY KEY, who int NOT NULL); INSERT INTO visits SELECT g, g / 3 FROM generate_series(0, 999) AS g")
	var many []any
	for i := range 200 {
		many = append(many, int64(i))
	}
	sel := by(coll("visits", "id"), "who", many...)
	for range 3 {
		n, err := h.Store.(connectors.Counter).Count(t.Context(), []connectors.Selection{sel})
		if err != nil || n[0].Total != 600 {
			t.Fatalf("%v, %v", n, err)
		}
	}
	if n := h.kept(); n != 0 {
		t.Errorf("%d statements were kept", n)
	}
}

// kept is how many statements the connections of the store keep. They must be idle.
func (h *house) kept() (n int) {
	h.Helper()
	for _, c := range h.Store.(*store).pool.AcquireAllIdle(h.Context()) {
		n += len(keptOf(c.Conn().PgConn()).names)
		c.Release()
	}
	return n
}
