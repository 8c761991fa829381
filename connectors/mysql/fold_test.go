package mysql

import (
	"testing"

	"github.com/dossier-dsr/dossier/test/tables"
)

func TestTextsAreFoldedAsInGo(t *testing.T) {
	h := newHouse(t, "CREATE TABLE f (id int PRIMARY KEY, said text CHARACTER SET utf8mb4)")
	for i, s := range tables.Said {
		h.Run("INSERT INTO f VALUES (?, ?)", i, s)
	}
	h.FoldsAsGo()
}
