package tables

import (
	"errors"

	"github.com/dossier-dsr/dossier/connectors"
)

// Lineage are tables of which one refers to the next, and one that refers to itself, all with keys that are no numbers.
const Lineage = `CREATE TABLE town (id varchar(9) PRIMARY KEY, name varchar(20));
	CREATE TABLE m (id varchar(9) PRIMARY KEY, town varchar(9) NOT NULL, name varchar(20) NOT NULL, FOREIGN KEY (town) REFERENCES town (id));
	CREATE TABLE kid (id varchar(9) PRIMARY KEY, m_id varchar(9), name varchar(20), FOREIGN KEY (m_id) REFERENCES m (id));
	CREATE TABLE n (id varchar(9) PRIMARY KEY, up varchar(9), name varchar(20), FOREIGN KEY (up) REFERENCES n (id));
	INSERT INTO town VALUES ('t', 'Lipce'); INSERT INTO m VALUES ('a', 't', 'Anna'), ('j', 't', 'Jan'); INSERT INTO kid VALUES ('k', 'j', 'Ewa');
	INSERT INTO n VALUES ('p', NULL, 'Piotr'), ('c', 'p', 'Celina')`

// WhatARowRefersToMayBeRestrictedToo lifts the restriction of a row of [Lineage] while what it refers to, moved whole after it, is held on
// somebody else's account. That leaves a shell then, and so does what the shell has to refer to.
func (h *House) WhatARowRefersToMayBeRestrictedToo() {
	h.Helper()
	town, m, kid := Coll("town", "id"), Coll("m", "id"), Coll("kid", "id")
	h.Changes([]int64{1}, Move(connectors.Block, "R-1", kid, "k"))
	h.Changes([]int64{2}, Move(connectors.Block, "R-2", m, "a", "j"))
	h.Changes([]int64{1}, Move(connectors.Block, "R-3", town, "t"))
	for _, t := range []string{"town", "m", "kid"} {
		h.Says("SELECT count(*) FROM "+t, "0")
	}
	h.Changes([]int64{1}, Move(connectors.Release, "R-1", kid, "k"))
	h.Says("SELECT name FROM kid WHERE m_id = 'j'", "Ewa")
	for query, want := range map[string]string{"SELECT count(*) FROM m": "1", "SELECT name FROM m WHERE id = 'j' AND town = 't'": "", "SELECT count(*) FROM town": "1", "SELECT name FROM town WHERE id = 't'": ""} {
		h.Says(query, want)
	}
	if _, err := h.Apply(Del(By(town, "id", "t"))); !errors.Is(err, connectors.ErrConflict) {
		h.Errorf("what shells stand for is deleted: %v", err)
	}
	h.Changes([]int64{1}, Move(connectors.Release, "R-3", town, "t"))
	h.Says("SELECT name FROM town WHERE id = 't'", "Lipce")
	h.Says("SELECT name FROM m WHERE id = 'j'", "")
	h.Changes([]int64{2}, Move(connectors.Release, "R-2", m, "a", "j"))
	for id, name := range map[string]string{"a": "Anna", "j": "Jan"} {
		h.Says("SELECT name FROM m WHERE town = 't' AND id = '"+id+"'", name)
	}
}

// RowsOfOneTableReferToEachOther lifts, in every way, the restriction of two rows of a table that were moved whole, of which one refers to the
// other.
func (h *House) RowsOfOneTableReferToEachOther() {
	h.Helper()
	n := Coll("n", "id")
	for _, lift := range [][]connectors.Treatment{
		{Move(connectors.Release, "R", n, "p", "c")},
		{Move(connectors.Release, "R", n, "c"), Move(connectors.Release, "R", n, "p")},
		{Move(connectors.Release, "R", n, "p"), Move(connectors.Release, "R", n, "c")},
	} {
		h.Changes([]int64{1}, Move(connectors.Block, "R", n, "c"))
		h.Changes([]int64{1}, Move(connectors.Block, "R", n, "p"))
		h.Says("SELECT count(*) FROM n", "0")
		for _, t := range lift {
			out, err := h.Apply(t)
			if err != nil || out[0].Changed != int64(len(t.On.Any[0].Values)) {
				h.Fatalf("%+v, %v", out, err)
			}
		}
		h.Says("SELECT name FROM n WHERE id = 'c' AND up = 'p'", "Celina")
		h.Says("SELECT name FROM n WHERE id = 'p' AND up IS NULL", "Piotr")
	}
}
