package tables

import "github.com/dossier-dsr/dossier/connectors"

// Said are texts that are alike in some way, or look it.
var Said = []string{"Anna@Lipy.Example", "  anna@lipy.example ", "Zażółć GĘŚLĄ  jaźń", "Lo\u0301dz\u0301", "Straße", "STRASSE", "ΟΔΥΣΣΕΥΣ", "οδυσσευς", "ſ", "x\u00a0y", "a\tb\nc", "", " ", "İ",
	"Kelvin \u212a", "ﬁ"}

// FoldsAsGo compares what the database and Go take for the same text, in whatever case and with whatever space it was written: of table f,
// which has each of [Said] under its number.
func (h *House) FoldsAsGo() {
	h.Helper()
	for i, s := range Said {
		for k, other := range Said {
			sel := By(Coll("f", "id"), "said", other)
			sel.Any[0].Folded = true
			sel.Where = []connectors.Cond{connectors.InValues("id", int64(i))}
			want := !connectors.Empty(other) && s != "" && connectors.FoldedEqual(s, other) && connectors.Fold(other) != ""
			if got := len(h.Located(sel)) > 0; got != want {
				h.Errorf("%q and %q (%d, %d): the database says %t, Go says %t", s, other, i, k, got, want)
			}
		}
	}
}
