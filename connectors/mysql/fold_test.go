package mysql

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestTextsAreFoldedAsInGo: a text is found in whatever case and with whatever space it was written.
func TestTextsAreFoldedAsInGo(t *testing.T) {
	h := newHouse(t, "CREATE TABLE f (id int PRIMARY KEY, said text CHARACTER SET utf8mb4)")
	said := []string{"Anna@Lipy.Example", "  anna@lipy.example ", "Zażółć GĘŚLĄ  jaźń", "Lo\u0301dz\u0301", "Straße", "STRASSE", "ΟΔΥΣΣΕΥΣ", "οδυσσευς", "ſ", "x\u00a0y", "a\tb\nc", "", " ", "İ", "Kelvin \u212a", "ﬁ"}
	for i, s := range said {
		h.run("INSERT INTO f VALUES (?, ?)", i, s)
	}
	for i, s := range said {
		for k, other := range said {
			sel := by(coll("f", "id"), "said", other)
			sel.Any[0].Folded = true
			sel.Where = []connectors.Cond{connectors.InValues("id", int64(i))}
			want := !connectors.Empty(other) && s != "" && connectors.FoldedEqual(s, other) && connectors.Fold(other) != ""
			if got := len(h.located(sel)) > 0; got != want {
				t.Errorf("%q and %q (%d, %d): the database says %t, Go says %t", s, other, i, k, got, want)
			}
		}
	}
}
