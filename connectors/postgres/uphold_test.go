package postgres

import (
	"errors"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestWhatARowRefersToMayBeRestrictedToo: a row comes back while what it refers to was moved whole, after it, on somebody else's account. That
// leaves a shell then, and so does what the shell has to refer to.
func TestWhatARowRefersToMayBeRestrictedToo(t *testing.T) {
	h := newHouse(t, `CREATE TABLE town (id int PRIMARY KEY, name text); CREATE TABLE m (id int PRIMARY KEY, town int NOT NULL REFERENCES town, name text NOT NULL);
		CREATE TABLE kid (id int PRIMARY KEY, m_id int REFERENCES m, name text);
		INSERT INTO town VALUES (1, 'Lipce'); INSERT INTO m VALUES (1, 1, 'Anna'), (2, 1, 'Jan'); INSERT INTO kid VALUES (1, 2, 'Ewa')`)
	town, m, kid := coll("town", "id"), coll("m", "id"), coll("kid", "id")
	h.Install(uses(town, m, kid))
	one := int64(1)
	h.Changes([]int64{1}, move(connectors.Block, "R-1", kid, one))
	h.Changes([]int64{2}, move(connectors.Block, "R-2", m, one, int64(2)))
	h.Changes([]int64{1}, move(connectors.Block, "R-3", town, one))
	const left = "SELECT concat_ws(' ', (SELECT string_agg(kid::text, '') FROM kid), (SELECT string_agg(m::text, '' ORDER BY id) FROM m), (SELECT string_agg(town::text, '') FROM town))"
	h.Says(left, "")
	h.Changes([]int64{1}, move(connectors.Release, "R-1", kid, one))
	h.Says(left, `(1,2,Ewa) (2,1,"") (1,)`)
	if _, err := h.Apply(del(by(town, "id", one))); !errors.Is(err, connectors.ErrConflict) {
		t.Errorf("what shells stand for is deleted: %v", err)
	}
	h.Changes([]int64{1}, move(connectors.Release, "R-3", town, one))
	h.Changes([]int64{2}, move(connectors.Release, "R-2", m, one, int64(2)))
	h.Says(left, "(1,2,Ewa) (1,1,Anna)(2,1,Jan) (1,Lipce)")
	h.Says("SELECT (SELECT count(*) FROM dossier.marks)::text", "0")
}
