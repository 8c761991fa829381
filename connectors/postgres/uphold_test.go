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
	texts, err := h.store.(connectors.Installer).Install(t.Context(), uses(town, m, kid))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		h.run(text)
	}
	forget(h.store)
	hold := func(v connectors.Verb, mark string, c connectors.Collection, ids ...any) connectors.Treatment {
		return connectors.Treatment{Verb: v, On: by(c, "id", ids...), Method: methodMove, Mark: mark}
	}
	one := int64(1)
	h.changes([]int64{1}, hold(connectors.Block, "R-1", kid, one))
	h.changes([]int64{2}, hold(connectors.Block, "R-2", m, one, int64(2)))
	h.changes([]int64{1}, hold(connectors.Block, "R-3", town, one))
	const left = "SELECT concat_ws(' ', (SELECT string_agg(kid::text, '') FROM kid), (SELECT string_agg(m::text, '' ORDER BY id) FROM m), (SELECT string_agg(town::text, '') FROM town))"
	h.says(left, "")
	h.changes([]int64{1}, hold(connectors.Release, "R-1", kid, one))
	h.says(left, `(1,2,Ewa) (2,1,"") (1,)`)
	if _, err := h.apply(del(by(town, "id", one))); !errors.Is(err, connectors.ErrConflict) {
		t.Errorf("what shells stand for is deleted: %v", err)
	}
	h.changes([]int64{1}, hold(connectors.Release, "R-3", town, one))
	h.changes([]int64{2}, hold(connectors.Release, "R-2", m, one, int64(2)))
	h.says(left, "(1,2,Ewa) (1,1,Anna)(2,1,Jan) (1,Lipce)")
	h.says("SELECT (SELECT count(*) FROM dossier.marks)::text", "0")
}
