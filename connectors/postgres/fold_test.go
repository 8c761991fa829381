package postgres

import (
	"testing"

	"github.com/dossier-dsr/dossier/test/tables"
)

func TestTextsAreFoldedAsInGo(t *testing.T) {
	h := newHouse(t, "CREATE TABLE f (id int PRIMARY KEY, said text)")
	for i, s := range tables.Said {
		h.Run("INSERT INTO f VALUES ($1, $2)", i, s)
	}
	h.FoldsAsGo()
}
