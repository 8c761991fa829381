package postgres

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestRowsTheDatabaseNumbersComeBack: a column GENERATED ALWAYS AS IDENTITY takes no number anybody writes, neither for a shell nor for a row that
// comes back; both keep the one they had.
func TestRowsTheDatabaseNumbersComeBack(t *testing.T) {
	h := newHouse(t, `CREATE TABLE m (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, seq int GENERATED ALWAYS AS IDENTITY (START 7), name text);
		CREATE TABLE kid (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m_id bigint NOT NULL REFERENCES m);
		INSERT INTO m (name) VALUES ('Anna'), ('Jan'); INSERT INTO kid (m_id) VALUES (1)`)
	m := coll("m", "id")
	h.Install(uses(m))
	before := h.rows()
	h.Changes([]int64{2}, move(connectors.Block, "R-1", m, int64(1), int64(2)))
	h.Says("SELECT string_agg(m::text, ' ') FROM m", "(1,7,)") // the first is referred to, and stays as a shell
	h.Changes([]int64{2}, move(connectors.Release, "R-1", m, int64(1), int64(2)))
	if after := h.rows(); after != before {
		t.Errorf("after the lift\n%s\nbefore\n%s", after, before)
	}
	h.Run("INSERT INTO m (name) VALUES ('Ewa')")
	h.Says("SELECT id::text || seq FROM m WHERE name = 'Ewa'", "39")
}
