package mysql

import (
	"testing"

	"github.com/dossier-dsr/dossier/test/tables"
)

func TestWhatARowRefersToMayBeRestrictedToo(t *testing.T) {
	h := newHouse(t, tables.Lineage)
	h.Install(uses(coll("town", "id"), coll("m", "id"), coll("kid", "id"), coll("n", "id")))
	h.WhatARowRefersToMayBeRestrictedToo()
	h.RowsOfOneTableReferToEachOther()
	h.Says("SELECT count(*) FROM "+h.own()+".marks", "0")
}
